import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../src/graph/check-spec.js';
import { GatewiseError } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { damaged, type Seed, seeds } from '../importers/corpus.js';
import { uniform } from '../support/random.js';

// Damaged files: always a GatewiseError, or a spec that holds together; never another exception, a hang, or much memory.

const EACH = 800;
/** Far more than any of these files takes; a hang would be a failure of the whole run. */
const SLOWEST = 5_000;

/** What reading comes to, and how long it took. */
function attempt({ name, read }: Pick<Seed, 'name' | 'read'>, bytes: Uint8Array, label: string): boolean {
  const begin = performance.now();
  try {
    const spec = read(bytes);
    try {
      checkSpec(spec, allLayers);
    } catch (error) {
      expect(error, `${name}, ${label}: the spec`).toBeInstanceOf(GatewiseError);
    }
    return true;
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw new Error(`${name}, ${label}: ${(error as Error).stack}`);
    return false;
  } finally {
    expect(performance.now() - begin, `${name}, ${label}: time`).toBeLessThan(SLOWEST);
  }
}

describe('damaged files', () => {
  const all = seeds();
  it.each(all.map((seed) => [seed.name, seed] as const))('%s', (_, seed) => {
    expect(seed.bytes.length).toBeGreaterThan(0);
    const next = uniform(seed.name.length * 7919 + seed.bytes.length);
    let refused = 0;
    for (let n = 0; n < EACH; n++) if (!attempt(seed, damaged(seed.bytes, next), `damage ${n}`)) refused++;
    expect(refused).toBeGreaterThan(EACH / 20);
    for (let length = 0; length < seed.bytes.length; length += Math.max(1, Math.floor(seed.bytes.length / 100))) {
      attempt(seed, seed.bytes.slice(0, length), `cut to ${length}`);
    }
  });

  it('are 20,000 and more', () => {
    expect(all.length * EACH).toBeGreaterThanOrEqual(20_000);
  });
});
