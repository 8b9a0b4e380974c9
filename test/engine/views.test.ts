import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createModel,
  type Model,
  type ModelSpec,
  type NodeSpec,
  type Stream,
  UnsupportedError,
} from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, uniform } from '../support/random.js';

// Layers that only move numbers leave them where they are until somebody computes with them (src/layers/around/views.ts): random nets of
// such layers, some that compute in between, against the float64 twin and against the same net of which every value is asked for.

interface Known {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  readonly features: number;
  /** Undefined: the run's. */
  readonly time?: number;
}

/** A net of `count` layers on an input of that shape; the last value is the output. */
function randomNet(input: Known, count: number, seed: number): ModelSpec {
  const next = uniform(seed);
  const below = (n: number): number => Math.floor(((next() + 1) / 2) * n);
  const divisorOf = (n: number): number => {
    const all = Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
    return all[below(all.length)] as number;
  };
  const values: Known[] = [input];
  const nodes: NodeSpec[] = [];
  const add = (node: object, inputs: readonly Known[], shape: Omit<Known, 'name'>): void => {
    const name = `v${nodes.length}`;
    nodes.push({ ...node, name, inputs: inputs.map((x) => x.name) } as never);
    values.push({ ...shape, name });
  };
  while (nodes.length < count) {
    const x = values[Math.max(0, values.length - 1 - below(3))] as Known;
    const { name: _, ...shape } = x;
    const still = x.kind === 'vector' ? 1 : x.time;
    const channels = divisorOf(x.features);
    const blocks = x.features / channels;
    const kinds: (() => void)[] = [
      () => {
        const c = divisorOf(blocks);
        const order = [
          [1, 0, 2],
          [2, 1, 0],
          [0, 2, 1],
          [1, 2, 0],
        ][below(4)];
        add({ type: 'rearrange', shape: [channels, c, blocks / c], order }, [x], shape);
      },
      () => {
        const start = below(blocks);
        const step = 1 + below(2);
        const many = 1 + below(Math.ceil((blocks - start) / step));
        const from = below(2) ? start : start - blocks;
        add({ type: 'slice', axis: 'features', start: from, step, count: many, channels }, [x], {
          ...shape,
          features: many * channels,
        });
      },
      () => {
        const [before, after] = [below(3), below(3)];
        const how = [{ mode: 'constant', value: 2 }, { mode: 'constant' }, { mode: 'edge' }][below(3)];
        const features = x.features + (before + after) * channels;
        if (features < 90)
          add({ type: 'pad', axis: 'features', before, after, channels, ...how }, [x], { ...shape, features });
      },
      () => {
        const others = values.filter((v) => v.kind === x.kind && v.time === x.time && v.features + x.features < 90);
        const other = others[below(others.length)];
        if (other) add({ type: 'concatenate' }, [x, other], { ...shape, features: x.features + other.features });
      },
      () => add({ type: 'activation', activation: { type: 'affine', alpha: -0.5, beta: 0.25 } }, [x], shape),
      () => add({ type: 'dropout' }, [x], shape),
    ];
    if (still !== undefined) {
      const length = still * x.features;
      const time = divisorOf(length);
      kinds.push(
        () =>
          add({ type: 'reshape', shape: [time, length / time] }, [x], {
            kind: 'sequence',
            time,
            features: length / time,
          }),
        () => add({ type: 'reshape', shape: [length] }, [x], { kind: 'vector', features: length }),
      );
      if (x.kind === 'sequence') {
        const factor = divisorOf(still);
        kinds.push(
          () => add({ type: 'transpose' }, [x], { kind: 'sequence', time: x.features, features: still }),
          () =>
            add({ type: 'regroup', factor, into: 'features' }, [x], {
              ...shape,
              time: still / factor,
              features: x.features * factor,
            }),
          () => {
            const start = below(still);
            const many = 1 + below(still - start);
            add({ type: 'slice', axis: 'time', start, count: many }, [x], { ...shape, time: many });
          },
          () =>
            add({ type: 'pad', axis: 'time', before: 1, after: 2, mode: 'constant' }, [x], {
              ...shape,
              time: still + 3,
            }),
          () => add({ type: 'concatenate', axis: 'time' }, [x, x], { ...shape, time: 2 * still }),
        );
      }
    }
    (kinds[below(kinds.length)] as () => void)();
    const last = values.at(-1) as Known;
    // Within bounds, so that nets stay small.
    if (last.features * (last.time ?? 1) > 600) {
      nodes.pop();
      values.pop();
    }
  }
  return { inputs: [input], nodes, outputs: [(values.at(-1) as Known).name], tensors: {} };
}

const everyValue = (spec: ModelSpec): ModelSpec => ({ ...spec, outputs: spec.nodes.map(({ name }) => name) });

describe.each(builds)('layers that move numbers, %s', (build) => {
  const nets = fc.record({
    form: fc.constantFrom('vector' as const, 'sequence' as const, 'fixed time' as const),
    features: fc.constantFrom(1, 3, 4, 8, 12, 18),
    count: fc.integer({ min: 2, max: 14 }),
    seed: fc.nat(1e6),
    batch: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 1, max: 6 }),
  });

  it('give what they are asked for, whoever else asks', async () => {
    await fc.assert(
      fc.asyncProperty(nets, async ({ form, features, count, seed, batch, time }) => {
        const kind = form === 'vector' ? 'vector' : 'sequence';
        const spec = randomNet({ name: 'x', kind, features, ...(form === 'fixed time' && { time }) }, count, seed);
        const words = JSON.stringify(spec.nodes);
        const [output] = spec.outputs as [string];
        const steps = kind === 'vector' ? 1 : time;
        const data = randomFloats(batch * steps * features, seed + 1);
        const feed = { x: { data, shape: kind === 'vector' ? [batch, features] : [batch, steps, features] } };
        const model = await createModel(spec, { build });
        const open = await createModel(everyValue(spec), { build });
        const got = model.runNamed(feed)[output] as { data: Float32Array };
        expectSameBits(got.data, (open.runNamed(feed)[output] as { data: Float32Array }).data);
        const wanted = runReference(spec, { x: { data, batch, time: steps } }).outputs[output];
        expectNear(got.data, wanted?.data as Float64Array, 1e-6, words);
        // Memory that they do not take.
        expect(bytesOf(model), words).toBeLessThanOrEqual(bytesOf(open));
        if (form === 'sequence') streamed(model, data, got.data, batch, steps);
        model.dispose();
        open.dispose();
      }),
      { numRuns: 200, seed: 15 },
    );
  });

  const bytesOf = (model: Model): number => model.memory.used;

  /** Where it streams: each row step by step. */
  function streamed(model: Model, data: Float32Array, whole: Float32Array, batch: number, time: number): void {
    let stream: Stream;
    try {
      stream = model.createStream({ batch });
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      return;
    }
    const [features, outputs] = [data.length / batch / time, whole.length / batch / time];
    for (let t = 0; t < time; t++) {
      const frame = new Float32Array(batch * features);
      for (let b = 0; b < batch; b++) {
        const from = (b * time + t) * features;
        frame.set(data.subarray(from, from + features), b * features);
      }
      const y = stream.step(frame);
      for (let b = 0; b < batch; b++) {
        const from = (b * time + t) * outputs;
        expectSameBits(y.subarray(b * outputs, (b + 1) * outputs), whole.subarray(from, from + outputs));
      }
    }
    stream.dispose();
  }
});
