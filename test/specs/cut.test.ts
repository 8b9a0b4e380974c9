import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../src/importers/keras/index.js';
import { readOnnx } from '../../src/importers/onnx/index.js';
import {
  createModel,
  InputError,
  type InputSpec,
  type Model,
  type ModelSpec,
  type NodeSpec,
  SpecError,
  type Tensor,
} from '../../src/index.js';
import { type CutOptions, cut } from '../../src/specs/index.js';
import { goldenCases } from '../golden/cases.js';
import { bytes, recorded } from '../importers/onnx/recorded.js';
import { expectClose, floats } from '../importers/support.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

interface Packed {
  readonly shape: number[];
  readonly data: string;
}
interface Seq2Seq {
  readonly name: string;
  readonly inputs: Record<string, Packed>;
  readonly output_names: string[];
  readonly outputs: Packed[];
  readonly states: Packed[];
  readonly steps: { output: Packed; states: Packed[] }[];
  readonly file: string;
}
const cases: Seq2Seq[] = JSON.parse(
  readFileSync(new URL('../golden/keras-files/keras3-seq2seq.json', import.meta.url), 'utf8'),
);
const caseOf = (name: string): Seq2Seq => cases.find((one) => one.name === name) as Seq2Seq;
const specOf = ({ file }: Seq2Seq): ModelSpec => readKeras(gunzipSync(Buffer.from(file, 'base64'))).spec;
const tensor = ({ shape, data }: Packed): Tensor<Float32Array> => ({ shape, data: floats(data) });
const data = ({ data }: Packed): Float32Array => floats(data);
/** Timestep t of `[batch, time, features]`, or of ids `[batch, time]`. */
function timestep({ shape, data }: Tensor<Float32Array>, t: number): Float32Array {
  const [batch = 1, time = 1, features = 1] = shape;
  return Float32Array.from({ length: batch * features }, (_, i) => {
    const row = Math.floor(i / features);
    return data[(row * time + t) * features + (i % features)] as number;
  });
}
const TARGET = 5;
const BATCH = 2;

/** Of each model: the values that are the encoder's states, the layers of the decoder. */
const SEQ2SEQ: Record<string, { states: string[]; decoder: string[]; output: string }> = {
  lstm: { states: ['encoder.h', 'encoder.c'], decoder: ['decoder'], output: 'head' },
  gru: { states: ['encoder.h'], decoder: ['decoder'], output: 'head' },
  words: {
    states: ['encoder_low.h', 'encoder_low.c', 'encoder_high.h', 'encoder_high.c'],
    decoder: ['decoder_low', 'decoder_high'],
    output: 'logits',
  },
};

describe.each(builds)('an encoder and a decoder out of the Keras model that both were trained in, %s', (build) => {
  const open = (spec: ModelSpec): Promise<Model> => createModel(spec, { build });

  it.each(Object.keys(SEQ2SEQ))('%s: the whole, as it is trained', async (name) => {
    const one = caseOf(name);
    const whole = await open(specOf(one));
    const inputs = Object.fromEntries(Object.entries(one.inputs).map(([name, x]) => [name, tensor(x)]));
    const result = whole.runNamed(inputs);
    expect(Object.keys(result)).toEqual(one.output_names);
    expectClose(result[one.output_names[0] as string]?.data as Float32Array, data(one.outputs[0] as Packed));
  });

  it.each(Object.keys(SEQ2SEQ))('%s: the encoder gives the states that Keras gives', async (name) => {
    const one = caseOf(name);
    const encoder = await open(cut(specOf(one), { outputs: SEQ2SEQ[name]?.states as string[] }));
    expect(encoder.inputs.map(({ name, time }) => [name, time])).toEqual([['source', 'time']]);
    const states = Object.values(encoder.runNamed({ source: tensor(one.inputs.source as Packed) }));
    expect(states).toHaveLength(one.states.length);
    states.forEach((state, index) => {
      expect(state.shape).toEqual(one.states[index]?.shape);
      expectClose(state.data, data(one.states[index] as Packed));
    });
  });

  it.each(['lstm', 'gru'])('%s: a decoder that is given its states and gives the next ones', async (name) => {
    const one = caseOf(name);
    const { states, output } = SEQ2SEQ[name] as { states: string[]; output: string };
    const after = states.map((state) => state.replace('encoder', 'decoder'));
    const decoder = await open(cut(specOf(one), { inputs: ['target', ...states], outputs: [output, ...after] }));
    expect(decoder.inputs.map(({ name, kind, time }) => [name, kind, time])).toEqual([
      ['target', 'sequence', 'time'],
      ...states.map((state) => [state, 'vector', undefined]),
    ]);
    let given = one.states.map(tensor);
    one.steps.forEach((step, t) => {
      const target = timestep(tensor(one.inputs.target as Packed), t);
      const made = decoder.runNamed({
        target,
        ...Object.fromEntries(states.map((state, index) => [state, given[index] as Tensor])),
      });
      expectClose(made[output]?.data as Float32Array, data(step.output));
      given = after.map((state) => made[state] as Tensor<Float32Array>);
      given.forEach((state, index) => {
        expectClose(state.data, data(step.states[index] as Packed));
      });
    });
  });

  it.each(Object.keys(SEQ2SEQ))(
    '%s: a decoder with a state of its own streams, to the bits of the whole',
    async (name) => {
      const one = caseOf(name);
      const spec = specOf(one);
      const { decoder: layers, output } = SEQ2SEQ[name] as { decoder: string[]; output: string };
      const encoder = await open(cut(spec, { outputs: SEQ2SEQ[name]?.states as string[] }));
      const decoder = await open(cut({ spec, report: {} }, { outputs: [output], ownState: layers }));
      expect(decoder.inputs.map(({ name, time }) => [name, time])).toEqual([['target', 'time']]);
      const [listener, speaker] = [encoder.createStream({ batch: BATCH }), decoder.createStream({ batch: BATCH })];
      listener.runNamed({ source: tensor(one.inputs.source as Packed) });
      speaker.setState(listener.getState());
      const whole = (await open(spec)).runNamed(
        Object.fromEntries(Object.entries(one.inputs).map(([name, x]) => [name, tensor(x)])),
      )[output] as Tensor<Float32Array>;
      one.steps.forEach((step, t) => {
        const ids = decoder.inputs[0]?.dtype === 'int32';
        const frame = timestep(tensor(one.inputs.target as Packed), t);
        const made = speaker.step(ids ? Int32Array.from(frame) : frame);
        expectClose(made, data(step.output));
        expectSameBits(made, timestep(whole, t));
        const states = speaker.getState().flatMap(({ h, c }) => (c ? [h, c] : [h]));
        step.states.forEach((state, index) => {
          expectClose(states[index] as Float32Array, data(state));
        });
      });
      expect(one.steps).toHaveLength(TARGET);
    },
  );
});

describe.each(builds)('an encoder and a decoder out of an ONNX model of both, %s', (build) => {
  const files = recorded('times').filter(({ name }) => name.includes('encoder_decoder'));

  it.each(files.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const spec = readOnnx(bytes(one), one.options).spec;
    const [encoding, decoding] = spec.nodes.filter(({ type }) => type === 'gru' || type === 'lstm') as [
      NodeSpec,
      NodeSpec,
    ];
    const [, ...states] = encoding.outputs as string[];
    const open = async (options: CutOptions): Promise<Model> =>
      createModel(cut(spec, { openTimes: true, ...options }), { build });
    const encoder = await open({ outputs: states });
    const decoder = await open({ outputs: spec.outputs, ownState: [decoding.name] });
    const [source, target] = spec.inputs as [InputSpec, InputSpec];
    const lengths = [source.time, target.time].map((time, index) => (typeof time === 'number' ? time : 6 - index));
    const [a, b] = lengths.map((time, index) => randomFloats(time * (index ? target : source).features, index + 1)) as [
      Float32Array,
      Float32Array,
    ];
    const whole = await createModel(spec, { build });
    const [y] = Object.values(whole.runNamed({ [source.name]: a, [target.name]: b }));
    const [listener, speaker] = [encoder.createStream(), decoder.createStream()];
    for (let t = 0; t < (lengths[0] as number); t++)
      listener.runNamed({ [source.name]: a.subarray(t * source.features, (t + 1) * source.features) });
    speaker.setState(listener.getState());
    const steps = Array.from({ length: lengths[1] as number }, (_, t) =>
      speaker.step(b.subarray(t * target.features, (t + 1) * target.features)),
    );
    expectSameBits(Float32Array.from(steps.flatMap((step) => [...step])), y?.data as Float32Array);
  });
});

describe('any model, cut at any of its values, is the same bits in two parts', () => {
  it.each(['pytorch', 'keras'] as const)('%s', async (framework) => {
    let cuts = 0;
    let masked = 0;
    let index = 0;
    for (const { id, spec, inputs, mask, lengths, initialState } of goldenCases(framework)) {
      if (mask || lengths || initialState || index++ % 2 > 0) continue;
      const whole = await createModel(spec);
      const outputs = whole.runNamed(inputs);
      const inner = spec.nodes.flatMap(({ name, outputs = [name] }) => outputs);
      for (const value of inner.filter((name) => !spec.outputs.includes(name)).slice(0, 6)) {
        let back: ModelSpec;
        try {
          back = cutAt(spec, value);
        } catch (error) {
          expect((error as Error).message).toMatch(/may be masked|that no output needs/);
          masked++;
          continue;
        }
        const made = (await createModel(cut(spec, { outputs: [value] }))).runNamed(
          pick(inputs, cut(spec, { outputs: [value] })),
        );
        const again = (await createModel(back)).runNamed(pick({ ...inputs, ...made }, back));
        expect(again, `${id} at ${value}`).toEqual(outputs);
        expect(back.nodes.length).toBeLessThan(spec.nodes.length);
        cuts++;
      }
    }
    expect(cuts).toBeGreaterThan(20);
    expect(masked > 0).toBe(framework === 'keras');
  });

  const pick = (record: Readonly<Record<string, unknown>>, { inputs }: ModelSpec) =>
    Object.fromEntries(inputs.map(({ name }) => [name, record[name]])) as never;

  /** From this value on, with whatever other inputs that needs. */
  function cutAt(spec: ModelSpec, value: string): ModelSpec {
    try {
      return cut(spec, { inputs: [value], outputs: spec.outputs });
    } catch (error) {
      const [, needed] = /needs? another input as well; expected (.*), got/.exec((error as Error).message) ?? [];
      if (needed === undefined) throw error;
      return cut(spec, { inputs: needed.split(', '), outputs: spec.outputs });
    }
  }
});

describe('cut', () => {
  const spec = stack('lstm', 3, 5, 2);
  const [first, second] = spec.nodes.map(({ name }) => name) as [string, string];

  it('keeps what is needed, shares the numbers, leaves the model as it is', () => {
    const before = JSON.stringify(spec);
    const part = cut(spec, { outputs: [first] });
    expect(part.nodes.map(({ name }) => name)).toEqual([first]);
    expect(part.inputs).toEqual(spec.inputs);
    expect(Object.keys(part.tensors).length).toBeLessThan(Object.keys(spec.tensors).length);
    for (const [name, { data }] of Object.entries(part.tensors))
      expect(data.buffer).toBe(spec.tensors[name]?.data.buffer);
    expect(JSON.stringify(spec)).toBe(before);
    expect(cut(spec, { outputs: spec.outputs })).toEqual(spec);
  });

  it('goes on with a part of a part', async () => {
    const x = randomFloats(3 * 6, 1);
    const [a, b, whole] = [
      await createModel(cut(cut(spec, { outputs: [second] }), { outputs: [first] })),
      await createModel(cut(cut(spec, { inputs: [first], outputs: spec.outputs }), { outputs: spec.outputs })),
      await createModel(spec),
    ];
    expectSameBits(b.run(a.run(x)), whole.run(x));
    // Each streams.
    const [left, right] = [a.createStream(), b.createStream()];
    expectSameBits(right.step(left.step(x.subarray(0, 3))), whole.run(x.subarray(0, 3)));
  });

  it('times: those that follow from an input that is gone are open, fixed ones stay, others keep their names', () => {
    const builder = new SpecBuilder(1)
      .recurrent('lstm', 'l', 'x', 3, 4)
      .add({ type: 'slice', name: 'half', inputs: ['l'], axis: 'time', start: 0, step: 2 })
      .add({ type: 'slice', name: 'four', inputs: ['l'], axis: 'time', start: 0, count: 4 })
      .add({ type: 'add', name: 'sum', inputs: ['half', 'half2'] })
      .add({ type: 'reduce', name: 'mean', inputs: ['sum'], operation: 'mean', axis: 'time' })
      .add({ type: 'reduce', name: 'mean4', inputs: ['four'], operation: 'mean', axis: 'time' })
      .add({ type: 'reduce', name: 'meanz', inputs: ['z'], operation: 'mean', axis: 'time' })
      .add({ type: 'add', name: 'y', inputs: ['mean', 'mean4'] })
      .add({ type: 'add', name: 'all', inputs: ['y', 'meanz'] });
    const nodes = builder.nodes.flatMap((node) =>
      node.name === 'half'
        ? [node, { type: 'slice', name: 'half2', inputs: ['l'], axis: 'time', start: 0, step: 2 } as const]
        : [node],
    );
    const timed: ModelSpec = {
      inputs: [
        { name: 'x', features: 3 },
        { name: 'z', features: 4, time: 'later' },
      ],
      nodes,
      outputs: ['all'],
      tensors: builder.tensors,
    };
    const timesOf = (inputs: string[], outputs: string[]) =>
      cut(timed, { inputs, outputs }).inputs.map(({ name, kind, time }) => [name, kind ?? time]);
    expect(timesOf(['half', 'half2'], ['mean'])).toEqual([
      ['half', undefined],
      ['half2', undefined],
    ]);
    expect(timesOf(['four'], ['mean4'])).toEqual([['four', 4]]);
    expect(timesOf(['z'], ['meanz'])).toEqual([['z', undefined]]);
    expect(timesOf(['z', 'y'], ['all'])).toEqual([
      ['z', undefined],
      ['y', 'vector'],
    ]);
    expect(timesOf(['l', 'z'], ['all'])).toEqual([
      ['l', undefined],
      ['z', 'later'],
    ]);
    expect(timesOf(['half', 'half2', 'mean4', 'z'], ['all'])).toEqual([
      ['half', undefined],
      ['half2', undefined],
      ['mean4', 'vector'],
      ['z', 'later'],
    ]);
    // What follows from the input that is there has other timesteps than an input of its own, as far as anyone knows.
    expect(() => timesOf(['half', 'l'], ['mean', 'mean4'])).toThrow(SpecError);
  });

  it('times that the file fixes are open where it is asked for and no layer needs them', () => {
    const builder = new SpecBuilder(1)
      .recurrent('lstm', 'l', 'x', 3, 4)
      .add({ type: 'reshape', name: 'flat', inputs: ['l'], shape: [20] })
      .add({ type: 'reduce', name: 'mean', inputs: ['z'], operation: 'mean', axis: 'time' });
    const fixed: ModelSpec = {
      inputs: [
        { name: 'x', features: 3, time: 5 },
        { name: 'w', features: 3, time: 5 },
        { name: 'z', features: 3, time: 7 },
      ],
      nodes: [...builder.nodes, { type: 'add', name: 'sum', inputs: ['x', 'w'] }],
      outputs: ['flat', 'mean', 'sum'],
      tensors: builder.tensors,
    };
    const timesOf = (outputs: string[], options: Partial<CutOptions> = {}) =>
      cut(fixed, { outputs, ...options }).inputs.map(({ time }) => time);
    expect(timesOf(['l'])).toEqual([5]);
    expect(timesOf(['l'], { openTimes: true })).toEqual([undefined]);
    expect(timesOf(['sum', 'mean'], { openTimes: true })).toEqual([undefined, undefined, 'z']);
    expect(() => timesOf(['flat'], { openTimes: true })).toThrow(SpecError);
    expect(() => timesOf(['l'], { openTimes: 1 as never })).toThrow(
      'openTimes: not usable; expected true or false, got 1',
    );
  });

  it('state that the file carries comes along; named as an input it is one', async () => {
    const builder = new SpecBuilder(3)
      .dense('d', 'x', 2, 2)
      .add({ type: 'add', name: 'sum', inputs: ['d', 'before'] })
      .dense('head', 'sum', 2, 3);
    const vector = { features: 2, kind: 'vector' } as const;
    const carried: ModelSpec = {
      inputs: [
        { name: 'x', ...vector },
        { name: 'before', ...vector },
      ],
      nodes: builder.nodes,
      outputs: ['head'],
      carries: [{ input: 'before', output: 'sum', initial: builder.tensor('start', 2) }],
      tensors: builder.tensors,
    };
    const [whole, part] = [await createModel(carried), await createModel(cut(carried, { outputs: ['sum'] }))];
    expect(part.inputs.map(({ name }) => name)).toEqual(['x']);
    const [a, b] = [whole.createStream(), part.createStream()];
    const head = await createModel(cut(carried, { inputs: ['sum'], outputs: ['head'] }));
    for (let t = 0; t < 3; t++) expectSameBits(head.run(b.step([t, 1])), a.step([t, 1]));
    const open = cut(carried, { inputs: ['x', 'before'], outputs: ['sum'] });
    expect(open.carries).toBeUndefined();
    expect((await createModel(open)).inputs.map(({ name }) => name)).toEqual(['x', 'before']);
  });

  const masked = (): ModelSpec =>
    new SpecBuilder(1)
      .add({ type: 'masking', name: 'mask', inputs: ['x'], maskValue: 0 })
      .recurrent('lstm', 'l', 'mask', 3, 4)
      .add({ type: 'unmask', name: 'free', inputs: ['l'] })
      .add({ type: 'timestep', name: 'last', inputs: ['l'], index: -1 })
      .dense('y', 'l', 4, 2)
      .dense('z', 'free', 4, 2)
      .dense('v', 'last', 4, 2)
      .spec(3, ['y', 'z', 'v']);

  it('a sequence that may be masked is no input', () => {
    for (const [value, output] of [
      ['l', 'y'],
      ['mask', 'y'],
      ['l', 'v'],
    ] as const) {
      expect(() => cut(masked(), { inputs: [value], outputs: [output] })).toThrow(
        `inputs: a sequence that may be masked, and an input has no mask; expected a value before the mask, one of the last timestep, or an output of an unmask, got "${value}"`,
      );
    }
    expect(cut(masked(), { inputs: ['free'], outputs: ['z'] }).nodes).toHaveLength(1);
    expect(cut(masked(), { inputs: ['last'], outputs: ['v'] }).nodes).toHaveLength(1);
    expect(cut(masked(), { outputs: ['y'] }).nodes).toHaveLength(3);
  });

  it('what cannot be is refused by name', () => {
    const { states } = SEQ2SEQ.lstm as { states: string[] };
    const seq2seq = specOf(caseOf('lstm'));
    const wrong: [ModelSpec, unknown, string][] = [
      [spec, undefined, 'cut: options are no object'],
      [
        spec,
        { outputs: [first], input: ['x'] },
        'cut: unknown option "input"; expected inputs, outputs, ownState, openTimes, layers',
      ],
      [spec, {}, 'outputs: not usable; expected a list of names, each once, got undefined'],
      [spec, { outputs: [] }, 'outputs: not usable; expected a list of names, each once, got []'],
      [spec, { outputs: first }, `outputs: not usable; expected a list of names, each once, got "${first}"`],
      [spec, { outputs: [first, first] }, 'outputs: not usable; expected a list of names, each once'],
      [spec, { outputs: [first, 1] }, 'outputs: not usable'],
      [spec, { outputs: ['none'] }, `outputs: no such value; expected x, ${first}, ${second}, head, got "none"`],
      [spec, { inputs: ['none'], outputs: [first] }, 'inputs: no such value; expected x'],
      [spec, { inputs: [second], outputs: [first] }, 'inputs: the outputs need another input as well; expected '],
      [
        spec,
        { inputs: ['x', second], outputs: [first] },
        `inputs: an input that no output needs; expected x, got "${second}"`,
      ],
      [spec, { outputs: [second], ownState: ['none'] }, 'ownState: no such layer'],
      [
        spec,
        { outputs: [second], ownState: [second] },
        'ownState: a layer that no value gives a state; expected a recurrent layer with an initial state',
      ],
      [
        seq2seq,
        { inputs: states, outputs: ['head'] },
        'inputs: the outputs need another input as well; expected encoder.h, encoder.c, target, got encoder.h, encoder.c',
      ],
      [seq2seq, { outputs: states, ownState: ['decoder'] }, 'ownState: a layer that no output needs; got "decoder"'],
      [seq2seq, { outputs: ['head'], ownState: ['head'] }, 'ownState: a layer that no value gives a state'],
    ];
    for (const [model, options, message] of wrong) {
      expect(() => cut(model, options as CutOptions)).toThrow(InputError);
      expect(() => cut(model, options as CutOptions)).toThrow(message);
    }
    expect(() => cut(new Uint8Array(3) as never, { outputs: ['y'] })).toThrow(SpecError);
    expect(() => cut(new Uint8Array(3) as never, { outputs: ['y'] })).toThrow(
      'open bytes with load() of gatewise/load',
    );
    const broken = { ...spec, outputs: ['none'] };
    expect(() => cut(broken, { outputs: [first] })).toThrow(SpecError);
  });
});

describe('outputs have the names that Keras has for them', () => {
  it('layers, models among them; of one layer several times the first, states by what they are', async () => {
    const one = caseOf('names');
    const spec = specOf(one);
    expect(one.output_names).toEqual(['twice', 'twice', 'inner', 'lstm', 'lstm', 'tanh']);
    expect(spec.outputs).toEqual(['twice', 'twice_1', 'inner', 'lstm', 'lstm.c', 'tanh']);
    const model = await createModel(spec);
    const results = Object.values(model.runNamed({ x: tensor(one.inputs.x as Packed) }));
    results.forEach(({ shape, data: numbers }, index) => {
      expect(shape).toEqual(one.outputs[index]?.shape);
      expectClose(numbers, data(one.outputs[index] as Packed));
    });
    // Layers keep their names.
    expect(spec.nodes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['lstm', 'twice', 'twice.call1', 'inmost', 'tanh']),
    );
  });
});

describe.each(builds)('a part of a model with int8 weights, %s', (build) => {
  it('keeps those that it needs, and the bits', async () => {
    const whole = int8Spec(stack('lstm', 3, 8, 2));
    const x = randomFloats(3 * 7, 4);
    const first = cut(whole, { outputs: ['lstm0'] });
    expect(Object.keys(first.int8 ?? {})).toEqual(Object.keys(whole.int8 ?? {}).filter((name) => /lstm0/.test(name)));
    const second = cut(whole, { inputs: ['lstm0'], outputs: ['head'] });
    expect(Object.keys({ ...first.int8, ...second.int8 }).sort()).toEqual(Object.keys(whole.int8 ?? {}).sort());
    const [a, b, all] = await Promise.all([first, second, whole].map((spec) => createModel(spec, { build })));
    expectSameBits(b?.run(a?.run(x) ?? []) ?? [], all?.run(x) ?? []);
    // A part that has none says nothing of any.
    expect(
      cut(
        { ...whole, nodes: [...whole.nodes, { type: 'dropout', name: 'end', inputs: ['head'] }] },
        { inputs: ['head'], outputs: ['end'] },
      ),
    ).not.toHaveProperty('int8');
    expect(() => cut({ ...whole, int8: { bad: {} as never } }, { outputs: ['lstm0'] })).toThrow(SpecError);
  });
});
