import { describe, expect, it } from 'vitest';
import { createModel, DisposedError, GatewiseError, InputError, SpecError } from '../../src/index.js';
import { createPool, runMany } from '../../src/many/node.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder, stack, uniform } from '../support/random.js';
import { countedWorkers } from './workers.js';

const FEATURES = 3;
const SPEC = stack('lstm', FEATURES, 6);

/** Sequences of many lengths, in no order. */
function sequences(count: number, features: number, longest = 20): Float32Array[] {
  const draw = uniform(count);
  return Array.from({ length: count }, (_, i) =>
    randomFloats(features * (1 + Math.floor(((draw() + 1) / 2) * longest)), i),
  );
}

describe.each(builds)('a pool, %s', (build) => {
  const open = (spec = SPEC, workers = 2) => createPool(spec, { workers, build, worker: countedWorkers().worker });

  it.each([
    ['small, so that only equal lengths share a run', SPEC, FEATURES, 300],
    // Weights beyond a core's cache.
    ['large, so that shorter ones are padded', stack('lstm', 60, 280), 60, 40],
    ['int8', int8Spec(stack('gru', 5, 31, 2)), 5, 60],
  ])('gives every sequence the bits it has alone, in order: %s', async (_, spec, features, count) => {
    const pool = await open(spec);
    const model = await createModel(spec, { build });
    const all = sequences(count, features);
    const results = await pool.runMany(all);
    expect(results).toHaveLength(count);
    results.forEach((result, i) => {
      expectSameBits(result as Float32Array, model.run(all[i] as Float32Array));
    });
    expect(await pool.runMany([])).toEqual([]);
    await pool.dispose();
  });
});

describe('a pool', () => {
  it('takes what a model takes: nested arrays, tensors, inputs by name, whatever is iterable', async () => {
    const model = await createModel(SPEC);
    const pool = await createPool(
      { spec: SPEC, report: 'of an importer' },
      { workers: 1, worker: countedWorkers().worker },
    );
    const x = randomFloats(2 * FEATURES, 1);
    const nested = [[...x.subarray(0, 3)], [...x.subarray(3)]];
    const flat = model.run(x);
    const given = new Set([x, nested, { data: x, shape: [2, FEATURES] }, [...x]]);
    for (const result of await pool.runMany(given)) expectSameBits(result as Float32Array, flat);
    const [named] = await pool.runMany([{ x }, { x: nested }]);
    expect(named).toEqual({ ...model.runNamed({ x }) });
    function* later() {
      yield Promise.resolve(x);
    }
    expectSameBits((await pool.runMany(later()))[0] as Float32Array, flat);
    await pool.dispose();
  });

  it('copies what it is given, and no more of the memory around it', async () => {
    const pool = await createPool(SPEC, { workers: 1, worker: countedWorkers().worker });
    const model = await createModel(SPEC);
    const reused = randomFloats(4 * FEATURES, 1);
    const expected = [1, 2, 3].map((seed) => model.run(randomFloats(4 * FEATURES, seed)));
    async function* source() {
      for (const seed of [1, 2, 3]) {
        reused.set(randomFloats(4 * FEATURES, seed));
        yield reused;
      }
    }
    const results = await pool.runMany(source());
    results.forEach((result, i) => {
      expectSameBits(result as Float32Array, expected[i] as Float32Array);
    });
    // A gigabyte of which each sequence is a part would not go to a worker a hundred times in the time there is.
    const large = new Float32Array(2 ** 26);
    const parts = Array.from({ length: 100 }, (_, i) => large.subarray(i * FEATURES, (i + 1) * FEATURES));
    expect(await pool.runMany(parts)).toHaveLength(100);
    await pool.dispose();
  });

  it('reports a sequence that fails at its place, and the others as if it were not there', async () => {
    const pool = await createPool(SPEC, { workers: 2, worker: countedWorkers().worker });
    const model = await createModel(SPEC);
    const x = randomFloats(2 * FEATURES, 1);
    const bad: [unknown, RegExp][] = [
      [new Float32Array(4), /input "x": wrong length; expected a multiple of 3 numbers.*got 4/],
      [new Float32Array(0), /wrong length/],
      [[[1, 2], [3]], /ragged/],
      ['text', /input "x": wrong type/],
      [undefined, /missing input/],
      [null, /wrong type/],
      [{ y: x }, /no such name|missing input/],
      [new Uint8Array(6), /bytes are not features/],
      [() => x, /sequences\[8\]: not a sequence/],
      [
        {
          get x(): never {
            throw new Error('mine');
          },
        },
        /sequences\[9\]: cannot be read; got Error: mine/,
      ],
    ];
    const all = bad.flatMap(([one]) => [one, x]) as Float32Array[];
    bad[8] = [bad[8]?.[0], /sequences\[16\]: not a sequence/];
    bad[9] = [bad[9]?.[0], /sequences\[18\]: cannot be read; got Error: mine/];
    const progress: object[] = [];
    const results = await pool.runMany(all, { onProgress: (step) => progress.push(step) });
    bad.forEach(([, words], i) => {
      const failed = results[2 * i] as InputError;
      expect(failed).toBeInstanceOf(InputError);
      expect(failed.message).toMatch(words);
      expect(failed.code).toBe('INPUT');
      expectSameBits(results[2 * i + 1] as Float32Array, model.run(x));
    });
    expect(results[0]).toMatchObject({ where: 'input "x"', got: '4' });
    expect(progress.at(-1)).toEqual({ done: 20, total: 20 });
    await pool.dispose();
  });

  it('reads no further ahead than it says, and gives results as they come', async () => {
    const pool = await createPool(SPEC, { workers: 1, worker: countedWorkers().worker });
    let read = 0;
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield randomFloats(FEATURES, read++);
      } finally {
        closed = true;
      }
    }
    const model = await createModel(SPEC);
    let taken = 0;
    let most = 0;
    for await (const result of pool.runEach(endless())) {
      expectSameBits(result as Float32Array, model.run(randomFloats(FEATURES, taken++)));
      most = Math.max(most, read - taken);
      if (taken === 1000) break;
    }
    expect(most).toBeLessThanOrEqual(130);
    expect(most).toBeGreaterThan(20);
    expect(closed).toBe(true);
    // Large ones count by their bytes.
    let bytes = 0;
    function* large() {
      for (;;) {
        bytes += 16 * 2 ** 20;
        yield new Float32Array(4 * 2 ** 20);
      }
    }
    for await (const result of pool.runEach(large())) {
      expect(result).toBeInstanceOf(GatewiseError);
      break;
    }
    expect(bytes).toBeLessThanOrEqual(96 * 2 ** 20);
    await pool.dispose();
  });

  it('runs several runs side by side', async () => {
    const pool = await createPool(SPEC, { workers: 2, worker: countedWorkers().worker });
    const model = await createModel(SPEC);
    const runs = Array.from({ length: 5 }, (_, i) => sequences(20 + i, FEATURES));
    const results = await Promise.all(runs.map((all) => pool.runMany(all)));
    results.forEach((own, i) => {
      own.forEach((result, j) => {
        expectSameBits(result as Float32Array, model.run(runs[i]?.[j] as Float32Array));
      });
    });
    await pool.dispose();
  });

  it('fails as a whole where the source or the caller does', async () => {
    const pool = await createPool(SPEC, { workers: 1, worker: countedWorkers().worker });
    function* broken() {
      yield randomFloats(FEATURES, 1);
      throw new Error('of the source');
    }
    await expect(pool.runMany(broken())).rejects.toThrow('of the source');
    const onProgress = () => {
      throw new Error('of the caller');
    };
    await expect(pool.runMany(sequences(5, FEATURES), { onProgress })).rejects.toThrow('of the caller');
    expect(await pool.runMany(sequences(5, FEATURES))).toHaveLength(5);
    await pool.dispose();
  });

  it('refuses options by name, and what is no list', async () => {
    const make = (options: object) => createPool(SPEC, options);
    await expect(make({ wokers: 1 })).rejects.toThrow(
      'unknown option "wokers"; expected workers, build, memoryLimit, worker',
    );
    await expect(make({ workers: 0 })).rejects.toThrow('workers: not a number of workers');
    await expect(make({ workers: 1.5 })).rejects.toThrow(InputError);
    await expect(make({ worker: 'x' })).rejects.toThrow('worker: not a function');
    await expect(createPool(SPEC, 3 as never)).rejects.toThrow('options are no object');
    const { worker, count } = countedWorkers();
    await expect(make({ worker, workers: 2, memoryLimit: 'x' })).rejects.toThrow('memoryLimit: not a number');
    await expect(make({ worker, build: 'fast' })).rejects.toThrow('unknown build');
    const { nodes, ...rest } = SPEC;
    await expect(createPool(rest as never, { worker })).rejects.toThrow(SpecError);
    await expect(createPool({ ...SPEC, extra: () => 1 } as never, { worker })).rejects.toThrow(
      'spec: has what cannot be given to a worker; expected plain data',
    );
    await expect(createPool(new Uint8Array(3) as never, { worker })).rejects.toThrow(SpecError);
    expect(nodes.length).toBeGreaterThan(0);
    expect(count.living).toBe(0);
    const pool = await createPool(SPEC, { workers: 1, worker });
    const run = (all: unknown, options?: object) => pool.runMany(all as Float32Array[], options);
    await expect(run([], { signals: 1 })).rejects.toThrow(
      'runMany: unknown option "signals"; expected onProgress, signal',
    );
    await expect(run([], { signal: {} })).rejects.toThrow('signal: not a signal');
    await expect(run([], { onProgress: 1 })).rejects.toThrow('onProgress: not a function');
    for (const none of [new Float32Array(6), 'text', 3, undefined, null, {}]) {
      await expect(run(none)).rejects.toThrow('sequences: not a list of sequences');
    }
    await pool.dispose();
    await expect(runMany(SPEC, [], { signals: 1 } as never)).rejects.toThrow('unknown option "signals"');
  });

  it('is disposed of, with what runs on it', async () => {
    const { worker, count } = countedWorkers();
    const pool = await createPool(SPEC, { workers: 2, worker });
    expect(count.living).toBe(2);
    const run = pool.runMany(sequences(50, FEATURES));
    const refused = expect(run).rejects.toThrow(DisposedError);
    await Promise.resolve();
    await pool.dispose();
    await refused;
    expect(count.living).toBe(0);
    await pool.dispose();
    await expect(pool.runMany([])).rejects.toThrow(DisposedError);
  });

  it('runMany makes one, and none is left', async () => {
    const { worker, count } = countedWorkers();
    const all = sequences(30, FEATURES);
    const model = await createModel(SPEC);
    const results = await runMany(SPEC, all, { workers: 2, worker });
    results.forEach((result, i) => {
      expectSameBits(result as Float32Array, model.run(all[i] as Float32Array));
    });
    expect(count).toEqual({ started: 2, living: 0 });
  });
});

it('gives weights to all workers by memory that they share', async () => {
  const spec = new SpecBuilder(1).recurrent('lstm', 'a', 'x', 4, 8).spec(4);
  const posted: { spec: typeof spec }[] = [];
  const worker = () => {
    const one = countedWorkers().worker();
    const post = one.postMessage.bind(one);
    one.postMessage = (message) => {
      if (message.type === 'model') posted.push(message);
      post(message);
    };
    return one;
  };
  const pool = await createPool(spec, { workers: 2, worker });
  const [one, other] = posted.map((message) => message.spec.tensors['a.ih']?.data);
  expect(one?.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(other?.buffer).toBe(one?.buffer);
  await pool.dispose();
});
