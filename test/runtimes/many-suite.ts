// Many sequences over workers, asked in every runtime.
import type { createPool as CreatePool } from '../../src/many/index.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, stack } from '../support/random.js';
import { fingerprint } from './suite.js';

const FEATURES = 5;

export const MANY_SPECS = { float32: stack('lstm', FEATURES, 31, 2), int8: int8Spec(stack('gru', FEATURES, 31)) };

export const manySequences = (): Float32Array[] =>
  Array.from({ length: 90 }, (_, i) => randomFloats(FEATURES * (1 + ((i * 7) % 11)), i));

export interface ManyAnswers {
  /** The bits of all results, by the model. */
  readonly bits: Readonly<Record<string, string>>;
  /** Of a sequence that is none, of an aborted run, of a model that is none. */
  readonly errors: readonly string[];
  /** Whether workers look into the same memory. */
  readonly shared: boolean;
}

const nameOf = (error: unknown): string => (error as Error).name;

export async function answerMany(
  createPool: typeof CreatePool,
  options: Parameters<typeof CreatePool>[1] = {},
): Promise<ManyAnswers> {
  const bits: Record<string, string> = {};
  const errors: string[] = [];
  for (const [name, spec] of Object.entries(MANY_SPECS)) {
    const pool = await createPool(spec, { workers: 2, build: 'simd', ...options });
    const results = await pool.runMany([...manySequences(), new Float32Array(1)]);
    errors.push(nameOf(results.pop()));
    const all = fingerprint();
    for (const result of results) all.add(result as Float32Array);
    bits[name] = all.text();
    const controller = new AbortController();
    const endless = (function* () {
      for (;;) yield new Float32Array(FEATURES * 1000);
    })();
    const onProgress = () => controller.abort();
    await pool.runMany(endless, { signal: controller.signal, onProgress }).catch((error) => errors.push(nameOf(error)));
    await pool.dispose();
  }
  const none = { ...MANY_SPECS.float32, outputs: ['nothing'] };
  await createPool(none, { workers: 1, ...options }).catch((error) => errors.push(nameOf(error)));
  const { crossOriginIsolated = true } = globalThis as { crossOriginIsolated?: boolean };
  return { bits, errors, shared: crossOriginIsolated && typeof SharedArrayBuffer === 'function' };
}
