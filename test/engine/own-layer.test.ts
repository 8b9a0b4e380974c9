import { describe, expect, it } from 'vitest';
import {
  createModel,
  type Model,
  type ModelSpec,
  type NodeSpec,
  type Stream,
  UnsupportedError,
} from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import type { LayerKind } from '../../src/layers/layer.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';
import { type TallyNode, tally } from '../toys/layer/tally.js';

// A layer of the caller's own runs in the middle of a run, and may call whatever it likes of the model that it stands in.

const [FEATURES, UNITS, TIME] = [3, 5, 7];
/** Called by the layer, if there is something to call. */
let meanwhile: (() => void) | undefined;

/** The toy layer, which calls somebody before it counts. */
const calling: LayerKind<TallyNode> = {
  ...tally,
  make(...given) {
    const made = tally.make(...given);
    return { ...made, plan: (plan) => [() => meanwhile?.(), ...made.plan(plan)] };
  },
};
const layers = { ...allLayers, calling };

function spec(): ModelSpec {
  const builder = new SpecBuilder(11);
  builder
    .add({
      name: 'rnn',
      type: 'lstm',
      inputs: ['x'],
      units: UNITS,
      tensors: {
        weightIh: builder.tensor('ih', 4 * UNITS, FEATURES),
        weightHh: builder.tensor('hh', 4 * UNITS, UNITS),
      },
    })
    .add({
      name: 'own',
      type: 'calling',
      inputs: ['rnn'],
      threshold: 0,
      tensors: { weights: builder.tensor('w', UNITS) },
    } as unknown as NodeSpec);
  return builder.spec(FEATURES, ['rnn', 'own']);
}

const x = randomFloats(TIME * FEATURES, 3);
const frames = Array.from({ length: TIME }, (_, t) => x.subarray(t * FEATURES, (t + 1) * FEATURES));
const outputsOf = (result: ReturnType<Model['runNamed']>) => Object.values(result).map(({ data }) => data.slice());

/** What a layer may call in the middle, by name. */
const CALLS: Record<string, (model: Model, stream: Stream) => unknown> = {
  'model.dispose': (model) => model.dispose(),
  'stream.dispose': (_, stream) => stream.dispose(),
  'model.runNamed': (model) => model.runNamed({ x }),
  'model.trace': (model) => model.trace({ x }),
  'model.createStream': (model) => model.createStream(),
  'stream.runNamed': (_, stream) => stream.runNamed({ x }),
  'stream.step': (_, stream) => stream.step(x.subarray(0, FEATURES)),
  'stream.reset': (_, stream) => stream.reset(),
  'stream.setState': (_, stream) => stream.setState([]),
  'stream.fork': (_, stream) => stream.fork(),
  'stream.save': (_, stream) => stream.save(),
};

describe.each(builds)('a layer that calls its own model, %s', (build) => {
  it.each(Object.entries(CALLS))('%s', async (_, call) => {
    const model = await createModel(spec(), { build, layers });
    const stream = model.createStream();
    const errors: unknown[] = [];
    const all = () => [
      ...outputsOf(model.runNamed({ x })),
      ...frames.flatMap((frame) => outputsOf(stream.runNamed({ x: frame }))),
      ...outputsOf(model.trace({ x }).outputs),
    ];
    const quiet = all();
    stream.reset();
    meanwhile = () => {
      try {
        call(model, stream);
      } catch (error) {
        errors.push(error);
      }
    };
    try {
      const disturbed = all();
      disturbed.forEach((data, index) => {
        expectSameBits(data, quiet[index] as Float32Array);
      });
    } finally {
      meanwhile = undefined;
    }
    expect(errors).toHaveLength(TIME + 2);
    for (const error of errors) {
      expect(error).toBeInstanceOf(UnsupportedError);
      expect((error as Error).message).toBe('model: called by its own layer in the middle of a run');
    }
    // Nobody is left waiting.
    stream.dispose();
    model.dispose();
    expect(`${model}`).toBe('Model, disposed');
  });

  it('an error of the layer ends the run, and the model goes on', async () => {
    const model = await createModel(spec(), { build, layers });
    const quiet = outputsOf(model.runNamed({ x }));
    meanwhile = () => {
      throw new RangeError('own');
    };
    expect(() => model.runNamed({ x })).toThrow('own');
    meanwhile = undefined;
    outputsOf(model.runNamed({ x })).forEach((data, index) => {
      expectSameBits(data, quiet[index] as Float32Array);
    });
    model.dispose();
  });

  it('another model may be called', async () => {
    const first = await createModel(spec(), { build, layers });
    const second = await createModel(spec(), { build, layers });
    const wanted = outputsOf(second.runNamed({ x }));
    let got: Float32Array[] = [];
    meanwhile = () => {
      meanwhile = undefined;
      got = outputsOf(second.runNamed({ x }));
      second.dispose();
    };
    first.runNamed({ x });
    got.forEach((data, index) => {
      expectSameBits(data, wanted[index] as Float32Array);
    });
    expect(got).toHaveLength(2);
    first.dispose();
  });
});
