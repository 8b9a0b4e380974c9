import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { stack } from '../support/random.js';
import { whenThorough } from '../support/thorough.js';

const collect = (globalThis as { gc?: () => void }).gc;
const { dispose } = Symbol as { readonly dispose?: symbol };

describe.each(builds)('streams that are let go, %s', (build) => {
  it.runIf(collect)('give their memory back once they are collected', async () => {
    const model = await createModel(stack('lstm', 8, 32), { build });
    const kept = model.createStream();
    const drop = (count: number): void => {
      for (let i = 0; i < count; i++) model.createStream().step(new Float32Array(8));
    };
    drop(1);
    const { used } = model.memory;
    drop(2_000);
    expect(model.memory.used).toBeGreaterThan(used + 1_000 * 64);
    for (let round = 0; round < 50 && model.memory.used > used; round++) {
      collect?.();
      // Finalizers run between tasks.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(model.memory.used).toBeLessThanOrEqual(used);
    // One that lives is not touched, and one that was disposed is not given back twice.
    kept.step(new Float32Array(8));
    const disposed = (): void => model.createStream().dispose();
    disposed();
    const after = model.memory.used;
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(model.memory.used).toBe(after);
    kept.dispose();
  });

  it.runIf(collect)('do not hold a model that nobody else holds', async () => {
    const make = async (): Promise<WeakRef<Model>> => {
      const model = await createModel(stack('gru', 4, 8), { build });
      model.createStream();
      return new WeakRef(model);
    };
    const ref = await make();
    for (let round = 0; round < 50 && ref.deref(); round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      collect?.();
    }
    expect(ref.deref()).toBeUndefined();
  });

  it('have Symbol.dispose where the runtime has it, as models do', async () => {
    const model = await createModel(stack('gru', 4, 8), { build });
    const stream = model.createStream();
    const call = (target: object): void => (target as Record<symbol, () => void>)[dispose as symbol]?.();
    if (!dispose) {
      expect(Object.getOwnPropertySymbols(Object.getPrototypeOf(stream))).toEqual([]);
      return;
    }
    call(stream);
    expect(() => stream.step([1, 2, 3, 4])).toThrow('stream: this stream has been disposed');
    call(stream);
    call(model);
    expect(() => model.summary()).toThrow('model: this model has been disposed');
  });
});

describe('types of disposing', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const compile = (lib: string, source: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewise-types-'));
    try {
      writeFileSync(join(folder, 'user.ts'), source.replace('gatewise', join(root, 'dist/index.js')));
      const options = [
        '--ignoreConfig',
        '--strict',
        '--noEmit',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--types',
        '',
        '--lib',
        lib,
      ];
      execFileSync(process.execPath, [
        join(root, 'node_modules/typescript/bin/tsc'),
        ...options,
        join(folder, 'user.ts'),
      ]);
      return '';
    } catch (error) {
      return `${(error as { stdout: Buffer }).stdout}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const using = `import type { Model } from 'gatewise';
    export function f(model: Model): void { using stream = model.createStream(); stream.reset(); }`;
  const plain = `import type { Model } from 'gatewise';
    export function f(model: Model): void { const stream = model.createStream(); stream.dispose(); model.dispose(); }`;

  it('compile with and without the library that has them', whenThorough, () => {
    expect(compile('es2022,dom', plain)).toBe('');
    expect(compile('es2022,dom,esnext.disposable', plain)).toBe('');
    expect(compile('es2022,dom,esnext.disposable', using)).toBe('');
    expect(compile('es2022,dom', using)).not.toBe('');
  });
});
