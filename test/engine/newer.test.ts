import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NewerCellConfig, type NodeSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { layers } from '../../src/layers/layers.js';
import { type ReferenceResult, runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { NEWER, type NewerOptions, newerCell } from '../support/newer.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

// The cells that are composed of kernels: against their twins, and all that holds for cells with kernels of their own.

// Float32 sums of some dozens of terms, and activations of 1.4e-7 each, over a dozen timesteps.
const TOLERANCE = 5e-6;

type Type = NewerCellConfig['type'];

function specOf(type: Type, inputs: number, units: number, options: NewerOptions = {}, seed = 1): ModelSpec {
  const builder = new SpecBuilder(seed);
  builder.add({ name: 'y', inputs: ['x'], ...newerCell(type, builder, 'c', inputs, units, options) } as NodeSpec);
  return builder.spec(inputs);
}

function bothWays(type: Type, merge: string, inputs: number, units: number): ModelSpec {
  const builder = new SpecBuilder(3);
  const [forward, backward] = ['f', 'b'].map((name) => newerCell(type, builder, name, inputs, units));
  builder.add({ type: 'bidirectional', name: 'y', inputs: ['x'], merge, forward, backward } as NodeSpec);
  return builder.spec(inputs);
}

const size = fc.constantFrom(1, 2, 3, 4, 5, 8, 12, 13, 31);
const scenario = fc.record({
  inputs: size,
  units: size,
  batch: fc.constantFrom(1, 2, 3),
  time: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1e6),
  masking: fc.constantFrom('none', 'mask', 'lengths'),
  optional: fc.boolean(),
  how: fc.record({
    goBackwards: fc.boolean(),
    returnSequences: fc.boolean(),
    zeroOutputForMask: fc.boolean(),
  }),
});

/** Of each type, options that change what is computed. */
const OPTIONS: Readonly<Record<Type, readonly NewerOptions[]>> = {
  min_gru: [{ positive: true }],
  min_lstm: [{ positive: true }],
  sru: [
    { highway: 'none' },
    { highway: 'input', units: 5 },
    { highway: 'input', units: 5, scale: 1.7, activation: 'tanh' },
    { highway: 'none', activation: 'relu', optional: false },
    { activation: 'tanh' },
  ],
  ssru: [{ activation: 'linear' }, { activation: 'tanh' }],
  qrnn: [
    { pooling: 'f' },
    { pooling: 'ifo' },
    { pooling: 'f', weightless: true, inputs: 12 },
    { pooling: 'fo', weightless: true, inputs: 18 },
    { pooling: 'ifo', weightless: true, inputs: 24 },
  ],
  fast_grnn: [{ zeta: 0, nu: 1 }, { activations: { z: 'tanh', n: 'relu' } }, { activations: { n: 'linear' } }],
  layer_norm_lstm: [
    ...[undefined, 'state', 'output'].flatMap((cellNorm) =>
      ['gates', 'products'].map((normalised) => ({ normalised, ...(cellNorm && { cellNorm }) })),
    ),
    { normalised: 'products', cellNorm: 'state', optional: false },
    { peephole: true, coupled: true },
    { peephole: true, cellClip: 0.3, cellNorm: 'output' },
    { activations: { i: 'hard_silu', f: 'tanh', g: 'linear', o: 'softsign', output: 'relu' } },
    { normalised: 'products', activations: { g: 'linear', output: 'linear' } },
    { epsilon: 0.5 },
  ],
  cfc: [
    { mode: 'no_gate' },
    { mixedMemory: true },
    { mixedMemory: true, backbone: { units: 30, layers: 2, activation: 'tanh' } },
    { backbone: { units: 3, layers: 1, activation: 'silu' } },
    {
      backbone: { units: 40, layers: 3, activation: { type: 'scaled_tanh', alpha: 1.7159, beta: 0.666 } },
      mode: 'no_gate',
    },
    { backbone: { units: 9, layers: 2, activation: 'linear' }, optional: false },
  ],
  cfc_pure: [
    { mixedMemory: true },
    { backbone: { units: 3, layers: 2, activation: 'gelu' } },
    { backbone: { units: 21, layers: 1, activation: 'linear' } },
  ],
  slstm: [{ heads: 2 }, { heads: 3 }, { heads: 6 }, { heads: 2, optional: false }],
  ltc: [{ unfolds: 1 }, { epsilon: 0.1 }],
};

function expectTwin(spec: ModelSpec, model: Awaited<ReturnType<typeof createModel>>, x: Float32Array, given: object) {
  const features = spec.inputs[0]?.features as number;
  const { batch } = given as { batch: number };
  const time = x.length / batch / features;
  const wanted: ReferenceResult = runReference(spec, { x: { data: x, batch, time } }, given);
  const got = model.trace(x, given);
  expectNear(got.outputs.y?.data, wanted.outputs.y?.data ?? [], TOLERANCE);
  wanted.trace.forEach((trace, index) => {
    const own = got.layers[index];
    expect(own?.layer).toBe(trace.layer);
    expectNear(own?.h, trace.h, TOLERANCE);
    if (trace.c) expectNear(own?.c, trace.c, TOLERANCE);
    expect(Object.keys(own?.gates ?? {})).toEqual(Object.keys(trace.gates));
    for (const [gate, values] of Object.entries(trace.gates))
      expectNear(own?.gates[gate], values, TOLERANCE, gate, { special: true, relative: true });
  });
}

describe.each(builds)('newer cells, %s', (build) => {
  describe.each(NEWER)('%s', (type) => {
    it('is its twin, whatever its sizes, masks and directions', async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ inputs, units, batch, time, seed, masking, optional, how }) => {
          const spec = specOf(type, inputs, units, { optional, ...how }, seed);
          const model = await createModel(spec, { build });
          const random = randomFloats(batch * time, seed + 7);
          const given = {
            batch,
            ...(masking === 'mask' && { mask: Array.from(random, (value) => (value < 0.3 ? 1 : 0)) }),
            ...(masking === 'lengths' && {
              lengths: Array.from({ length: batch }, (_, b) => Math.round((time * (1 + (random[b] as number))) / 2)),
            }),
          };
          expectTwin(spec, model, randomFloats(batch * time * inputs, seed + 5), given);
          model.dispose();
        }),
        { numRuns: 25 },
      );
    });

    it.each(OPTIONS[type])('with %o', async ({ inputs = 5, units = 6, ...options }) => {
      const [from, to] = [inputs, units] as [number, number];
      const spec = specOf(type, from, to, options);
      const model = await createModel(spec, { build });
      const x = randomFloats(2 * 9 * from, 3, 2);
      expectTwin(spec, model, x, { batch: 2, lengths: [9, 4] });
      const whole = model.run(x.subarray(0, 9 * from));
      const stream = model.createStream();
      for (let t = 0; t < 9; t++) {
        expectSameBits(stream.step(x.subarray(t * from, (t + 1) * from)), whole.subarray(t * to, (t + 1) * to));
      }
      model.dispose();
    });

    it.each(['concat', 'ave'])('stands in a bidirectional layer, halves by %s', async (merge) => {
      const spec = bothWays(type, merge, 3, 5);
      const model = await createModel(spec, { build });
      expectTwin(spec, model, randomFloats(2 * 7 * 3, 3), {
        batch: 2,
        mask: [1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1],
      });
      model.dispose();
    });

    it('gives the same bits step by step, in any cut and batch, and as a whole', async () => {
      const [inputs, units, time, batch] = [5, 13, 11, 3];
      const model = await createModel(specOf(type, inputs, units), { build });
      const x = randomFloats(batch * time * inputs, 9);
      // What is below 2^-63 is 0 either way.
      x.set([1e-20, -1e-30, 1e-40], 3);
      const together = model.run(x, { batch });
      const rows = model.createStream({ batch });
      for (let b = 0; b < batch; b++) {
        const own = x.subarray(b * time * inputs, (b + 1) * time * inputs);
        const whole = model.run(own);
        expectSameBits(together.subarray(b * time * units, (b + 1) * time * units), whole);
        for (const cut of [1, 2, 4]) {
          const stream = model.createStream();
          for (let t = 0; t < time; t += cut) {
            const end = Math.min(time, t + cut);
            expectSameBits(stream.run(own.subarray(t * inputs, end * inputs)), whole.subarray(t * units, end * units));
          }
        }
      }
      for (let t = 0; t < 3; t++) {
        const frames = Float32Array.from({ length: batch * inputs }, (_, i) => {
          const b = Math.floor(i / inputs);
          return x[(b * time + t) * inputs + (i % inputs)] as number;
        });
        const y = rows.step(frames);
        for (let b = 0; b < batch; b++) {
          const at = (b * time + t) * units;
          expectSameBits(y.subarray(b * units, (b + 1) * units), together.subarray(at, at + units));
        }
      }
      model.dispose();
    });

    it('keeps its state: saved, restored, forked, set, many at once, and as values of the graph', async () => {
      const [inputs, units] = [3, 6];
      const spec = specOf(type, inputs, units);
      const model = await createModel(spec, { build });
      const frame = (t: number): Float32Array => randomFloats(inputs, 20 + t);
      const stream = model.createStream();
      for (let t = 0; t < 3; t++) stream.step(frame(t));
      const [restored, given, fork] = [model.createStream(), model.createStream(), stream.fork()];
      restored.restore(stream.save());
      given.setState(stream.getState());
      const expected = stream.step(frame(3));
      for (const other of [restored, given, fork]) expectSameBits(other.step(frame(3)), expected);
      const streams = [0, 1, 2].map(() => model.createStream());
      const frames = Float32Array.of(...frame(0), ...frame(1), ...frame(2));
      const y = model.stepMany(streams, frames);
      for (let s = 0; s < 3; s++) {
        expectSameBits(y.subarray(s * units, (s + 1) * units), model.run(frame(s)));
      }

      const [state] = stream.getState();
      const parts = [state?.h, ...(state?.c ? [state.c] : [])] as Float32Array[];
      const names = ['h0', 'c0'].slice(0, parts.length);
      const open = await createModel(
        {
          ...spec,
          inputs: [
            ...spec.inputs,
            ...names.map((name, i) => ({ name, kind: 'vector' as const, features: parts[i]?.length as number })),
          ],
          nodes: [
            {
              ...spec.nodes[0],
              inputs: ['x', ...names],
              outputs: ['y', ...names.map((name) => `${name}'`)],
            } as NodeSpec,
          ],
          outputs: ['y', ...names.map((name) => `${name}'`)],
        },
        { build },
      );
      const values = Object.fromEntries(names.map((name, i) => [name, parts[i] as Float32Array]));
      const results = open.runNamed({ x: frame(4), ...values });
      expectSameBits(results.y?.data ?? [], stream.step(frame(4)));
      const [after] = stream.getState();
      expectSameBits(results["h0'"]?.data ?? [], after?.h ?? []);
      if (after?.c) expectSameBits(results["c0'"]?.data ?? [], after.c);
      open.dispose();
      model.dispose();
    });

    it('keeps what is not a number in its row', async () => {
      const [inputs, units, time] = [3, 6, 4];
      const model = await createModel(specOf(type, inputs, units), { build });
      const x = randomFloats(3 * time * inputs, 4);
      const clean = model.run(x, { batch: 3 });
      x[time * inputs] = Number.NaN;
      const y = model.run(x, { batch: 3 });
      expect(y.subarray(time * units, 2 * time * units).some(Number.isNaN)).toBe(true);
      expectSameBits(y.subarray(0, time * units), clean.subarray(0, time * units));
      expectSameBits(y.subarray(2 * time * units), clean.subarray(2 * time * units));
      model.dispose();
    });
  });
});

describe('newer cells', () => {
  it.each(NEWER)('%s is loaded when a model has it', async (type) => {
    const names = async (spec: ModelSpec): Promise<string[]> => Object.keys(await layers(spec));
    expect(await names(stack('gru', 2, 3))).not.toContain(type);
    for (const spec of [specOf(type, 2, 3), bothWays(type, 'sum', 2, 3)]) {
      expect(await names(spec)).toContain(type);
      expect(await names(spec)).not.toContain('conv2d');
    }
  });

  it.each(NEWER)('%s is explained, and its parameters counted', async (type) => {
    const spec = specOf(type, 3, 5);
    const model = await createModel(spec);
    const total = Object.values(spec.tensors).reduce((sum, { data }) => sum + data.length, 0);
    const text = explain(model, 'y');
    expect(text).toMatch(/^Layer "y" is an? .* with 5 units\. /);
    expect(text).toMatch(new RegExp(` = ${total}\\.$`));
    for (const gate of model.layers[0]?.cells[0]?.gates ?? []) expect(text).toMatch(new RegExp(`\\w ${gate}[,.)]`));
    expect(model.summary().parameters).toBe(total);
    const weights = Object.entries(spec.tensors).filter(([name]) => /\.weight/.test(name));
    expect(model.layers[0]?.multiplyAdds).toBe(weights.reduce((sum, [, { data }]) => sum + data.length, 0));
  });

  it.each(NEWER)('%s is checked as others are', async (type) => {
    const spec = specOf(type, 3, 5);
    const node = spec.nodes[0] as NodeSpec & NewerCellConfig;
    const changed = (change: object): Promise<unknown> =>
      createModel({ ...spec, nodes: [{ ...node, ...change }] as never });
    await expect(changed({ clip: 1 })).rejects.toThrow('node "y": unknown field "clip"; expected ');
    await expect(changed({ units: 4 })).rejects.toThrow(/node "y": tensor "c\.\w+" \(\w+\) has the wrong shape/);
    await expect(changed({ tensors: { ...node.tensors, own: 'c.weightIh' } })).rejects.toThrow(
      'node "y", tensors: unknown field "own"',
    );
    const { weightIh: _, ...others } = node.tensors;
    await expect(changed({ tensors: others })).rejects.toThrow(
      type === 'qrnn'
        ? 'node "y": sums of another length; expected tensors.weightIh, or an input of 15, got 3'
        : 'node "y": no tensor for weightIh',
    );
  });

  it.each([
    ['sru', { highway: 'inputs' }, 'node "y", highway: unknown highway; expected input, projected, none, got "inputs"'],
    [
      'sru',
      { highway: 'input' },
      'node "y": a highway from an input of another length; expected an input of 5, or another highway, got 3',
    ],
    ['sru', { scale: 2 }, `node "y": a scale of nothing; expected highway: 'input' beside scale, got 2`],
    ['sru', { scale: '2' }, 'node "y", scale: not a usable number; expected a finite number, got "2"'],
    ['qrnn', { pooling: 'of' }, 'node "y", pooling: unknown pooling; expected f, fo, ifo, got "of"'],
    ['fast_grnn', { nu: Number.NaN }, 'node "y", nu: not a usable number; expected a finite number, got NaN'],
    ['min_gru', { positive: 1 }, 'node "y", positive: not a yes or no; expected true or false, got 1'],
  ] as const)('%s with %o is refused', async (type, change, message) => {
    const spec = specOf(type, 3, 5);
    await expect(createModel({ ...spec, nodes: [{ ...spec.nodes[0], ...change }] as never })).rejects.toThrow(message);
  });

  it('are in a chunk of their own', () => {
    const read = (path: string): string => readFileSync(new URL(`../../dist/${path}`, import.meta.url), 'utf8');
    for (const file of ['chunks/newer.js', 'chunks/layers-node.js']) expect(read(file)).toContain('fast_grnn');
    for (const file of ['chunks/core.js', 'chunks/further.js', 'index-node.js']) {
      expect([file, read(file).includes('fast_grnn')]).toEqual([file, false]);
    }
  });

  it.each(NEWER)('%s of int8 weights is refused', async (type) => {
    const spec = specOf(type, 3, 4);
    const weightIh = (spec.nodes[0] as NewerCellConfig).tensors.weightIh as string;
    const { [weightIh]: floats, ...tensors } = spec.tensors;
    const { shape, data } = floats as { shape: readonly number[]; data: Float32Array };
    const int8 = {
      [weightIh]: { shape, data: new Int8Array(data.length), scales: new Float32Array(shape[0] as number) },
    };
    await expect(createModel({ ...spec, tensors, int8 })).rejects.toThrow(
      `weightIh cannot be int8; expected float32; int8 for none in a node of type ${type}`,
    );
  });
});

describe('what newer cells refuse', () => {
  const backbone = { units: 5, layers: 1, activation: 'tanh' };
  const cfc = (change: object): [object, object] => [
    { type: 'cfc', backbone },
    { backbone: { ...backbone, ...change } },
  ];
  const norm = (change: object): [object, object] => [{ type: 'layer_norm_lstm', peephole: true }, change];
  const refused: [[object, object], string][] = [
    [norm({ normalised: 'cells' }), 'normalised: unknown normalised; expected gates, products, got "cells"'],
    [norm({ cellNorm: 'gates' }), 'cellNorm: unknown cellNorm; expected state, output, got "gates"'],
    [norm({ epsilon: -1 }), 'epsilon: not a usable number; expected a finite number of at least 0, got -1'],
    [
      norm({ normalised: 'products' }),
      'peepholes are of gates that are normalised; expected normalised: "gates", got products',
    ],
    [[{ type: 'slstm' }, { heads: 3 }], 'heads of unequal size; expected a divisor of 4, got 3'],
    [[{ type: 'cfc' }, { mode: 'pure' }], 'mode: unknown mode; expected default, no_gate, got "pure"'],
    [cfc({ units: 0 }), 'backbone.units: not a size; expected a whole number of at least 1, got 0'],
    [cfc({ layers: 1.5 }), 'backbone.layers: not a size; expected a whole number of at least 1, got 1.5'],
    [cfc({ activation: undefined }), 'backbone.activation: no activation; expected an activation'],
    [cfc({ activation: 'lecun' }), 'backbone.activation: unknown activation; expected linear'],
    [cfc({ dropout: 0 }), 'backbone: unknown field "dropout"; expected units, layers, activation'],
    [[{ type: 'ltc' }, { unfolds: 0 }], 'unfolds: not a size; expected a whole number of at least 1, got 0'],
    [[{ type: 'ltc' }, { epsilon: -1 }], 'epsilon: not a usable number; expected a finite number of at least 0'],
  ];
  it.each(refused)('%j', async ([given, change], message) => {
    const { type, ...options } = given as { type: Type };
    const spec = specOf(type, 3, 4, options);
    const node = { ...spec.nodes[0], ...change } as NodeSpec;
    await expect(createModel({ ...spec, nodes: [node] })).rejects.toThrow(message);
  });
});

describe.each(builds)('an LSTM with layer norm whose h is projected, %s', (build) => {
  it.each([{ projection: 3 }, { projection: 9, normalised: 'products', cellNorm: 'state' }])('%j', async (options) => {
    const spec = specOf('layer_norm_lstm', 5, 6, options);
    const model = await createModel(spec, { build });
    const x = randomFloats(2 * 9 * 5, 3);
    expectTwin(spec, model, x, { batch: 2 });
    const whole = model.run(x.subarray(0, 9 * 5));
    const stream = model.createStream();
    const steps = Array.from({ length: 9 }, (_, t) => [...stream.step(x.subarray(t * 5, (t + 1) * 5))]);
    expectSameBits(steps.flat(), whole);
    model.dispose();
  });
});
