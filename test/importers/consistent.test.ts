import { describe, expect, it } from 'vitest';
import { createModel, ImportError, type Model, type ModelValue, type Stream, type Tensor } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats } from '../support/random.js';
import { part } from '../support/thorough.js';
import { GOLDEN_SPECS } from './golden-specs.js';

// What a file became computes the same however it is asked: rows of a batch by themselves, and a stream's timesteps one by one or in pieces, to the last bit.

const TIME = 12;
/** Where a sequence is cut. */
const CUTS = [Array(TIME).fill(1), [3, 1, 8], [11, 1]] as const;

type Axes = ModelValue['axes'];
interface Value {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}
type Values = Readonly<Record<string, Value>>;

/** The elements of some places along an axis. */
function slice({ data, shape }: Value, axis: number, from: number, count: number): Value {
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const size = shape[axis] as number;
  const kept = data.filter((_, at) => {
    const place = Math.floor(at / inner) % size;
    return place >= from && place < from + count;
  });
  return { data: kept as Float32Array, shape: shape.map((n, at) => (at === axis ? count : n)) };
}

/** Values one after another along an axis. */
function join(parts: readonly Value[], axis: number): Value {
  const [first] = parts as [Value];
  const inner = first.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const outer = first.shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const size = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const data = new Float32Array(outer * size * inner);
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const { data: own, shape } of parts) {
      const length = (shape[axis] as number) * inner;
      data.set(own.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  return { data, shape: first.shape.map((n, k) => (k === axis ? size : n)) };
}

const on = (
  values: Values,
  infos: readonly ModelValue[],
  axis: 'batch' | 'time',
  work: (value: Value, at: number) => Value,
) =>
  Object.fromEntries(
    infos.map(({ name, axes }) => {
      const at = (axes as Axes).indexOf(axis);
      const value = values[name] as Value;
      return [name, at < 0 ? value : work(value, at)];
    }),
  );

function inputsOf(model: Model, batch: number, seed: number): Values {
  return Object.fromEntries(
    model.inputs.map(({ name, features, dtype, time, kind, batch: fixed, axes }, index) => {
      const sizes = { batch: fixed ?? batch, time: kind === 'vector' ? 1 : typeof time === 'number' ? time : TIME };
      const floats = randomFloats(sizes.batch * sizes.time * features, seed + index);
      const data = dtype === 'int32' ? Int32Array.from(floats, (n) => (n > 0 ? 1 : 0)) : floats;
      return [name, { data, shape: (axes as Axes).map((axis) => (typeof axis === 'number' ? axis : sizes[axis])) }];
    }),
  );
}

const run = (model: Model | Stream, inputs: Values): Values =>
  (model as Model).runNamed(inputs as Readonly<Record<string, Tensor>>) as unknown as Values;

function expectSame(got: Values, wanted: Values): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [name, { data, shape }] of Object.entries(wanted)) {
    expect([...(got[name] as Value).shape]).toEqual([...shape]);
    expectSameBits((got[name] as Value).data, data);
  }
}

/** Two rows, and each of them by itself. */
function checkRows(model: Model): void {
  const inputs = inputsOf(model, 2, 1);
  const both = run(model, inputs);
  for (const row of [0, 1]) {
    const alone = run(
      model,
      on(inputs, model.inputs, 'batch', (value, at) => slice(value, at, row, 1)),
    );
    expectSame(
      on(both, model.outputs, 'batch', (value, at) => slice(value, at, row, 1)),
      alone,
    );
  }
}

/** A stream's timesteps in pieces, whose sequences one after another are those of the whole, and whose last vectors are. */
function checkPieces(model: Model, stream: Stream, cuts: readonly number[]): void {
  const inputs = inputsOf(model, 1, 2);
  const whole = run(model, inputs);
  let from = 0;
  const pieces = cuts.map((count) => {
    const piece = on(inputs, model.inputs, 'time', (value, at) => slice(value, at, from, count));
    from += count;
    return run(stream, piece);
  });
  const joined = Object.fromEntries(
    model.outputs.map(({ name, axes, kind }) => {
      const at = (axes as Axes).indexOf('time');
      const own = pieces.map((piece) => piece[name] as Value);
      return [name, kind === 'vector' || at < 0 ? (own.at(-1) as Value) : join(own, at)];
    }),
  );
  expectSame(joined, whole);
}

describe.each(Object.entries(GOLDEN_SPECS))('models of %s', (_, specs) => {
  const every = { checked: 0, streamed: 0 };
  it.each(part(specs(), 12).map((one) => [one.name, one] as const))('%s', async (_, { read }) => {
    let spec: ReturnType<typeof read>;
    try {
      spec = read();
    } catch (error) {
      // Those that are to be refused, which other tests look at.
      expect(error).toBeInstanceOf(ImportError);
      return;
    }
    const model = await createModel(spec, { build: 'simd' });
    every.checked++;
    const [{ batch: rows } = {}] = model.inputs.filter(({ batch }) => batch !== undefined);
    if (model.inputs.every(({ batch, axes }) => batch === undefined && axes.includes('batch'))) checkRows(model);
    let stream: Stream | undefined;
    try {
      stream = model.createStream({ batch: rows ?? 1 });
    } catch {}
    const sequences = model.inputs.filter(({ kind }) => kind === 'sequence');
    const isOpen = sequences.length > 0 && sequences.every(({ time }) => time === 'time');
    if (stream && isOpen) {
      every.streamed++;
      for (const cuts of CUTS) {
        stream.reset();
        checkPieces(model, stream, cuts);
      }
    }
    model.dispose();
  });
  it('most of them are looked at', () => {
    const { length } = part(specs(), 12);
    expect(every.checked).toBeGreaterThan(length / 2);
    expect(every.streamed).toBeGreaterThan(length / 4);
  });
});
