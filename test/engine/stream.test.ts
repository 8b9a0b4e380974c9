import { describe, expect, it } from 'vitest';
import {
  createModel,
  DisposedError,
  InputError,
  type LayerStateInput,
  StateError,
  type Stream,
  UnsupportedError,
} from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const FEATURES = 3;
const spec = stack('lstm', FEATURES, 6, 2);
const x = randomFloats(FEATURES * 12, 4);
const frame = (t: number): Float32Array => x.subarray(t * FEATURES, (t + 1) * FEATURES);

describe.each(builds)('stream, %s', (build) => {
  const open = async (): Promise<{ stream: Stream; other: Stream }> => {
    const model = await createModel(spec, { build });
    return { stream: model.createStream(), other: model.createStream() };
  };

  it('goes on from saved bytes, in another stream and another model', async () => {
    const { stream, other } = await open();
    for (let t = 0; t < 5; t++) stream.step(frame(t));
    const saved = stream.save();
    const expected = [5, 6, 7].map((t) => stream.step(frame(t)));
    other.restore(saved);
    const { stream: elsewhere } = await open();
    elsewhere.restore(saved);
    for (const again of [other, elsewhere]) {
      for (const [i, t] of [5, 6, 7].entries()) expectSameBits(again.step(frame(t)), expected[i] as Float32Array);
    }
  });

  it('restores on every other build and saves the same bytes again', async () => {
    const { stream } = await open();
    stream.run(x);
    const saved = stream.save();
    for (const another of builds) {
      const there = (await createModel(spec, { build: another })).createStream();
      there.restore(saved);
      expect(there.save()).toEqual(saved);
    }
  });

  it('refuses bytes of another model, of another batch, truncated or corrupted, and stays as it was', async () => {
    const { stream } = await open();
    stream.run(x);
    const saved = stream.save();
    const foreign = (await createModel(stack('lstm', FEATURES, 6, 2, 77), { build })).createStream();
    const wider = (await createModel(spec, { build })).createStream({ batch: 2 });
    const refused: [Uint8Array, string][] = [
      [foreign.save(), 'saved state: of another model; expected '],
      [wider.save(), 'saved state: of another batch size; expected 1, got 2'],
      [saved.subarray(0, 10), 'saved state: truncated; expected at least 32 bytes, got 10'],
      [saved.subarray(0, saved.length - 1), 'saved state: wrong length; expected '],
      [new Uint8Array(64), 'saved state: not a saved state; expected '],
      ...(
        ['bytes', [...saved], new DataView(saved.buffer), new Float32Array(8), undefined, { length: 64 }] as never[]
      ).map((wrong): [Uint8Array, string] => [
        wrong,
        'saved state: not bytes; expected the Uint8Array that save() returned, or an ArrayBuffer of its bytes, got ',
      ]),
    ];
    for (let bit = 0; bit < saved.length * 8; bit++) {
      const flipped = saved.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => stream.restore(flipped)).toThrow(StateError);
    }
    for (const [bytes, message] of refused) {
      expect(() => stream.restore(bytes)).toThrow(StateError);
      expect(() => stream.restore(bytes)).toThrow(message);
    }
    expect(stream.save()).toEqual(saved);
  });

  it('restores what became of the bytes on their way: an ArrayBuffer, a Buffer, shared memory', async () => {
    const { stream, other } = await open();
    stream.run(x);
    const saved = stream.save();
    const shared = new SharedArrayBuffer(saved.length);
    new Uint8Array(shared).set(saved);
    const forms = [saved.slice().buffer, Buffer.from(saved), await new Blob([saved as never]).arrayBuffer(), shared];
    for (const bytes of forms as ArrayBuffer[]) {
      other.reset();
      other.restore(bytes);
      expect(other.save()).toEqual(saved);
    }
    expect(() => other.restore(new ArrayBuffer(3))).toThrow(
      'saved state: truncated; expected at least 32 bytes, got 3',
    );
  });

  it('takes a state that has been through JSON', async () => {
    for (const type of ['lstm', 'gru'] as const) {
      const model = await createModel(stack(type, FEATURES, 6, 2), { build });
      const [a, b] = [model.createStream({ batch: 2 }), model.createStream({ batch: 2 })];
      a.run(x);
      const state = a.getState();
      const parsed = JSON.parse(JSON.stringify(state));
      b.setState(parsed);
      expect(b.getState()).toEqual(state);
      expectSameBits(model.run(x, { batch: 2, initialState: parsed }), model.run(x, { batch: 2, initialState: state }));
      for (const [h, message] of [
        [{ ...parsed[0].h, 12: 1 }, 'state of layer "lstm0", h: wrong length; expected 12 numbers'],
        [{ 0: 1, 2: 1 }, 'state of layer "lstm0", h: wrong length; expected 12 numbers (batch 2 · 6), got {0, 2}'],
        [{ ...parsed[0].h, 3: null }, 'state of layer "lstm0", h: not a number; expected a number at 3, got null'],
        [{ ...parsed[0].h, 3: '1' }, 'state of layer "lstm0", h: not a number; expected a number at 3, got "1"'],
        [{}, 'state of layer "lstm0", h: wrong length; expected 12 numbers (batch 2 · 6), got 0'],
      ] as const) {
        const wrong = [{ ...parsed[0], h }, ...parsed.slice(1)];
        expect(() => b.setState(wrong)).toThrow(message.replace('lstm0', state[0]?.layer as string));
      }
      expect(b.getState()).toEqual(state);
    }
  });

  it('tells models apart by structure and by a single weight', async () => {
    const saved = (await createModel(spec, { build })).createStream().save();
    const name = 'lstm0.hh';
    const tensor = spec.tensors[name] as { shape: readonly number[]; data: Float32Array };
    const data = tensor.data.slice();
    data[7] = (data[7] as number) + 1e-6;
    const nudged = { ...spec, tensors: { ...spec.tensors, [name]: { ...tensor, data } } };
    const clipped = {
      ...spec,
      nodes: spec.nodes.map((node) => (node.type === 'lstm' ? { ...node, cellClip: 3 } : node)),
    };
    const renamed = { ...spec, name: 'a name changes nothing' };
    for (const [other, same] of [
      [nudged, false],
      [clipped, false],
      [renamed, true],
    ] as const) {
      const stream = (await createModel(other, { build })).createStream();
      if (same) expect(() => stream.restore(saved)).not.toThrow();
      else expect(() => stream.restore(saved)).toThrow('of another model');
    }
  });

  it('forks into two that go their own ways', async () => {
    const { stream, other } = await open();
    for (let t = 0; t < 4; t++) [stream, other].forEach((each) => void each.step(frame(t)));
    const fork = stream.fork();
    for (let t = 4; t < 8; t++) stream.step(frame(0));
    for (let t = 4; t < 8; t++) expectSameBits(fork.step(frame(t)), other.step(frame(t)));
  });

  it('starts again after reset, from zeros or from the trained initial state', async () => {
    const { stream } = await open();
    const first = stream.run(x);
    stream.reset();
    expectSameBits(stream.run(x), first);
    const trained = new SpecBuilder(3).recurrent('lstm', 'a', 'x', FEATURES, 5, { initial: true }).spec(FEATURES);
    const model = await createModel(trained, { build });
    const again = model.createStream({ batch: 2 });
    const [start] = again.getState();
    expectSameBits(start?.h ?? [], [
      ...(trained.tensors['a.h0']?.data ?? []),
      ...(trained.tensors['a.h0']?.data ?? []),
    ]);
    expectSameBits(start?.c ?? [], [
      ...(trained.tensors['a.c0']?.data ?? []),
      ...(trained.tensors['a.c0']?.data ?? []),
    ]);
    again.step(randomFloats(6, 1));
    again.reset();
    expectSameBits(again.getState()[0]?.h ?? [], start?.h ?? []);
    expectSameBits(model.run(x), model.createStream().run(x));
  });

  it('gives and takes h and c per layer; a decoder starts from an encoder', async () => {
    const { stream, other } = await open();
    stream.run(x);
    const state = stream.getState();
    expect(state.map(({ layer, h, c }) => [layer, h.length, c?.length])).toEqual([
      ['lstm0', 6, 6],
      ['lstm1', 6, 6],
    ]);
    other.setState(state);
    expectSameBits(other.step(frame(0)), stream.step(frame(0)));

    const builder = (name: string, features: number): SpecBuilder =>
      new SpecBuilder(9).recurrent('gru', name, 'x', features, 7);
    const encoder = (await createModel(builder('encoder', 2).spec(2), { build })).createStream({ batch: 2 });
    const decoder = await createModel(builder('decoder', 4).spec(4), { build });
    encoder.run(randomFloats(2 * 5 * 2, 8));
    const decoding = decoder.createStream({ batch: 2 });
    decoding.setState(encoder.getState());
    const frames = randomFloats(8, 9);
    const expected = decoder.run(frames, { batch: 2, initialState: encoder.getState() });
    expectSameBits(decoding.step(frames), expected);
    const [zero] = decoder.createStream().getState();
    expect(zero?.h.every((n) => n === 0)).toBe(true);
  });

  it('refuses a state that does not fit and stays as it was', async () => {
    const { stream } = await open();
    stream.run(x);
    const before = stream.save();
    const [first, second] = stream.getState();
    const h = first?.h ?? [];
    const c = first?.c ?? [];
    const refused: [unknown, string][] = [
      [[first], 'state: wrong number of layers; expected 2 entries (lstm0, lstm1), got 1'],
      [undefined, 'state: wrong number of layers'],
      [[{ h }, second], 'state of layer "lstm0", c: wrong length; expected 6 numbers (batch 1 · 6), got undefined'],
      [[first, { h: [1], c }], 'state of layer "lstm1", h: wrong length; expected 6 numbers (batch 1 · 6), got 1'],
      [
        [first, { h: ['1', 2, 3, 4, 5, 6], c }],
        'state of layer "lstm1", h: not a number; expected a number at 0, got "1"',
      ],
      [[first, null], 'state of layer "lstm1", h: wrong length'],
    ];
    for (const [state, message] of refused) {
      expect(() => stream.setState(state as LayerStateInput[])).toThrow(InputError);
      expect(() => stream.setState(state as LayerStateInput[])).toThrow(message);
    }
    expect(stream.save()).toEqual(before);
    const gru = (await createModel(stack('gru', 2, 3), { build })).createStream();
    expect(() => gru.setState([{ h: [1, 2, 3], c: [1, 2, 3] }])).toThrow(
      'state of layer "gru0": this layer has no c; expected h alone, got h and c',
    );
  });

  it('refuses a wrong frame or output and stays as it was', async () => {
    const { stream } = await open();
    stream.run(x);
    const before = stream.save();
    const good = frame(0);
    const refused: [unknown, unknown, string][] = [
      [new Float32Array(2), undefined, 'frame: wrong length; expected 3 numbers (batch 1 · features 3), got 2'],
      [[1, 2, '3'], undefined, 'frame: not a number; expected a number at 2, got "3"'],
      ['abc', undefined, 'frame: wrong length; expected 3 numbers (batch 1 · features 3), got "abc"'],
      [undefined, undefined, 'frame: wrong length; expected 3 numbers (batch 1 · features 3), got undefined'],
      [new BigInt64Array(3), undefined, 'frame: wrong length'],
      [good, new Float32Array(2), 'out: wrong length; expected 3 numbers (the output), got 2'],
      [good, [0, 0, 0], 'out: wrong type; expected a Float32Array, got [0, 0, 0]'],
    ];
    for (const [input, out, message] of refused) {
      const step = (): unknown => stream.step(input as Float32Array, out as Float32Array);
      expect(step).toThrow(InputError);
      expect(step).toThrow(message);
    }
    expect(() => stream.run(new Float32Array(4))).toThrow(
      'input "x": wrong length; expected a multiple of 3 numbers (batch 1 · features 3), got 4',
    );
    expect(() => stream.run({ data: x, shape: [2, 6, 3] })).toThrow(
      'input "x": wrong shape; expected [time, 3] or [1, time, 3], got [2, 6, 3] with 36 numbers',
    );
    expect(stream.save()).toEqual(before);
    expectSameBits(stream.fork().step(good), stream.step(good));
  });

  it('takes any kind of numbers', async () => {
    const { stream, other } = await open();
    const expected = stream.step(frame(0));
    for (const form of [[...frame(0)], Float64Array.from(frame(0))]) {
      other.reset();
      expectSameBits(other.step(form), expected);
    }
  });

  it('is refused where the whole sequence is needed, with the layer and the reason', async () => {
    const both = await createModel(new SpecBuilder(1).bidirectional('gru', 'both', 'x', 2, 3).spec(2), { build });
    expect(() => both.createStream()).toThrow(UnsupportedError);
    expect(() => both.createStream()).toThrow(
      'createStream: cannot stream: layer "both" is bidirectional: its backward half starts at the last timestep',
    );
    const back = await createModel(
      new SpecBuilder(1).recurrent('gru', 'back', 'x', 2, 3, { goBackwards: true }).spec(2),
      { build },
    );
    expect(() => back.createStream()).toThrow('cannot stream: layer "back" walks backwards');
  });

  it('refuses sizes that are not sizes, and anything after dispose', async () => {
    const model = await createModel(spec, { build });
    for (const batch of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2' as unknown as number]) {
      expect(() => model.createStream({ batch })).toThrow(
        /batch: not a batch size; expected a whole number of at least 1, got/,
      );
    }
    const [stream, kept] = [model.createStream(), model.createStream()];
    stream.dispose();
    const calls = (gone: Stream): (() => unknown)[] => [
      () => gone.step(frame(0)),
      () => gone.run(x),
      () => gone.runNamed({ x }),
      () => gone.reset(),
      () => gone.getState(),
      () => gone.setState([]),
      () => gone.save(),
      () => gone.restore(new Uint8Array()),
      () => gone.fork(),
    ];
    for (const call of calls(stream)) {
      expect(call).toThrow(DisposedError);
      expect(call).toThrow('stream: this stream has been disposed; expected a live stream');
    }
    kept.step(frame(0));
    model.dispose();
    for (const call of calls(kept)) expect(call).toThrow('stream: the model of this stream has been disposed');
    const onModel = [
      () => model.run(x),
      () => model.createStream(),
      () => model.summary(),
      () => explain(model, 'head'),
      () => model.trace(x),
      () => model.memory,
    ];
    for (const call of onModel) expect(call).toThrow('model: this model has been disposed; expected a live model');
    kept.dispose();
  });
});
