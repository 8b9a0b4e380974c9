import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CellConfig,
  createModel,
  createModelSync,
  type Int8TensorSpec,
  type LayerTrace,
  type ModelSpec,
  type NodeSpec,
  SpecError,
} from '../../src/index.js';
import { loadInt8, loadInt8Sync } from '../../src/layers/int8/index.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { int8Product, int8Spec } from '../support/int8.js';
import { INT8_HASH, INT8_STACKS, int8Bytes } from '../support/int8-stacks.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const { fround } = Math;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const kernelBytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url)));
};

/** What the gates of a layer must be at timestep t, from its trace before it and the integer arithmetic. */
function gatesOf(spec: ModelSpec, cell: CellConfig, x: Float32Array, h: Float32Array, r: Float32Array | undefined) {
  const int8 = spec.int8 as Record<string, Int8TensorSpec>;
  const [W, U] = [int8[cell.tensors.weightIh], int8[cell.tensors.weightHh]] as [Int8TensorSpec, Int8TensorSpec];
  const { units } = cell;
  const rows = W.shape[0] as number;
  const biases = (...names: (string | undefined)[]): Float32Array =>
    Float32Array.from({ length: rows }, (_, i) =>
      names.reduce((sum, name) => fround(sum + ((name && spec.tensors[name]?.data[i]) || 0)), 0),
    );
  const { biasIh, biasHh } = cell.tensors;
  if (cell.type !== 'gru') {
    const fromX = int8Product(W, x, biases(biasIh, biasHh));
    return int8Product(U, h, fromX, { least: cell.type === 'rnn' ? 0 : 1 });
  }
  const fromX = int8Product(W, x, biases(biasIh));
  const fromH = int8Product(U, h, biases(biasHh), { least: 1 });
  const reset = Float32Array.from(h, (value, i) => value * ((r as Float32Array)[i] as number));
  const fromReset = int8Product(U, reset, biases(biasHh), { least: 1 });
  return Float32Array.from(fromX, (value, i) => {
    if (i < 2 * units) return value + (fromH[i] as number);
    if (!cell.resetAfter) return value + (fromReset[i] as number);
    return value + (fromH[i] as number) * ((r as Float32Array)[i - 2 * units] as number);
  });
}

/** The same with a scale for each of several blocks of an output's weights. */
function inBlocks(spec: ModelSpec, blocks: number): ModelSpec {
  const cut = ([name, { shape, data, scales }]: [string, Int8TensorSpec]) => {
    const more = Float32Array.from({ length: scales.length * blocks }, (_, i) => {
      return (scales[Math.floor(i / blocks)] as number) * (1 + (i % blocks) / 4);
    });
    return [name, { shape, data, scales: more }] as const;
  };
  return { ...spec, int8: Object.fromEntries(Object.entries(spec.int8 ?? {}).map(cut)) };
}

const CELLS: [string, CellConfig['type'], object][] = [
  ['lstm', 'lstm', {}],
  ['lstm with everything', 'lstm', { peephole: false, coupled: true, clip: 2, cellClip: 1 }],
  ['gru', 'gru', {}],
  ['gru, reset before', 'gru', { resetAfter: false }],
  ['rnn', 'rnn', {}],
];

describe.each([1, 3])('int8 cells: the gates that exact integers give, %i scales for each output', (blocks) => {
  it.each(CELLS)('%s', async (_, type, options) => {
    const [inputs, units, time] = [11, 14 - (blocks > 1 ? 2 : 0), 9];
    const builder = new SpecBuilder(3).recurrent(type, 'a', 'x', inputs, units, { initial: true, ...options });
    const spec = inBlocks(int8Spec(builder.spec(inputs)), blocks);
    const cell = spec.nodes[0] as CellConfig & NodeSpec;
    const model = await createModel(spec);
    const x = randomFloats(time * inputs, 8, 4);
    const [layer] = model.trace(x).layers as [LayerTrace];
    let h: Float32Array = (spec.tensors[cell.tensors.initialH as string] as { data: Float32Array }).data;
    for (let t = 0; t < time; t++) {
      const at = (all: Float32Array | undefined): Float32Array =>
        (all as Float32Array).slice(t * units, (t + 1) * units);
      const gates = (layer.gates ?? {}) as Record<string, Float32Array>;
      const raw = gatesOf(spec, cell, x.subarray(t * inputs, (t + 1) * inputs), h, gates.r && at(gates.r));
      const clip = 'clip' in options ? 2 : Number.POSITIVE_INFINITY;
      const bounded = raw.map((value) => Math.max(-clip, Math.min(clip, value)));
      const names = Object.keys(gates);
      names.forEach((gate, index) => {
        // A coupled forget gate is made of the input gate.
        if (gate === 'f' && 'coupled' in options) return;
        const candidate = gate === 'g' || gate === 'n';
        const part = bounded.subarray(index * units, (index + 1) * units);
        // Two roundings of float32 and the activation's own error, 1.6e-7 at most.
        expectNear(at(gates[gate]), Float64Array.from(part, candidate ? Math.tanh : sigmoid), 4e-7, `${gate} at ${t}`);
      });
      const next = at(layer.h);
      if (names.length === 0) expectNear(next, Float64Array.from(bounded, Math.tanh), 4e-7, `h at ${t}`);
      h = next;
    }
    model.dispose();
  });
});

describe('int8 layers without a state: exact', () => {
  const exact = async (spec: ModelSpec, inputs: Float32Array, options = {}): Promise<Float32Array> => {
    const model = await createModel(spec);
    const y = model.run(inputs, options);
    model.dispose();
    return y;
  };

  it('dense', async () => {
    const spec = int8Spec(new SpecBuilder(4).dense('y', 'x', 10, 7).spec(10));
    const x = randomFloats(6 * 10, 3, 2);
    const bias = (spec.tensors['y.bias'] ?? spec.tensors[(spec.nodes[0] as { tensors: { bias: string } }).tensors.bias])
      ?.data as Float32Array;
    const [weight] = Object.values(spec.int8 ?? {}) as [Int8TensorSpec];
    const expected = Array.from({ length: 6 }, (_, t) => [
      ...int8Product(weight, x.subarray(t * 10, (t + 1) * 10), bias),
    ]);
    expectSameBits(await exact(spec, x), expected.flat());
  });

  it.each([2048, 4096, 8192])('dense, the largest numbers in sums of %i: none overflows', async (k) => {
    const data = new Int8Array(4 * k).fill(-128).fill(127, k, 2 * k);
    data.forEach((_, j) => {
      // Half of each sign; and one that all but cancels.
      if (j >= 2 * k) data[j] = j < 3 * k ? (j % 2 === 0 ? 127 : -127) : j === 4 * k - 1 ? -127 : 0;
    });
    const spec: ModelSpec = {
      inputs: [{ name: 'x', features: k }],
      nodes: [{ type: 'dense', name: 'y', inputs: ['x'], units: 4, tensors: { weight: 'w' } }],
      outputs: ['y'],
      tensors: {},
      int8: { w: { shape: [4, k], data, scales: new Float32Array(4).fill(1) } },
    };
    const x = new Float32Array(k).fill(3);
    expectNear(await exact(spec, x), [-128 * 3 * k, 127 * 3 * k, 0, -127 * 3], 1e-6);
    expectNear(await exact(spec, x.fill(-3)), [128 * 3 * k, -127 * 3 * k, 0, 127 * 3], 1e-6);
  });

  it.each([
    ['all taps at once', { kernelSize: 3 }],
    ['dilated, tap after tap', { kernelSize: 3, dilation: 2 }],
  ])('conv1d, %s', async (_, options) => {
    const builder = new SpecBuilder(6);
    const [inputs, filters, time] = [5, 6, 9];
    const weight = builder.tensor('w', filters, options.kernelSize, inputs);
    const bias = builder.tensor('b', filters);
    builder.nodes.push({ type: 'conv1d', name: 'y', inputs: ['x'], filters, ...options, tensors: { weight, bias } });
    const spec = int8Spec(builder.spec(inputs));
    const x = randomFloats(time * inputs, 2, 3);
    const y = await exact(spec, x);
    const w = spec.int8?.w as Int8TensorSpec;
    const { dilation = 1 } = options as { dilation?: number };
    const start = spec.tensors.b?.data as Float32Array;
    const expected: number[] = [];
    for (let t = 0; t + dilation * 2 < time; t++) {
      let sum: Float32Array = start;
      if (dilation === 1) sum = int8Product(w, x.subarray(t * inputs, (t + 3) * inputs), sum);
      else {
        for (let tap = 0; tap < 3; tap++) {
          const row = x.subarray((t + tap * dilation) * inputs, (t + tap * dilation + 1) * inputs);
          sum = int8Product(w, row, sum, { from: tap * inputs });
        }
      }
      expected.push(...sum);
    }
    expectSameBits(y, expected);
  });

  it('grouped and transposed convolutions', async () => {
    const builder = new SpecBuilder(6);
    const up = builder.tensor('up', 4, 3, 2);
    const down = builder.tensor('down', 6, 2, 2);
    builder.nodes.push(
      {
        type: 'conv_transpose1d',
        name: 'u',
        inputs: ['x'],
        filters: 4,
        kernelSize: 3,
        stride: 2,
        groups: 2,
        tensors: { weight: up },
      },
      { type: 'conv1d', name: 'y', inputs: ['u'], filters: 6, kernelSize: 2, groups: 2, tensors: { weight: down } },
    );
    const floats = builder.spec(4);
    const x = randomFloats(7 * 4, 2);
    const [expected, got] = [await exact(floats, x), await exact(int8Spec(floats), x)];
    // 8 bits of weights, twice.
    expectNear(got, expected, 0.03);
    expect(got).not.toEqual(expected);
  });

  it('embedding', async () => {
    const builder = new SpecBuilder(6);
    builder.nodes.push({ type: 'embedding', name: 'y', inputs: ['x'], tensors: { weight: builder.tensor('w', 9, 6) } });
    const spec = int8Spec(builder.spec(1, undefined, 'int32'));
    const { data, scales } = (spec.int8 as Record<string, Int8TensorSpec>).w as Int8TensorSpec;
    const model = await createModel(spec);
    const expected = [8, 0, 3].flatMap((id) =>
      Array.from(data.subarray(id * 6, id * 6 + 6), (q) => fround(q * (scales[id] as number))),
    );
    expectSameBits(model.run([8, 0, 3]), expected);
    model.dispose();
  });
});

describe.each(builds)('int8, same bits, %s', (build) => {
  it.each(INT8_STACKS)('%s: step by step, in any cut, in a batch, and whole', async (_, spec, features) => {
    const TIME = 13;
    const model = await createModel(spec, { build });
    const xs = randomFloats(5 * TIME * features, 99, 3);
    const together = model.run(xs, { batch: 5 });
    const size = together.length / 5;
    const x = xs.subarray(0, TIME * features);
    const whole = model.run(x);
    expectSameBits(together.subarray(0, size), whole);
    expectSameBits(together.subarray(4 * size), model.run(xs.subarray(4 * TIME * features)));
    if (model.graph.nodes.some(({ type }) => type === 'bidirectional')) return model.dispose();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: TIME }), (pieces) => {
        const stream = model.createStream();
        const parts: number[] = [];
        for (let t = 0, i = 0; t < TIME; i++) {
          const end = Math.min(TIME, t + (pieces[i] as number));
          const piece = x.subarray(t * features, end * features);
          parts.push(...(end === t + 1 ? stream.step(piece) : stream.run(piece)));
          t = end;
        }
        stream.dispose();
        expectSameBits(parts, whole);
      }),
      { numRuns: 5 },
    );
    model.dispose();
  });

  it('the same bits on both builds, every engine and processor', async () => {
    const bytes = await int8Bytes((spec) => createModel(spec, { build }));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(INT8_HASH);
  });

  it('the same with several scales for each output', async () => {
    const spec = inBlocks(int8Spec(stack('gru', 20, 40)), 5);
    const [model, other] = [await createModel(spec, { build }), await createModel(spec, { build: 'simd' })];
    const x = randomFloats(12 * 20, 5, 3);
    const whole = model.run(x);
    expectSameBits(other.run(x), whole);
    expectSameBits(model.run(Float32Array.of(...x, ...x), { batch: 2 }).subarray(whole.length), whole);
    const stream = model.createStream();
    const steps = Array.from({ length: 12 }, (_, t) => [...stream.step(x.subarray(t * 20, (t + 1) * 20))]);
    expectSameBits(steps.flat(), whole);
    const one = await createModel(int8Spec(stack('gru', 20, 40)), { build });
    expect(one.run(x)).not.toEqual(whole);
    for (const each of [model, other, one]) each.dispose();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d stays in its row', async (bad) => {
    for (const [, spec, features] of INT8_STACKS) {
      const model = await createModel(spec, { build });
      const time = 4;
      const x = randomFloats(3 * time * features, 7);
      const clean = model.run(x, { batch: 3 });
      x[(1 * time + 2) * features] = bad;
      const y = model.run(x, { batch: 3 });
      const row = y.length / 3;
      expectSameBits(y.subarray(0, row), clean.subarray(0, row));
      expectSameBits(y.subarray(2 * row), clean.subarray(2 * row));
      expect(y.subarray(row, 2 * row).some(Number.isNaN)).toBe(true);
      model.dispose();
    }
  });
});

describe('int8 models', () => {
  const floats = stack('lstm', 6, 32);
  const spec = int8Spec(floats);

  it('are near the float32 model, and take about a quarter of its weights', async () => {
    const [model, other] = [await createModel(spec), await createModel(floats)];
    const x = randomFloats(50 * 6, 1);
    expectNear(model.run(x), other.run(x), 0.01);
    const big = await createModel(stack('lstm', 128, 128));
    const small = await createModel(int8Spec(stack('lstm', 128, 128)));
    expect(small.summary().weightBytes / big.summary().weightBytes).toBeLessThan(0.32);
    expect(small.summary().parameters).toBe(big.summary().parameters);
  });

  it('say the same of themselves', async () => {
    const [model, other] = [await createModel(spec), await createModel(floats)];
    expect(model.build).toBe('simd');
    expect(model.summary().layers).toEqual(other.summary().layers);
    expect(model.layers.map(({ cells }) => cells.map(({ sizes }) => sizes))).toEqual(
      other.layers.map(({ cells }) => cells.map(({ sizes }) => sizes)),
    );
  });

  it('take saved states of their own, not those of the float32 model or of other scales', async () => {
    const model = await createModel(spec);
    const stream = model.createStream();
    stream.step(randomFloats(6, 1));
    const saved = stream.save();
    const y = stream.step(randomFloats(6, 2));
    const again = (await createModel(int8Spec(floats))).createStream();
    again.restore(saved);
    expectSameBits(again.step(randomFloats(6, 2)), y);
    const [name, tensor] = Object.entries(spec.int8 ?? {})[0] as [string, Int8TensorSpec];
    const scales = tensor.scales.slice();
    scales[3] = fround((scales[3] as number) * 2);
    const scaled = { ...spec, int8: { ...spec.int8, [name]: { ...tensor, scales } } };
    const data = tensor.data.slice();
    data[5] = -(data[5] as number) - 1;
    const changed = { ...spec, int8: { ...spec.int8, [name]: { ...tensor, data } } };
    for (const other of [floats, scaled, changed]) {
      const strange = (await createModel(other)).createStream();
      expect(() => strange.restore(saved)).toThrow('another model');
    }
  });

  it('run where code cannot be loaded on demand, with kernels in hand', async () => {
    const whole = (await createModel(spec)).run(randomFloats(60, 3));
    const kernels = await kernelBytes('simd');
    for (const build of builds) {
      const int8 = loadInt8Sync({ kernels: await kernelBytes(`int8-${build}`) });
      expect(int8.build).toBe(build);
      const model = createModelSync(spec, { kernels, int8 });
      expectSameBits(model.run(randomFloats(60, 3)), whole);
      const other = await createModel(spec, { kernels, int8: await loadInt8({ build }) });
      expectSameBits(other.run(randomFloats(60, 3)), whole);
    }
    expect(() => createModelSync(spec, { kernels })).toThrow('spec.int8: no integer kernels; expected options.int8');
    expect(() => loadInt8Sync({ kernels })).toThrow('kernels: not the Gatewise kernels; expected int8-simd.wasm');
    await expect(createModel(floats, { kernels: await kernelBytes('int8-simd') })).rejects.toThrow(
      'kernels: not the Gatewise kernels; expected simd.wasm',
    );
    await expect(createModel(spec, { int8: {} as never })).rejects.toThrow('int8: no integer kernels');
    await expect(createModel(spec, { build: 'fast' as never })).rejects.toThrow('build: unknown build');
    if (builds.includes('relaxed')) {
      await expect(createModel(spec, { kernels: await kernelBytes('relaxed') })).rejects.toThrow('another build');
    }
  });

  it('give their memory back', async () => {
    const model = await createModel(spec);
    const { used } = model.memory;
    const stream = model.createStream();
    stream.step(new Float32Array(6));
    model.run(randomFloats(600, 1), { batch: 4 });
    stream.dispose();
    expect(model.memory.used).toBeGreaterThanOrEqual(used);
    model.dispose();
    expect(() => model.summary()).toThrow('disposed');
  });
});

describe('int8 specs that are refused', () => {
  const good = int8Spec(stack('lstm', 4, 4));
  const [name] = Object.keys(good.int8 ?? {}) as [string];
  const tensor = good.int8?.[name] as Int8TensorSpec;
  const withTensor = (changed: object): ModelSpec => ({
    ...good,
    int8: { ...good.int8, [name]: { ...tensor, ...changed } as Int8TensorSpec },
  });
  const scales = (value: number): Float32Array => tensor.scales.map((scale, i) => (i === 2 ? value : scale));
  const where = `int8 tensor "${name}": `;
  const dense = new SpecBuilder(1).dense('y', 'x', 3, 2).spec(3);

  it.each<[string, ModelSpec, string]>([
    ['no record', { ...good, int8: 5 as never }, 'spec.int8: no int8 tensors; expected a record of tensors, got 5'],
    ['unknown field', withTensor({ zero: 1 }), `${where}unknown field "zero"`],
    ['floats', withTensor({ data: new Float32Array(64) }), `${where}wrong data; expected an Int8Array`],
    ['bytes', withTensor({ data: new Uint8Array(64) }), `${where}wrong data; expected an Int8Array`],
    ['no scales', withTensor({ scales: undefined }), `${where}wrong scales; expected a Float32Array`],
    [
      'too few scales',
      withTensor({ scales: new Float32Array(4) }),
      `${where}scales and shape disagree; expected 16, one for each output, or in a matrix as many for each of its blocks, got 4`,
    ],
    [
      'scales for blocks that are no multiple of four',
      withTensor({ scales: new Float32Array(32) }),
      `${where}scales and shape`,
    ],
    ['one and a half for each', withTensor({ scales: new Float32Array(24) }), `${where}scales and shape disagree`],
    [
      'blocks in what slides',
      withTensor({ shape: [16, 2, 8], data: new Int8Array(256), scales: new Float32Array(32) }),
      `${where}scales and shape disagree`,
    ],
    [
      'blocks of which int32 does not hold the sum',
      withTensor({ shape: [1, 4104], data: new Int8Array(4104), scales: new Float32Array(2) }),
      `${where}scales and shape disagree`,
    ],
    [
      'a table with several scales for a row',
      {
        ...dense,
        inputs: [{ name: 'x', features: 1, dtype: 'int32' }],
        nodes: [{ type: 'embedding', name: 'y', inputs: ['x'], tensors: { weight: 'v' } }],
        tensors: {},
        int8: { v: { shape: [2, 8], data: new Int8Array(16), scales: new Float32Array(4) } },
      },
      'node "y": several scales for a row; expected one for each row of a table, got "v"',
    ],
    [
      'a scale of NaN',
      withTensor({ scales: scales(Number.NaN) }),
      `${where}a scale that is not usable; expected finite ones, at most 2^96, got NaN`,
    ],
    ['a scale too large', withTensor({ scales: scales(1e30) }), `${where}a scale that is not usable`],
    [
      'too few numbers',
      withTensor({ data: new Int8Array(63) }),
      `${where}data and shape disagree; expected 64 numbers for [16, 4], got 63`,
    ],
    [
      'a vector',
      withTensor({ shape: [64], scales: new Float32Array(64) }),
      `${where}not a matrix; expected a shape of two axes or more`,
    ],
    ['a size of 0', withTensor({ shape: [16, 0] }), `${where}`.slice(0, -2)],
    [
      'both',
      { ...good, tensors: { ...good.tensors, [name]: { shape: [1], data: new Float32Array(1) } } },
      `${where}a float32 tensor of the same name`,
    ],
    [
      'a bias',
      {
        ...good,
        int8: { ...good.int8, b: { shape: [4, 4], data: new Int8Array(16), scales: new Float32Array(4) } },
        nodes: good.nodes.map((node) =>
          'units' in node && node.type === 'lstm' ? { ...node, tensors: { ...node.tensors, biasIh: 'b' } } : node,
        ),
      },
      'node "lstm0": biasIh cannot be int8; expected float32; int8 for weightIh and weightHh alone, got "b"',
    ],
    [
      'another type of node',
      {
        ...dense,
        nodes: [{ type: 'constant', name: 'y', inputs: [], tensors: { value: 'v' } }],
        tensors: {},
        int8: { v: { shape: [2, 3], data: new Int8Array(6), scales: new Float32Array(2) } },
      },
      'node "y": value cannot be int8; expected float32; int8 for none in a node of type constant, got "v"',
    ],
  ])('%s', async (_, spec, message) => {
    const refused = createModel(spec);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(SpecError);
  });

  it('a cell with weights of two types', async () => {
    const floats = stack('gru', 4, 4);
    const cell = floats.nodes[0] as CellConfig & NodeSpec;
    const whole = int8Spec(floats);
    const { weightHh } = cell.tensors;
    const { [weightHh]: _, ...int8 } = whole.int8 as Record<string, Int8TensorSpec>;
    const spec = { ...whole, int8, tensors: { ...whole.tensors, [weightHh]: floats.tensors[weightHh] } } as ModelSpec;
    await expect(createModel(spec)).rejects.toThrow(
      'node "gru0": weights of two types; expected weightIh and weightHh both int8 or both float32, got weightIh alone',
    );
  });
});
