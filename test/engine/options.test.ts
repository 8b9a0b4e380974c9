import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  acceptsBuild,
  createModel,
  createModelSync,
  InputError,
  type Model,
  type ModelSpec,
  type NodeSpec,
  RuntimeError,
  SpecError,
  type Stream,
} from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { allLayers } from '../../src/layers/all.js';
import { builds } from '../support/builds.js';
import { SpecBuilder, stack } from '../support/random.js';

// Callers in plain JavaScript get an error where the compiler would have told them: misspelt options, options of another function,
// values in the place of options, bytes in the place of numbers.

const spec = stack('lstm', 2, 3);
const kernels = readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url));
const loose = <Type>(value: unknown): Type => value as Type;

const RUN = 'mask, lengths, batch, initialState';
const MODEL = 'build, kernels, memoryLimit, layers, int8';

/** Every public function that takes options, what they are, and another function's. */
const FUNCTIONS: [
  name: string,
  call: (model: Model, stream: Stream, options: never) => unknown,
  known: string,
  foreign: object,
][] = [
  ['run', (model, _, options) => model.run([1, 2], options), `${RUN}, out`, { build: 'simd' }],
  ['runNamed', (model, _, options) => model.runNamed({ x: [1, 2] }, options), RUN, { out: new Float32Array(3) }],
  ['trace', (model, _, options) => model.trace([1, 2], options), RUN, { out: new Float32Array(3) }],
  ['createStream', (model, _, options) => model.createStream(options), 'batch', { mask: [1] }],
  ['run', (_, stream, options) => stream.run([1, 2], options), 'mask, lengths, out', { batch: 1 }],
  ['runNamed', (_, stream, options) => stream.runNamed({ x: [1, 2] }, options), 'mask, lengths', { initialState: [] }],
  ['createModelSync', (_, __, options) => createModelSync(spec, options), MODEL, { batch: 1 }],
];

describe.each(builds)('options, %s', (build) => {
  const make = async (): Promise<[Model, Stream]> => {
    const model = await createModel(spec, { build });
    return [model, model.createStream()];
  };

  it.each(FUNCTIONS)('%s refuses what it does not know', async (name, call, known, foreign) => {
    const [model, stream] = await make();
    const before = stream.save();
    const [other] = Object.keys(foreign);
    const wrong: [unknown, string][] = [
      [{ bacth: 2 }, `${name}: unknown option "bacth"; expected ${known}, got "bacth"`],
      [{ initialStates: [] }, `${name}: unknown option "initialStates"; expected ${known}`],
      [{ biuld: 'simd' }, `${name}: unknown option "biuld"; expected ${known}`],
      [foreign, `${name}: unknown option "${other}"; expected ${known}, got "${other}"`],
      [4, `${name}: options are no object; expected an object with ${known}, got 4`],
      [null, `${name}: options are no object; expected an object with ${known}, got null`],
      ['simd', `${name}: options are no object; expected an object with ${known}, got "simd"`],
      [new Float32Array(3), `${name}: options are no object; expected an object with ${known}, got Float32Array(3)`],
      [[], `${name}: options are no object`],
    ];
    for (const [options, message] of wrong) {
      const run = (): unknown => call(model, stream, options as never);
      expect(run).toThrow(InputError);
      expect(run).toThrow(message);
    }
    expect(stream.save()).toEqual(before);
  });

  it('createModel refuses what it does not know', async () => {
    for (const [options, message] of [
      [{ biuld: build }, `createModel: unknown option "biuld"; expected ${MODEL}, got "biuld"`],
      [{ batch: 2 }, `createModel: unknown option "batch"; expected ${MODEL}`],
      [4, `createModel: options are no object; expected an object with ${MODEL}, got 4`],
      [{ memoryLimit: '1e6' }, 'memoryLimit: not a number; expected bytes, got "1e6"'],
      [{ memoryLimit: Number.NaN }, 'memoryLimit: memory limit too small'],
      [{ layers: true }, 'layers: not a table of layers; expected allLayers, got true'],
    ] as const) {
      await expect(createModel(spec, loose(options))).rejects.toThrow(message);
    }
    await expect(createModel(spec, loose({ build: 'smid' }))).rejects.toThrow(
      'build: unknown build; expected simd or relaxed, got smid',
    );
    await expect(createModel(spec, loose({ kernels, build: 'smid' }))).rejects.toThrow(
      'build: unknown build; expected simd or relaxed, got smid',
    );
    expect(() => acceptsBuild(loose('fast'))).toThrow('build: unknown build; expected simd or relaxed, got fast');
  });

  it('kernels that only lead to kernels are told what they are and what to pass', async () => {
    const wanted =
      'a WebAssembly.Module, or the bytes of simd.wasm or relaxed.wasm: what a promise resolves to, ' +
      'await response.arrayBuffer(), await (await fetch(url)).arrayBuffer(), the default of an imported namespace';
    for (const [given, got] of [
      ['simd.wasm', '"simd.wasm"'],
      [new URL('file:///simd.wasm'), 'URL {}'],
      [new Response(kernels), 'Response {}'],
      [new Blob([kernels]), 'Blob {}'],
      [Promise.resolve(kernels), 'Promise {}'],
      [{ default: kernels }, '{default}'],
      [await import('../../src/layers/activation.js'), 'Module {'],
      [null, 'null'],
      [[...kernels.subarray(0, 2)], '[0, 97]'],
    ] as const) {
      const message = `kernels: neither a module nor bytes; expected ${wanted}, got ${got}`;
      const asked = createModel(spec, loose({ kernels: given }));
      await expect(asked).rejects.toThrow(RuntimeError);
      await expect(asked).rejects.toThrow(message);
      expect(() => createModelSync(spec, loose({ kernels: given }))).toThrow(message);
    }
    for (const options of [undefined, {}, { memoryLimit: 1e6 }]) {
      expect(() => createModelSync(spec, loose(options))).toThrow(
        `kernels: neither a module nor bytes; expected ${wanted}, got undefined`,
      );
    }
    expect(createModelSync(spec, { kernels: new Uint8Array(kernels).buffer }).run).toBeTypeOf('function');
  });

  it('createModelSync says where layers come from that it lacks', () => {
    const [head] = spec.outputs;
    const reversed = {
      ...spec,
      nodes: [...spec.nodes, { type: 'reverse', name: 'r', inputs: [head] }],
      outputs: ['r'],
    };
    expect(() => createModelSync(loose(reversed), { kernels })).toThrow(
      /^node "r": unknown node type; expected lstm, .*, or of options.layers \(allLayers of gatewise\/layers\), got "reverse"$/,
    );
    expect(createModelSync(loose(reversed), { kernels, layers: allLayers }).outputs[0]?.name).toBe('r');
  });

  it('a spec comes alone or with its report, and what is none is told where one comes from', async () => {
    const model = await createModel(spec, { build });
    const x = [0.5, 1, -1, 0.25];
    const imported = { spec, report: { format: 'any', nested: [[[[[[[[[[[[[[1]]]]]]]]]]]]]] } };
    expect((await createModel(imported, { build })).run(x)).toEqual(model.run(x));
    expect(createModelSync(imported, { kernels }).inputs).toEqual(model.inputs);
    for (const [wrong, got] of [
      [undefined, 'undefined'],
      [4, '4'],
      ['model.onnx', '"model.onnx"'],
      [new Uint8Array(4), 'Uint8Array(4)'],
      [Buffer.from('08'), 'Uint8Array(2)'],
      [new ArrayBuffer(4), 'ArrayBuffer {}'],
      [Promise.resolve(spec), 'Promise {}'],
      [new Response('{}'), 'Response {}'],
      [new Blob([]), 'Blob {}'],
      [new URL('https://example.org/model.onnx'), 'URL {}'],
      [[], '[]'],
      [{}, '{}'],
      [{ spec: new Uint8Array(4) }, 'Uint8Array(4)'],
      [{ spec: undefined }, 'undefined'],
      [model, '{cannotBeCloned}'],
    ] as const) {
      const message = `spec: no model spec; expected a spec or { spec }, awaited; open bytes with load() of gatewise/load, got ${got}`;
      await expect(createModel(loose(wrong), { build })).rejects.toThrow(SpecError);
      await expect(createModel(loose(wrong), { build })).rejects.toThrow(message);
      expect(() => createModelSync(loose(wrong), { kernels })).toThrow(message);
    }
    await expect(createModel(loose({ nodes: [] }), { build })).rejects.toThrow('spec.inputs');
  });

  it('states, masks, names and layers', async () => {
    const [model, stream] = await make();
    const zeros = { h: [0, 0, 0], c: [0, 0, 0] };
    const wrong: [() => unknown, string][] = [
      [
        () => stream.setState([loose({ ...zeros, C: 1 })]),
        'state of layer "lstm0": unknown option "C"; expected h, c, layer',
      ],
      [() => stream.setState([loose(4)]), 'state of layer "lstm0": options are no object'],
      [
        () => stream.setState([{ ...zeros, h: new Uint8Array(3) }]),
        'state of layer "lstm0", h: bytes are not features',
      ],
      [() => model.run([1, 2], { initialState: [loose({ h: [0, 0, 0], C: [0, 0, 0] })] }), 'unknown option "C"'],
      [() => model.run([1, 2], { mask: loose([[1]]) }), 'mask: not a mask; expected a number or boolean at 0, got [1]'],
      [() => model.run([1, 2], { mask: loose(['0']) }), 'mask: not a mask; expected a number or boolean at 0, got "0"'],
      [() => model.run([1, 2], { lengths: loose(1) }), 'lengths: wrong length'],
      [() => model.run(loose(undefined)), 'input "x": missing input; expected x, got undefined'],
      [() => model.runNamed({}), 'input "x": missing input; expected x, got {}'],
      [
        () => stream.step(loose([[1, 2]])),
        'frame: wrong length; expected 2 numbers (batch 1 · features 2), got [[1, 2]]',
      ],
      [
        () => stream.step(loose(Promise.resolve([1, 2]))),
        'frame: wrong length; expected 2 numbers (batch 1 · features 2), got Promise {}',
      ],
      [() => model.runNamed(loose([[1, 2]])), 'inputs: no such name; expected x, got "0"'],
      [() => model.runNamed(loose(undefined)), 'inputs: wrong type; expected a record with x, got undefined'],
      [() => stream.restore(loose('bytes')), 'saved state: not bytes'],
      [() => explain(loose(spec), 'lstm0'), 'explain: not a model; expected what createModel gives'],
      [
        () => explain(loose(undefined), 'lstm0'),
        'explain: not a model; expected what createModel gives, got undefined',
      ],
      [() => explain(model, loose(0)), 'explain: no such layer; expected lstm0, head, got 0'],
    ];
    for (const [call, message] of wrong) expect(call).toThrow(message);
  });

  const bytes = [
    Buffer.from(new Float32Array(2).buffer),
    new Uint8Array(2),
    new Uint8ClampedArray(2),
    new Int8Array(2),
    new DataView(new ArrayBuffer(8)),
    new ArrayBuffer(8),
  ];
  it.each(bytes.map((data) => [data.constructor.name, data] as const))('%s is no features', async (_, data) => {
    const [model, stream] = await make();
    const before = stream.save();
    for (const call of [
      () => model.run(loose(data)),
      () => model.run(loose([data])),
      () => model.run({ data: loose(data), shape: [1, 2] }),
      () => stream.run(loose(data)),
      () => stream.step(loose(data)),
    ]) {
      expect(call).toThrow(InputError);
    }
    expect(stream.save()).toEqual(before);
    if (ArrayBuffer.isView(data) && !(data instanceof DataView)) {
      // Also of the length that the numbers would have.
      expect(() => stream.step(loose(data))).toThrow(
        'frame: bytes are not features; expected numbers: new Float32Array(',
      );
    }
    if (data instanceof Uint8Array && !(data instanceof Buffer)) {
      expect(() => model.run(data)).toThrow(
        'input "x": bytes are not features; expected numbers: new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4) of float32 in bytes b, Float32Array.from(b) of their values, got Uint8Array(2)',
      );
    }
  });

  it('token ids are any integers, of 64 bits too', async () => {
    const builder = new SpecBuilder(1);
    builder.add({
      type: 'embedding',
      name: 'e',
      inputs: ['x'],
      tensors: { weight: builder.tensor('w', 9, 2) },
    } as NodeSpec);
    const ids: ModelSpec = builder.spec(1, ['e'], 'int32');
    const model = await createModel(ids, { build });
    const wanted = model.run([3, 8]);
    for (const form of [Uint8Array, Uint8ClampedArray, Int16Array, Uint32Array, Float64Array]) {
      expect(model.run(form.from([3, 8]))).toEqual(wanted);
    }
    const big = BigInt64Array.of(3n, 8n);
    expect(model.run(big)).toEqual(wanted);
    expect(model.run(BigUint64Array.of(3n, 8n))).toEqual(wanted);
    expect(model.run({ data: big, shape: [1, 2] })).toEqual(wanted);
    expect(model.run(loose([big]))).toEqual(wanted);
    expect(model.run(loose([Uint8Array.of(3, 8)]))).toEqual(wanted);
    const stream = model.createStream();
    expect([...stream.step(loose(BigInt64Array.of(3n))), ...stream.run(BigInt64Array.of(8n))]).toEqual([...wanted]);
    expect(() => model.run(BigInt64Array.of(9n))).toThrow(
      'not a token id; expected a whole number in [0, 9) at 0, got 9',
    );
    expect(() => model.run(BigInt64Array.of(2n ** 60n))).toThrow('not a token id');
    expect(() => model.run(loose([3n]))).toThrow('input "x": not a number; expected a number at 0, got 3');
  });
});
