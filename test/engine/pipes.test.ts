import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createModel, InputError, type Stream } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, stack } from '../support/random.js';

// A stream as part of a pipe: web streams, and loops over frames as they come.

const FEATURES = 3;
const TIME = 12;
const x = randomFloats(FEATURES * TIME, 4);
const frames = Array.from({ length: TIME }, (_, t) => x.subarray(t * FEATURES, (t + 1) * FEATURES));

function webStream<Item>(items: readonly Item[]): ReadableStream<Item> {
  const rest = [...items];
  return new ReadableStream({
    pull(controller) {
      const [item] = rest.splice(0, 1);
      if (item === undefined) controller.close();
      else controller.enqueue(item);
    },
  });
}

describe.each(builds)('pipes, %s', (build) => {
  const open = async (): Promise<[stream: Stream, expected: Float32Array]> => {
    const model = await createModel(stack('lstm', FEATURES, 5, 2), { build });
    return [model.createStream(), model.run(x)];
  };
  const joined = (parts: readonly Float32Array[]): Float32Array =>
    Float32Array.from(parts.flatMap((part) => [...part]));
  const collect = async (source: AsyncIterable<Float32Array>): Promise<Float32Array[]> => {
    const all: Float32Array[] = [];
    for await (const part of source) all.push(part);
    return all;
  };

  it('transform: frames in, outputs out, the same bits as the run', async () => {
    const [stream, expected] = await open();
    const outputs = await collect(webStream(frames).pipeThrough(stream.transform()));
    expect(outputs).toHaveLength(TIME);
    expectSameBits(joined(outputs), expected);
    // The stream is where the run ended.
    const [again] = await open();
    again.run(x);
    expect(stream.save()).toEqual(again.save());
  });

  it('chunks of several timesteps, flat or nested, give their outputs together', async () => {
    const [stream, expected] = await open();
    const chunks = [
      x.subarray(0, 9),
      [[...(frames[3] as Float32Array)], [...(frames[4] as Float32Array)]],
      x.slice(15),
    ];
    const outputs = await collect(webStream(chunks).pipeThrough(stream.transform()));
    expect(outputs.map(({ length }) => length)).toEqual([9, 6, 21].map((n) => (n / 3) * (expected.length / TIME)));
    expectSameBits(joined(outputs), expected);
  });

  it('nothing is computed before the reader wants it', async () => {
    const [stream] = await open();
    let pulled = 0;
    const source = new ReadableStream<Float32Array>(
      {
        pull(controller) {
          controller.enqueue(frames[pulled++ % TIME] as Float32Array);
        },
      },
      { highWaterMark: 0 },
    );
    const fresh = stream.save();
    const reader = source.pipeThrough(stream.transform()).getReader();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pulled).toBeLessThanOrEqual(1);
    expect(stream.save()).toEqual(fresh);
    for (let t = 0; t < 3; t++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pulled).toBeLessThanOrEqual(5);
    await reader.cancel('enough');
    const state = stream.save();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.save()).toEqual(state);
    // It is still the caller's.
    stream.step(frames[0] as Float32Array);
  });

  it('a chunk that is refused errors the pipe; an abort passes through; the state is that of the frames before', async () => {
    const [stream] = await open();
    const [other] = await open();
    const pipe = stream.transform();
    const writer = pipe.writable.getWriter();
    const reader = pipe.readable.getReader();
    void writer.write(frames[0]).catch(() => {});
    await reader.read();
    other.step(frames[0] as Float32Array);
    const broken = writer.write(new Float32Array(FEATURES + 1));
    await expect(reader.read()).rejects.toThrow(InputError);
    await expect(broken).rejects.toThrow('input "x": wrong length; expected a multiple of 3 numbers');
    expect(stream.save()).toEqual(other.save());

    const abort = new AbortController();
    const endless = new ReadableStream<Float32Array>({
      pull(controller) {
        controller.enqueue(frames[1] as Float32Array);
      },
    });
    const aborted = endless.pipeThrough(stream.transform(), { signal: abort.signal }).getReader();
    await aborted.read();
    abort.abort(new Error('no more'));
    await expect(aborted.read().then(() => aborted.read())).rejects.toThrow('no more');
  });

  it('frames: for await over arrays, generators, promises, web and Node streams', async () => {
    const sources: (() => Parameters<Stream['frames']>[0])[] = [
      () => frames,
      () => frames.map((frame) => Promise.resolve(frame)),
      () => new Set([x]),
      async function* () {
        yield* frames;
      },
      () => webStream(frames),
      () => Readable.from(frames),
      () => [x.subarray(0, 6), ...frames.slice(2)],
    ];
    for (const source of sources) {
      const [stream, expected] = await open();
      expectSameBits(joined(await collect(stream.frames(source()))), expected);
    }
  });

  it('frames: one is asked for when its outputs are, and leaving the loop closes the source', async () => {
    const [stream] = await open();
    let asked = 0;
    let closed = false;
    async function* source(): AsyncGenerator<Float32Array> {
      try {
        for (;;) yield frames[asked++ % TIME] as Float32Array;
      } finally {
        closed = true;
      }
    }
    let seen = 0;
    for await (const output of stream.frames(source())) {
      expect(output.length).toBeGreaterThan(0);
      expect(asked).toBe(++seen);
      if (seen === 4) break;
    }
    expect(closed).toBe(true);
    expect(asked).toBe(4);
    stream.step(frames[0] as Float32Array);
  });

  it('frames: what is refused says what it was, errors of the source come through, a disposed stream says so', async () => {
    const [stream] = await open();
    const refused: [unknown, string][] = [
      [undefined, 'frames: nothing to iterate over; expected frames, one after another, got undefined'],
      [4, 'frames: nothing to iterate over; expected frames, one after another, got 4'],
      [{ data: x }, 'frames: nothing to iterate over; expected frames, one after another, got {data}'],
      [x, 'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got '],
      [[x.subarray(0, 4)], 'input "x": wrong length; expected a multiple of 3 numbers'],
    ];
    for (const [source, message] of refused) {
      await expect(collect(stream.frames(source as never))).rejects.toThrow(InputError);
      await expect(collect(stream.frames(source as never))).rejects.toThrow(message);
    }
    async function* failing(): AsyncGenerator<Float32Array> {
      yield frames[0] as Float32Array;
      throw new Error('the microphone is gone');
    }
    await expect(collect(stream.frames(failing()))).rejects.toThrow('the microphone is gone');
    stream.dispose();
    await expect(collect(stream.frames(frames))).rejects.toThrow('this stream has been disposed');
    expect(() => stream.transform()).toThrow('this stream has been disposed');
  });

  it('says so where the runtime has no TransformStream', async () => {
    const [stream] = await open();
    const kept = globalThis.TransformStream;
    try {
      delete (globalThis as { TransformStream?: unknown }).TransformStream;
      expect(() => stream.transform()).toThrow(
        'transform: this runtime has no TransformStream; expected frames() or step() instead',
      );
    } finally {
      globalThis.TransformStream = kept;
    }
  });
});
