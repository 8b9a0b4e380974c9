import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  createModel,
  DisposedError,
  GatewiseError,
  type Input,
  InputError,
  MemoryLimitError,
  type Model,
  type ModelSpec,
  type NodeSpec,
  SpecError,
  type Stream,
} from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { whenThorough } from '../support/thorough.js';

// What a caller may hand over that is not what it seems: code that runs while it is read, names of Object.prototype, values of
// other realms, results that lie where the inputs do.

const loose = <Type>(value: unknown): Type => value as Type;
const spec = stack('lstm', 2, 3);

/** An identity of `features` numbers, by names of one's own. */
const named = (input: string, output: string): ModelSpec => ({
  inputs: [{ name: input, features: 2 }],
  nodes: [{ type: 'activation', activation: 'relu', name: output, inputs: [input] }],
  outputs: [output],
  tensors: {},
});

const NAMES = ['__proto__', 'constructor', 'valueOf', 'toString', 'hasOwnProperty'];

describe.each(builds)('results that lie where the input does, %s', (build) => {
  it.each([3, 60_000])('run and stream.run over %i timesteps', async (time) => {
    const model = await createModel(stack('gru', 3, 8), { build });
    const x = randomFloats(3 * time, 4);
    const expected = model.run(x);
    for (const shift of [0, 3, -3]) {
      const memory = new Float32Array(x.length + 6);
      const place = memory.subarray(3, 3 + x.length);
      const out = memory.subarray(3 + shift, 3 + shift + x.length);
      place.set(x);
      expect(model.run(place, { out })).toBe(out);
      expectSameBits(out, expected);
      place.set(x);
      model.createStream().run(place, { out });
      expectSameBits(out, expected);
    }
  });

  it('step', async () => {
    const model = await createModel(stack('gru', 3, 8), { build });
    const frame = randomFloats(3, 4);
    const expected = model.createStream().step(frame);
    expectSameBits(model.createStream().step(frame, frame), expected);
  });
});

describe.each(builds)('names of Object.prototype, %s', (build) => {
  it.each(NAMES)('%s as input, output and tensor', async (name) => {
    const model = await createModel(named(name, 'y'), { build });
    expect([...model.run([1, -2])]).toEqual([1, 0]);
    expect(() => model.runNamed({})).toThrow(`input "${name}": missing input`);
    expect([...(model.runNamed({ [name]: [3, 4] }).y?.data ?? [])]).toEqual([3, 4]);
    const other = await createModel(named('x', name), { build });
    const results = other.runNamed({ x: [5, 6] });
    expect(Object.keys(results)).toEqual([name]);
    expect([...(results[name]?.data ?? [])]).toEqual([5, 6]);
    expect(Object.getPrototypeOf(results)).toBeNull();
    const missing = (node: object, rest: object = {}): ModelSpec =>
      loose({ ...named('x', 'y'), nodes: [{ name: 'y', inputs: ['x'], ...node }], ...rest });
    for (const wrong of [
      missing({ type: name }),
      missing({ type: 'dense', units: 2, tensors: { weight: name } }),
      missing({ type: 'constant', inputs: [], tensors: { value: name } }),
      missing({ type: 'embedding', tensors: { weight: name } }),
      missing({ type: 'activation', activation: name }),
      missing({ type: 'activation', activation: 'tanh' }, { carries: [{ input: 'x', output: 'y', initial: name }] }),
      missing({ type: 'activation', activation: 'tanh', [name === '__proto__' ? 'other' : name]: 1 }),
    ]) {
      await expect(createModel(wrong, { build })).rejects.toThrow(SpecError);
    }
    const tensors = Object.fromEntries([[name, { shape: [2], data: Float32Array.of(1, 2) }]]);
    const constant = missing({ type: 'constant', inputs: [], tensors: { value: name } }, { tensors });
    expect([...(await createModel(constant, { build })).run([0, 0])]).toEqual([1, 2]);
  });
});

/** More than a call takes arguments. */
const MANY = 200_001;

/** Values that are none of what a caller may give. */
function odd(): unknown[] {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const wide: unknown[] = [];
  for (let i = 0; i < 1000; i++) wide.push(wide);
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  const thrower = {
    get data(): never {
      throw new Error('no');
    },
    get shape(): never {
      throw {
        toString() {
          throw new Error('never');
        },
      };
    },
  };
  return [
    null,
    undefined,
    5n,
    [1n, 2n],
    Symbol('x'),
    () => 1,
    cyclic,
    wide,
    proxy,
    deep,
    sparse,
    thrower,
    new Proxy({}, { ownKeys: () => loose([1]) }),
    new Proxy(new Float32Array(2), {}),
    { data: [1, 2], shape: [1n, 2n] },
    { data: [1, 2], shape: [-1, -2] },
    { data: [1, 2], shape: cyclic },
    { data: [1, 2], shape: { length: 2 } },
    new DataView(new ArrayBuffer(8)),
    new BigInt64Array(2),
    [[1, 2], [new DataView(new ArrayBuffer(8))]],
    // One object, many times: each that is another is copied and frozen, which takes a third of a second for them all.
    Array(MANY).fill({}),
  ];
}

describe.each(builds)('values that are none, %s', (build) => {
  const isOurs = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(GatewiseError);
      expect(new TextEncoder().encode((error as Error).message).length).toBeLessThanOrEqual(2048);
      return;
    }
    throw new Error('nothing was thrown');
  };

  it('are named errors everywhere, and change nothing', async () => {
    const model = await createModel(spec, { build });
    const stream = model.createStream();
    const before = stream.save();
    const { used } = model.memory;
    for (const value of odd()) {
      const given = loose<never>(value);
      const states = { h: given, c: given };
      const calls: (() => unknown)[] = [
        () => model.run(given),
        () => model.runNamed(given),
        () => model.runNamed({ x: given }),
        () => model.trace(given),
        () => model.run([1, 2], { initialState: [states] }),
        () => stream.run(given),
        () => stream.step(given),
        () => stream.setState(given),
        () => stream.setState([given]),
        () => stream.setState([states]),
        () => stream.restore(given),
      ];
      if (value !== undefined) {
        calls.push(
          () => model.run([1, 2], given),
          () => model.run([1, 2], { mask: given }),
          () => model.run([1, 2], { lengths: given }),
          () => model.run([1, 2], { batch: given }),
          () => model.run([1, 2], { initialState: given }),
          () => model.run([1, 2], { out: given }),
          () => model.createStream(given),
          () => model.createStream({ batch: given }),
          () => stream.step([1, 2], given),
        );
      }
      for (const call of calls) isOurs(call);
    }
    expect(stream.save()).toEqual(before);
    expect(model.memory.used).toBe(used);
  });

  it('are named errors as a spec, and anywhere in one', async () => {
    const small = int8Spec(spec);
    const head = small.int8?.['head.w'];
    expect(head).toBeDefined();
    const places: ((value: unknown) => unknown)[] = [
      (value) => value,
      (inputs) => ({ ...spec, inputs }),
      (input) => ({ ...spec, inputs: [input] }),
      (features) => ({ ...spec, inputs: [{ name: 'x', features }] }),
      (name) => ({ ...spec, inputs: [{ name, features: 2 }] }),
      (nodes) => ({ ...spec, nodes }),
      (node) => ({ ...spec, nodes: [node] }),
      (type) => ({ ...spec, nodes: [{ ...spec.nodes[0], type }] }),
      (units) => ({ ...spec, nodes: [{ ...spec.nodes[0], units }] }),
      (inputs) => ({ ...spec, nodes: [{ ...spec.nodes[0], inputs }] }),
      (tensors) => ({ ...spec, nodes: [{ ...spec.nodes[0], tensors }] }),
      (activation) => ({ ...spec, nodes: [{ ...spec.nodes[1], inputs: ['x'], activation }] }),
      (outputs) => ({ ...spec, outputs }),
      (output) => ({ ...spec, outputs: [output] }),
      (tensors) => ({ ...spec, tensors }),
      (tensor) => ({ ...spec, tensors: { ...spec.tensors, 'head.w': tensor } }),
      (shape) => ({ ...spec, tensors: { ...spec.tensors, 'head.w': { shape, data: new Float32Array(9) } } }),
      (data) => ({ ...spec, tensors: { ...spec.tensors, 'head.w': { shape: [3, 3], data } } }),
      (int8) => ({ ...small, int8 }),
      (tensor) => ({ ...small, int8: { ...small.int8, 'head.w': tensor } }),
      (shape) => ({ ...small, int8: { ...small.int8, 'head.w': { ...head, shape } } }),
      (data) => ({ ...small, int8: { ...small.int8, 'head.w': { ...head, data } } }),
      (scales) => ({ ...small, int8: { ...small.int8, 'head.w': { ...head, scales } } }),
      (node) => ({ ...small, nodes: [node] }),
      (tensors) => ({ ...small, nodes: [{ ...spec.nodes[0], tensors }] }),
      (nodes) => ({ ...small, nodes }),
    ];
    const nodes = Array.from({ length: MANY }, () => ({}));
    await expect(createModel(loose({ ...spec, nodes }), { build })).rejects.toThrow(SpecError);
    for (const value of odd()) {
      for (const place of places) {
        const error: unknown = await createModel(loose(place(value)), { build }).catch((error: unknown) => error);
        expect(error).toBeInstanceOf(GatewiseError);
        expect((error as Error).message.length).toBeLessThanOrEqual(2048);
      }
    }
  });

  it('are named errors as options of a model', async () => {
    for (const value of odd()) {
      if (value === undefined) continue;
      for (const key of ['build', 'kernels', 'memoryLimit', 'int8', 'layers']) {
        const made = createModel(spec, loose({ [key]: value }));
        const error: unknown = await made.catch((error: unknown) => error);
        if (key !== 'layers') expect(error).toBeInstanceOf(GatewiseError);
      }
      await expect(createModel(spec, loose(value))).rejects.toThrow(GatewiseError);
    }
  });

  it('texts are short, whatever they are about', async () => {
    const long = 'ä'.repeat(1_000_000);
    const wrong: unknown[] = [
      { ...spec, outputs: [long] },
      { ...spec, [long]: 1 },
      { ...spec, inputs: [{ name: long, features: 2 }] },
      { ...spec, nodes: spec.nodes.map((node) => ({ ...node, name: long })) },
      { ...spec, inputs: Array.from({ length: 5000 }, (_, i) => ({ name: `input ${i}`, features: 2 })) },
    ];
    for (const given of wrong) {
      const error = (await createModel(loose(given), { build }).catch((error: unknown) => error)) as GatewiseError;
      expect(error).toBeInstanceOf(SpecError);
      expect(new TextEncoder().encode(error.message).length).toBeLessThanOrEqual(2048);
      expect(`${error.where}${error.expected}${error.got}`.length).toBeLessThanOrEqual(2048 + 18);
    }
    const error = new InputError(long, { where: long, expected: long, got: long });
    expect(new TextEncoder().encode(error.message).length).toBeLessThanOrEqual(2048);
    expect(error.message).toMatch(/^ä+…: ä+…; expected ä+…, got ä+…$/);
  });
});

describe.each(builds)('code of the caller that runs in the middle, %s', (build) => {
  type Trap = (now: () => void) => unknown;
  /** Inputs of two numbers that call something while they are read. */
  const traps: [string, Trap][] = [
    [
      'an element',
      (now) =>
        Object.defineProperty([0, 2], 0, {
          get: () => {
            now();
            return 1;
          },
        }),
    ],
    [
      'a proxy',
      (now) =>
        new Proxy([1, 2], {
          get: (target, key) => {
            now();
            return Reflect.get(target, key);
          },
        }),
    ],
    [
      'data',
      (now) => ({
        get data() {
          now();
          return [1, 2];
        },
        shape: [1, 2],
      }),
    ],
    [
      'a nested row',
      (now) => [
        Object.defineProperty([0, 2], 0, {
          get: () => {
            now();
            return 1;
          },
        }),
      ],
    ],
  ];

  const make = async (): Promise<[Model, Stream]> => {
    const model = await createModel(stack('lstm', 2, 16), { build });
    return [model, model.createStream()];
  };

  it.each(traps)('%s that disposes of the stream or the model', async (_, trap) => {
    for (const whole of [false, true]) {
      const ways: ((model: Model, stream: Stream, x: never, now: () => void) => unknown)[] = [
        (_, stream, x) => stream.run(x),
        (_, stream, x) => stream.runNamed({ x }),
        (_, stream, __, now) =>
          stream.run(
            [1, 2],
            loose({
              get mask() {
                now();
                return [1];
              },
            }),
          ),
        (_, stream, __, now) =>
          stream.setState(
            loose([
              {
                get h() {
                  now();
                  return new Float32Array(16);
                },
                c: new Float32Array(16),
              },
            ]),
          ),
        (model, _, x) => whole && model.run(x),
        (model, _, x) => whole && model.trace(x),
        (model, _, __, now) =>
          whole &&
          model.createStream(
            loose({
              get batch() {
                now();
                return 1;
              },
            }),
          ),
      ];
      for (const way of ways) {
        const [model, stream] = await make();
        const now = (): void => (whole ? model.dispose() : stream.dispose());
        const outcome = ((): unknown => {
          try {
            return way(model, stream, loose(trap(now)), now);
          } catch (error) {
            return error;
          }
        })();
        if (outcome !== false) expect(outcome).toBeInstanceOf(DisposedError);
        if (!whole) expect(() => model.run([1, 2])).not.toThrow();
      }
    }
    const [, stream] = await make();
    const frame = trap(() => stream.dispose());
    if (Array.isArray(frame) && !Array.isArray(frame[1])) {
      expect(() => stream.step(loose(frame))).toThrow(GatewiseError);
    }
  });

  it.each(traps)('%s that runs the same stream: both runs count, one after the other', async (_, trap) => {
    const [model, stream] = await make();
    const expected = model.createStream();
    let done = false;
    const x = trap(() => {
      if (done) return;
      done = true;
      stream.run([5, 6]);
      stream.step([7, 8]);
    });
    const got = stream.run(loose<Input>(x));
    expected.step([5, 6]);
    expected.step([7, 8]);
    expectSameBits(got, expected.step([1, 2]));
    expectSameBits(stream.step([0, 0]), expected.step([0, 0]));
  });

  it('a value that changes between two looks is the first of them', async () => {
    const ids = new SpecBuilder(2).add({
      type: 'embedding',
      name: 'e',
      inputs: ['x'],
      tensors: { weight: 'table' },
    });
    ids.tensor('table', 7, 3);
    const model = await createModel(ids.spec(1, undefined, 'int32'), { build });
    let looks = 0;
    const changing = Object.defineProperty([0], 0, { get: () => (looks++ === 0 ? 3 : 2 ** 30) });
    expectSameBits(model.run(loose(changing)), model.run([3]));
    looks = 0;
    expectSameBits(model.createStream().step(loose(changing)), model.run([3]));
    let lengths = 0;
    const longer = new Proxy([1], {
      get: (target, key) => (key === 'length' ? (lengths++ === 0 ? 1 : 1e6) : Reflect.get(target, key)),
    });
    expectSameBits(model.run(loose(longer)), model.run([1]));
  });

  it('a Float32Array with things on top is what is inside it', async () => {
    const [model, stream] = await make();
    class Own extends Float32Array {
      override set(): void {
        model.dispose();
      }
      override get length(): number {
        return 2;
      }
    }
    const expected = model.run([1, 2]);
    const x = new Own(4096);
    expect(() => stream.step(x)).toThrow('frame: wrong length');
    expect(() => stream.step([1, 2], new Own(9))).toThrow('out: wrong length');
    const short = Own.of(1, 2);
    const out = new Own(expected.length);
    expect(model.run(short, { out })).toBe(out);
    expectSameBits(new Float32Array(out.buffer), expected);
    const frame = Object.defineProperty(new Float32Array(4096), 'length', { value: 2 });
    expect(() => stream.step(frame)).toThrow('frame: wrong length');
    expectSameBits(stream.step(short, out), expected);
  });
});

describe.each(builds)('other realms, %s', (build) => {
  it('their arrays are arrays', async () => {
    const model = await createModel(spec, { build });
    const expected = model.run([1, 2, 3, 4]);
    const there = <Type>(code: string): Type => runInNewContext(code) as Type;
    const out = there<Float32Array>('new Float32Array(6)');
    expect(out).not.toBeInstanceOf(Float32Array);
    for (const x of [
      '[1, 2, 3, 4]',
      'Float32Array.of(1, 2, 3, 4)',
      '[[1, 2], [3, 4]]',
      '({ data: [1, 2, 3, 4], shape: [2, 2] })',
    ]) {
      expect(model.run(there<Input>(x), { out })).toBe(out);
      expectSameBits(out, expected);
    }
    const stream = model.createStream();
    const single = there<Float32Array>('new Float32Array(3)');
    expect(stream.step(there('Float32Array.of(1, 2)'), single)).toBe(single);
    expectSameBits(single, expected.subarray(0, 3));
    const bytes = stream.save();
    const copy = there<(bytes: Uint8Array) => Uint8Array>('(bytes) => Uint8Array.from(bytes)')(bytes);
    const other = model.createStream();
    other.restore(copy);
    expectSameBits(other.step([3, 4]), expected.subarray(3));
    other.setState(there('[{ h: new Float32Array(3), c: [0, 0, 0] }]'));
    expectSameBits(other.step([1, 2]), expected.subarray(0, 3));
    expect(() => model.run(there<Input>('new Uint8Array(2)'))).toThrow('bytes are not features');
    const rebuilt = there<(spec: ModelSpec) => ModelSpec>(`(spec) => ({
      ...spec,
      tensors: Object.fromEntries(Object.entries(spec.tensors).map(
        ([name, { shape, data }]) => [name, { shape: [...shape], data: Float32Array.from(data) }])),
    })`)(spec);
    expectSameBits((await createModel(rebuilt, { build })).run([1, 2, 3, 4]), expected);
  });
});

describe.each(builds)('what the caller keeps, %s', (build) => {
  it('of a stream cannot change it', async () => {
    const model = await createModel(spec, { build });
    const stream = model.createStream();
    const other = model.createStream();
    other.step([1, 2]);
    const before = other.save();
    expect(() => Object.assign(stream, { batch: 1000 })).toThrow(TypeError);
    stream.reset();
    expect(stream.batch).toBe(1);
    expect(other.save()).toEqual(before);
  });

  it('cannot change the model', async () => {
    const copy = JSON.parse(JSON.stringify({ ...spec, tensors: {} })) as { nodes: NodeSpec[]; outputs: string[] };
    const tensors = { ...spec.tensors };
    const given = { ...copy, tensors } as unknown as ModelSpec;
    const making = createModel(given, { build });
    copy.nodes.length = 0;
    copy.outputs[0] = 'lstm0';
    for (const name of Object.keys(tensors)) delete tensors[name];
    const model = await making;
    const before = model.createStream().save();
    const expected = model.run([1, 2]);
    const attempts: (() => unknown)[] = [
      () => (model.graph.values as Map<string, unknown>).clear(),
      () => (model.graph.layouts as Map<string, unknown>).set('x', { axes: [] }),
      () => loose<unknown[]>(model.graph.nodes).pop(),
      () => Object.assign(model.graph.nodes[0] as object, { units: 2 }),
      () => Object.assign(model.graph.inputs[0] as object, { features: 200 }),
      () => Object.assign(model.graph.outputs[0] as object, { features: 200 }),
      () => loose<unknown[]>(model.layers).pop(),
      () => Object.assign(model.layers[0] as object, { cells: [] }),
      () => Object.assign(model.layers[0]?.cells[0]?.place as object, { parts: [] }),
      () => loose<unknown[]>(model.inputs).pop(),
      () => loose<unknown[]>(model.inputs[0]?.axes).pop(),
    ];
    for (const attempt of attempts) {
      try {
        attempt();
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
      expectSameBits(model.run([1, 2]), expected);
      expect(model.createStream().save()).toEqual(before);
    }
    expect(model.trace([1, 2]).layers).toHaveLength(1);
    expect(structuredClone(model.summary())).toMatchObject({ parameters: model.summary().parameters });
    expect(`${model.summary()}`).toContain('multiply-adds');
  });
});

describe.each(builds)('sizes, %s', (build) => {
  it('an output beyond the limit is a named error', async () => {
    const repeat: ModelSpec = {
      inputs: [{ name: 'x', features: 1, kind: 'vector' }],
      nodes: [{ type: 'repeat', name: 'y', inputs: ['x'], count: 2 ** 29 }],
      outputs: ['y'],
      tensors: {},
    };
    const model = await createModel(repeat, { build, memoryLimit: 2 ** 20 });
    expect(() => model.run([1])).toThrow(MemoryLimitError);
    expect(() => model.run([1])).toThrow(
      'output: the output of one run is too large; expected at most 67108864 bytes, got 2147483648',
    );
    expect(() => model.runNamed({ x: [1] })).toThrow(MemoryLimitError);
  });

  it('a rearrangement of 2^29 features takes no memory beside the model’s', async () => {
    const rearrange: ModelSpec = {
      inputs: [{ name: 'x', features: 2 ** 29 }],
      nodes: [
        { type: 'rearrange', name: 'r', inputs: ['x'], shape: [2 ** 14, 2 ** 15], order: [1, 0] },
        { type: 'reduce', name: 'y', inputs: ['r'], operation: 'sum', axis: 'features' },
      ],
      outputs: ['y'],
      tensors: {},
    };
    const before = process.memoryUsage().arrayBuffers;
    const model = await createModel(rearrange, { build, memoryLimit: 1e6 });
    expect(() => model.createStream()).toThrow(MemoryLimitError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it('a trace makes room as a run does', async () => {
    const model = await createModel(stack('lstm', 4, 16), { build, memoryLimit: 2 ** 18 });
    const x = randomFloats(4 * 200, 1);
    const expected = model.run(x);
    // Idle plans fill what there is.
    for (let time = 190; time < 200; time++) model.run(x.subarray(0, 4 * time));
    for (let time = 100; time <= 200; time += 50) {
      expectSameBits(
        model.trace(x.subarray(0, 4 * time)).outputs.head?.data as Float32Array,
        expected.subarray(0, 3 * time),
      );
    }
  });

  it('of 20,000 nodes, tensors, inputs and outputs', { ...whenThorough, timeout: 60_000 }, async () => {
    const count = 20_000;
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    const chain: ModelSpec = {
      inputs: [{ name: 'x', features: 1 }],
      nodes: names.map((name, i) => ({ type: 'dropout', name, inputs: [i === 0 ? 'x' : `n${i - 1}`] })),
      outputs: [names.at(-1) as string],
      tensors: Object.fromEntries(names.map((name) => [name, { shape: [1], data: new Float32Array(1) }])),
    };
    const model = await createModel(chain, { build });
    expect([...model.run([1, 2])]).toEqual([1, 2]);
    expect(model.createStream().step([3])[0]).toBe(3);
    const wide: ModelSpec = {
      inputs: names.map((name) => ({ name, features: 1 })),
      nodes: [],
      outputs: names,
      layouts: Object.fromEntries(names.map((name) => [name, { axes: ['time', 'batch', 1] }])),
      tensors: {},
    };
    const many = await createModel(wide, { build });
    const results = many.runNamed(Object.fromEntries(names.map((name, i) => [name, [i]])));
    expect(results.n777?.data[0]).toBe(777);
    const merged = await createModel(
      { ...wide, layouts: {}, nodes: [{ type: 'concatenate', name: 'y', inputs: names }], outputs: ['y'] },
      { build },
    );
    expect(merged.runNamed(Object.fromEntries(names.map((name, i) => [name, [i]]))).y?.data[19_999]).toBe(19_999);
  });

  it('10,000 streams of mixed batch, disposed of in any order', async () => {
    const model = await createModel(stack('gru', 2, 8), { build });
    model.createStream({ batch: 1 }).dispose();
    const streams = Array.from({ length: 10_000 }, (_, i) => model.createStream({ batch: 1 + ((i * 7919) % 97) }));
    for (let i = 0; i < streams.length; i++) streams[(i * 7919) % streams.length]?.dispose();
    const { byteLength } = model.memory;
    for (let i = 0; i < 10_000; i++) model.createStream({ batch: 1 + ((i * 7919) % 97) });
    expect(model.memory.byteLength).toBe(byteLength);
    model.dispose();
  });
});
