import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const UNITS = 5;
const FEATURES = 3;

/** One timestep of an LSTM whose h and c come in side by side as `state` and go out as `stateN`: how ONNX files carry state. */
function carried(): ModelSpec {
  const builder = new SpecBuilder(11);
  const cell = builder.cell('lstm', 'lstm0', FEATURES, UNITS);
  const part = (name: string, start: number): NodeSpec => ({
    type: 'slice',
    name,
    inputs: ['state'],
    axis: 'features',
    start,
    count: UNITS,
  });
  builder
    .add(part('h', 0))
    .add(part('c', UNITS))
    .add({ type: 'reshape', name: 'frame', inputs: ['x'], shape: [1, FEATURES] })
    .add({ name: 'lstm0', inputs: ['frame', 'h', 'c'], outputs: ['y', 'hn', 'cn'], ...cell } as NodeSpec)
    .add({ type: 'concatenate', name: 'stateN', inputs: ['hn', 'cn'] })
    .dense('head', 'hn', UNITS, 3);
  return {
    inputs: [
      { name: 'x', features: FEATURES, kind: 'vector' },
      { name: 'state', features: 2 * UNITS, kind: 'vector' },
    ],
    nodes: builder.nodes,
    outputs: ['head'],
    carries: [{ input: 'state', output: 'stateN' }],
    tensors: builder.tensors,
  };
}

describe.each(builds)('state that the file carries outside its layers, %s', (build) => {
  const batch = 2;
  const frames = Array.from({ length: 6 }, (_, t) => randomFloats(batch * FEATURES, t));

  it('a stream keeps it: the same bits as a layer that keeps its own', async () => {
    const spec = carried();
    // The same weights and head as `carried`, whose builder draws them in the same order.
    const own = await createModel({ ...stack('lstm', FEATURES, UNITS, 1, 11) }, { build });
    const model = await createModel(spec, { build });
    const [a, b] = [model.createStream({ batch }), own.createStream({ batch })];
    for (const frame of frames) expect(a.step(frame)).toEqual(b.step(frame));
    expect(a.step(frames[0] as Float32Array)).not.toEqual(
      model.createStream({ batch }).step(frames[0] as Float32Array),
    );
  });

  it('each run starts fresh, and neither input nor output is the caller’s', async () => {
    const model = await createModel(carried(), { build });
    const x = { data: frames[0] as Float32Array, shape: [batch, FEATURES] };
    const first = model.runNamed({ x });
    expect(Object.keys(first)).toEqual(['head']);
    expect(model.runNamed({ x })).toEqual(first);
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('save, restore, fork, reset, getState and setState hold it', async () => {
    const model = await createModel(carried(), { build });
    const stream = model.createStream({ batch });
    const start = stream.step(frames[0] as Float32Array);
    const saved = stream.save();
    const fork = stream.fork();
    const next = stream.step(frames[1] as Float32Array);
    expect(fork.step(frames[1] as Float32Array)).toEqual(next);
    const other = model.createStream({ batch });
    other.restore(saved);
    expect(other.step(frames[1] as Float32Array)).toEqual(next);
    expect(other.getState().map(({ layer, h }) => [layer, h.length])).toEqual([
      ['lstm0', batch * UNITS],
      ['state', batch * 2 * UNITS],
    ]);
    other.restore(saved);
    const set = model.createStream({ batch });
    set.setState(other.getState());
    expect(set.step(frames[1] as Float32Array)).toEqual(next);
    stream.reset();
    expect(stream.step(frames[0] as Float32Array)).toEqual(start);
  });

  it('starts from a given tensor', async () => {
    const spec = carried();
    const initial = { shape: [2 * UNITS], data: randomFloats(2 * UNITS, 99) };
    const tensors = { ...spec.tensors, initial };
    const model = await createModel(
      { ...spec, carries: [{ input: 'state', output: 'stateN', initial: 'initial' }], tensors },
      { build },
    );
    const plain = await createModel(spec, { build });
    const stream = plain.createStream();
    stream.setState([{ h: new Float32Array(UNITS), c: new Float32Array(UNITS) }, { h: initial.data }]);
    const frame = randomFloats(FEATURES, 5);
    expect(model.createStream().step(frame)).toEqual(stream.step(frame));
    expect(model.run(frame)).not.toEqual(plain.run(frame));
  });

  const refused: [string, object, string][] = [
    ['an input that is not there', { input: 'sate', output: 'stateN' }, 'carry "sate": not an input'],
    ['an output that is not there', { input: 'state', output: 'z' }, 'carry "state": no value "z" before this point'],
    [
      'another length',
      { input: 'state', output: 'hn' },
      'carry "state": "hn" has the wrong shape; expected a vector of 10, got a vector of 5',
    ],
    ['a misspelt field', { input: 'state', output: 'stateN', start: 'x' }, 'carry "state": unknown field "start"'],
    [
      'no such start',
      { input: 'state', output: 'stateN', initial: 'lstm0.ih' },
      'carry "state": no such initial state; expected [10], got "lstm0.ih"',
    ],
  ];
  it.each(refused)('refuses %s', async (_, carry, message) => {
    await expect(createModel({ ...carried(), carries: [carry] } as ModelSpec, { build })).rejects.toThrow(message);
  });
});

describe.each(builds)('state that is changed on its way into a layer, %s', (build) => {
  /** A policy: h is carried, and forgotten where `reset` is 1; one frame a step, or a sequence. */
  function policy(frame: boolean): ModelSpec {
    const builder = new SpecBuilder(4);
    const cell = builder.cell('gru', 'g', FEATURES, UNITS);
    builder
      .add({ type: 'activation', name: 'keep', inputs: ['reset'], activation: { type: 'affine', alpha: -1, beta: 1 } })
      .add({ type: 'multiply', name: 'h0', inputs: ['h', 'keep'] });
    if (frame) builder.add({ type: 'reshape', name: 's', inputs: ['x'], shape: [1, FEATURES] });
    builder.add({ name: 'y', inputs: [frame ? 's' : 'x', 'h0'], outputs: ['y', 'hn'], ...cell } as NodeSpec);
    return {
      inputs: [
        { name: 'x', features: FEATURES, kind: frame ? 'vector' : 'sequence' },
        { name: 'reset', features: 1, kind: 'vector' },
        { name: 'h', features: UNITS, kind: 'vector' },
      ],
      nodes: builder.nodes,
      outputs: ['hn'],
      carries: [{ input: 'h', output: 'hn' }],
      tensors: builder.tensors,
    };
  }

  it.each([true, false])('does not stand in the way of a stream (a frame: %s)', async (frame) => {
    const model = await createModel(policy(frame), { build });
    const stream = model.createStream();
    const fresh = model.createStream();
    const frames = Array.from({ length: 4 }, (_, t) => randomFloats(FEATURES, t));
    const step = (from: typeof stream, t: number, reset: number) =>
      from.runNamed({ x: frames[t] as Float32Array, reset: [reset] }).hn?.data;
    step(stream, 0, 0);
    const kept = step(stream, 1, 0);
    expect(kept).not.toEqual(step(fresh, 1, 0));
    // A reset forgets what was before.
    const after = step(stream, 2, 1);
    expect(after).toEqual(step(model.createStream(), 2, 0));
    expect(step(stream, 3, 0)).not.toEqual(step(model.createStream(), 3, 0));
  });

  it('but what a layer makes of the timesteps does: the cut of a sequence would change it', async () => {
    const spec = policy(false);
    const builder = new SpecBuilder(8);
    const second = { name: 'z', inputs: ['x', 'hn'], ...builder.cell('gru', 'z', FEATURES, UNITS) } as NodeSpec;
    const tensors = { ...spec.tensors, ...builder.tensors };
    const model = await createModel({ ...spec, nodes: [...spec.nodes, second], outputs: ['z'], tensors }, { build });
    expect(() => model.createStream()).toThrow('layer "z" takes its initial state from another value at every run');
  });
});

describe.each(builds)('fixed and derived time, %s', (build) => {
  const lstm = (builder: SpecBuilder, input: string, inputs: number): NodeSpec =>
    ({ name: 'l', inputs: [input], ...builder.cell('lstm', 'l', inputs, 4) }) as NodeSpec;

  it('an input of fixed time beside one of the run’s', async () => {
    const builder = new SpecBuilder(3);
    builder.add({ type: 'reduce', name: 'm', inputs: ['memory'], operation: 'mean', axis: 'time' });
    builder.add({ type: 'subtract', name: 'y', inputs: ['x', 'm'] });
    const inputs = [
      { name: 'x', features: 2 },
      { name: 'memory', features: 2, time: 3 },
    ];
    const model = await createModel({ ...builder.spec(2), inputs, outputs: ['y'] }, { build });
    const { y } = model.runNamed({
      x: [
        [1, 2],
        [3, 4],
      ],
      memory: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    });
    expect([...(y?.data ?? [])]).toEqual([-1, 0, 1, 2]);
    expect(() => model.runNamed({ x: [[1, 2]], memory: [[1, 1]] })).toThrow(/wrong shape; expected \[3, 2\]/);
  });

  it('layers that need the whole sequence are not streamed, by name', async () => {
    const conv: NodeSpec = {
      type: 'conv1d',
      name: 'c',
      inputs: ['x'],
      filters: 2,
      kernelSize: 3,
      tensors: { weight: 'w' },
    };
    const builder = new SpecBuilder(3);
    builder.tensor('w', 2, 3, 2);
    builder.add(conv).add(lstm(builder, 'c', 2));
    const model = await createModel(builder.spec(2), { build });
    expect(() => model.createStream()).toThrow('layer "c" looks at several timesteps at once');
    expect(() => model.run(new Float32Array(4))).toThrow('value "c": wrong time; expected more timesteps, got time 2');
    expect(model.run(new Float32Array(6))).toHaveLength(4);
    expect(() => model.run(new Float32Array(10), { lengths: [4] })).toThrow('"c" has other timesteps than the input');
  });

  it('a layer over a sequence of fixed time starts anew in every run, so it keeps no state for a stream', async () => {
    const builder = new SpecBuilder(1);
    builder.add({ type: 'timestep', name: 'v', inputs: ['x'], index: -1 });
    builder.add({ type: 'reshape', name: 's', inputs: ['v'], shape: [4, 2] });
    const model = await createModel(builder.bidirectional('gru', 'both', 's', 2, 3).spec(8), { build });
    expect(() => model.createStream()).toThrow('layer "both" starts anew in every run');
  });

  it('a trace counts a layer’s own timesteps', async () => {
    const builder = new SpecBuilder(3);
    builder.add({ type: 'repeat', name: 'r', inputs: ['x'], count: 2 }).add(lstm(builder, 'r', 2));
    const model = await createModel(builder.spec(2), { build });
    expect(model.trace(new Float32Array(6)).layers[0]?.h).toHaveLength(6 * 4);
  });

  it('a sequence of a time that cannot be divided is refused', async () => {
    const builder = new SpecBuilder(3);
    builder.add({ type: 'regroup', name: 'g', inputs: ['x'], factor: 2, into: 'features' });
    const model = await createModel(builder.spec(2), { build });
    expect([...model.run([1, 2, 3, 4])]).toEqual([1, 2, 3, 4]);
    expect(() => model.run(new Float32Array(6))).toThrow('value "g": wrong time; expected a multiple of 2, got time 3');
  });
});
