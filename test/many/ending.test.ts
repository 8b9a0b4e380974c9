import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createModel, MemoryLimitError } from '../../src/index.js';
import { WorkerError } from '../../src/many/errors.js';
import { createPool } from '../../src/many/node.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';
import { countedWorkers } from './workers.js';

const FEATURES = 3;
const SPEC = stack('lstm', FEATURES, 6);
/** First numbers at which the worker ends (fragile-worker.mjs). */
const [EXIT, THROW, EXHAUST] = [1_000_001, 1_000_002, 1_000_003];

const sequence = (seed: number, first?: number): Float32Array => {
  const x = randomFloats(2 * FEATURES, seed);
  if (first !== undefined) x[0] = first;
  return x;
};

describe('a worker that ends', () => {
  it.each([
    ['by itself', EXIT, WorkerError, /ended while it ran this sequence.*code 7/],
    ['by an exception', THROW, WorkerError, /ended while it ran this sequence.*on purpose/],
    ['out of memory', EXHAUST, MemoryLimitError, /the worker ran out of memory/],
  ])('%s loses its own sequence alone, and another takes its place', async (_, first, type, words) => {
    const { worker, count } = countedWorkers('fragile', { resourceLimits: { maxOldGenerationSizeMb: 24 } });
    const pool = await createPool(SPEC, { workers: 2, worker });
    const model = await createModel(SPEC);
    // Of one length, so that many share a run.
    const all = Array.from({ length: 60 }, (__, i) => sequence(i, i === 17 || i === 40 ? first : undefined));
    const done: number[] = [];
    const results = await pool.runMany(all, { onProgress: (progress) => done.push(progress.done) });
    results.forEach((result, i) => {
      if (i !== 17 && i !== 40) {
        expectSameBits(result as Float32Array, model.run(all[i] as Float32Array));
        return;
      }
      expect(result).toBeInstanceOf(type);
      expect((result as Error).message).toMatch(words);
    });
    expect(done.at(-1)).toBe(60);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    // Once with others, once alone, each.
    expect(count.started).toBeLessThanOrEqual(2 + 4);
    expectSameBits((await pool.runMany([sequence(1)]))[0] as Float32Array, model.run(sequence(1)));
    await pool.dispose();
    expect(count.living).toBe(0);
  });

  it('at its start is an error of the pool', async () => {
    const { worker } = countedWorkers('built', { execArgv: ['--no-such-flag'] });
    await expect(createPool(SPEC, { workers: 2, worker })).rejects.toThrow(/worker: cannot be started/);
    const none = () => {
      throw new Error('not allowed');
    };
    await expect(createPool(SPEC, { worker: none })).rejects.toThrow(
      /worker: cannot be started; got Error: not allowed/,
    );
  });

  it('and cannot be replaced is an error of the run', async () => {
    const { worker, count } = countedWorkers('fragile');
    const pool = await createPool(SPEC, {
      workers: 1,
      worker: () => {
        if (count.started === 1) throw new Error('no more');
        return worker();
      },
    });
    const run = pool.runMany([sequence(1, EXIT), sequence(2), sequence(3)]);
    await expect(run).rejects.toThrow(/worker: cannot be started; got Error: no more/);
    await pool.dispose();
  });
});

describe('abort', () => {
  it('ends the workers that are at it, and leaves the pool as good as new', async () => {
    const { worker, count } = countedWorkers();
    const spec = stack('lstm', FEATURES, 200);
    const pool = await createPool(spec, { workers: 2, worker });
    const controller = new AbortController();
    const long = Array.from({ length: 50 }, (_, i) => randomFloats(2000 * FEATURES, i));
    const other = pool.runMany([randomFloats(FEATURES, 1)]);
    const run = pool.runMany(long, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
    expect(await other).toHaveLength(1);
    // Both are ended; those that took their place began nothing.
    await expect.poll(() => count.living).toBeLessThanOrEqual(1);
    const model = await createModel(spec);
    const x = randomFloats(5 * FEATURES, 2);
    expectSameBits((await pool.runMany([x]))[0] as Float32Array, model.run(x));
    await expect(pool.runMany([x], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await pool.dispose();
    expect(count.living).toBe(0);
  });
});

/** A process with the package as users have it. @returns what it printed. */
function run(code: string): { status: number | null; text: string } {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const given = `
    import { createPool, runMany } from 'gatewise/many';
    const spec = ${JSON.stringify({
      inputs: [{ name: 'x', features: 1 }],
      nodes: [{ type: 'activation', name: 'y', inputs: ['x'], activation: 'relu' }],
      outputs: ['y'],
      tensors: {},
    })};`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', given + code], {
    cwd,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, text: `${stdout}${stderr}`.trim() };
}

describe('a process', () => {
  it('ends after runMany', () => {
    const code = 'console.log(...(await runMany(spec, [[-1, 2], [3]], { workers: 2 })).map((y) => [...y]));';
    expect(run(code)).toEqual({ status: 0, text: '[ 0, 2 ] [ 3 ]' });
  });

  it('ends when it has nothing to do, though it did not dispose of its pool', () => {
    const code =
      'const pool = await createPool(spec); console.log(pool.workers > 0, ...(await pool.runMany([[4]]))[0]);';
    expect(run(code)).toEqual({ status: 0, text: 'true 4' });
  });

  it('ends after an abort, whatever was left', () => {
    const code = `
      const endless = (function* () { for (;;) yield new Float32Array(1e6); })();
      const controller = new AbortController();
      let steps = 0;
      const onProgress = () => { if (++steps === 3) controller.abort(); };
      await runMany(spec, endless, { workers: 2, signal: controller.signal, onProgress }).catch((error) => console.log(error.name));`;
    expect(run(code)).toEqual({ status: 0, text: 'AbortError' });
  });
});
