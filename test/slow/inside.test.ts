import fc from 'fast-check';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { checkSpec } from '../../src/graph/check-spec.js';
import { crc32c } from '../../src/importers/tensorflow/crc32c.js';
import { GatewiseError } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { type Seed, seeds } from '../importers/corpus.js';
import { altered, type Change } from './json-damage.js';
import { build, type Field, parse } from './wire-damage.js';

// Files that are whole outside and wrong inside: damage that checksums, lengths and syntax do not stop. Always a GatewiseError,
// or a spec that holds together.

const RUNS = 800;
const SLOWEST = 5_000;
/** Bytes that the whole suite may make the process grow by: more than all files together with what they may become. */
const MOST_GROWTH = 1.5e9;

const before = process.resourceUsage().maxRSS * 1024;
let runs = 0;
afterAll(() => {
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(MOST_GROWTH);
});

function attempt({ name, read }: Pick<Seed, 'name' | 'read'>, bytes: Uint8Array): boolean {
  runs++;
  const begin = performance.now();
  try {
    const spec = read(bytes);
    checkSpec(spec, allLayers);
    return true;
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw new Error(`${name}: ${(error as Error).stack}`);
    return false;
  } finally {
    expect(performance.now() - begin, `${name}: time`).toBeLessThan(SLOWEST);
  }
}

const all = seeds();
const of = (pattern: RegExp): Seed[] => {
  const found = all.filter(({ name }) => pattern.test(name));
  expect(found.length, `${pattern}`).toBeGreaterThan(0);
  return found;
};

/** The undamaged file is read, and most damaged ones are refused or read; how many of each is nobody's business. */
function check<Damage>(seed: Seed, damage: fc.Arbitrary<Damage>, apply: (damage: Damage) => Uint8Array): void {
  expect(attempt(seed, seed.bytes), 'the whole file').toBe(true);
  fc.assert(
    fc.property(damage, (one) => {
      attempt(seed, apply(one));
    }),
    { numRuns: RUNS },
  );
}

const nasty: unknown[] = [
  ...[null, true, 0, -1, 1, 2, 3, 0.5, 1e9, 2 ** 31, 2 ** 53, 1e308, '', 'lstm', '__proto__', [], {}, [[]]],
  ...[
    [null],
    [-1, 2],
    [1e9, 1e9],
    { class_name: 'LSTM' },
    'x'.repeat(1000),
    JSON.parse('['.repeat(200) + ']'.repeat(200)),
  ],
]; // prettier-ignore

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom<Change>({ kind: 'remove' }, { kind: 'repeat' }),
  fc.record({ kind: fc.constant('move' as const), from: fc.nat() }),
  fc.record({ kind: fc.constant('put' as const), value: fc.oneof(fc.constantFrom(...nasty), fc.jsonValue()) }),
);
const changes = fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 });

/** Bytes with some replaced. */
const hits = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.nat(255))), {
  minLength: 1,
  maxLength: 4,
});
function struck(bytes: Uint8Array, all: readonly (readonly [number, number])[]): Uint8Array {
  const out = bytes.slice();
  for (const [at, byte] of all) if (out.length > 0) out[at % out.length] = byte;
  return out;
}

describe('JSON', () => {
  const text = (value: unknown): Uint8Array => strToU8(JSON.stringify(value) ?? 'null');
  it.each(of(/^(tfjs|\.nam|RTNeural)/).map((seed) => [seed.name, seed] as const))('%s', (_, seed) => {
    const document = JSON.parse(strFromU8(seed.bytes));
    check(seed, changes, (some) => text(altered(document, some)));
  });

  it.each(of(/^Keras .*\.keras$/).map((seed) => [seed.name, seed] as const))('config.json in %s', (_, seed) => {
    const { 'config.json': config, ...rest } = unzipSync(seed.bytes);
    const document = JSON.parse(strFromU8(config as Uint8Array));
    check(seed, changes, (some) => zipSync({ ...rest, 'config.json': text(altered(document, some)) }, { level: 0 }));
  });

  it.each(of(/safetensors|container/).map((seed) => [seed.name, seed] as const))('the header of %s', (_, seed) => {
    const length = Number(new DataView(seed.bytes.buffer, seed.bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(strFromU8(seed.bytes.subarray(8, 8 + length)));
    const data = seed.bytes.subarray(8 + length);
    check(seed, fc.tuple(changes, fc.boolean()), ([some, inner]) => {
      const { __metadata__: metadata } = header;
      const own = inner && metadata?.gatewise;
      const spec = own && JSON.stringify(altered(JSON.parse(metadata.gatewise), some));
      const changed = own ? { ...header, __metadata__: { gatewise: spec } } : altered(header, some);
      const bytes = text(changed);
      const size = new Uint8Array(8);
      new DataView(size.buffer).setBigUint64(0, BigInt(bytes.length), true);
      return Uint8Array.from([...size, ...bytes, ...data]);
    });
  });
});

describe('zip entries', () => {
  it.each(of(/^(Keras .*\.keras|PyTorch .*\.pt|\.npz)$/).map((seed) => [seed.name, seed] as const))(
    'of %s',
    (_, seed) => {
      const entries = unzipSync(seed.bytes);
      const names = Object.keys(entries).filter((name) => entries[name]?.length);
      check(seed, fc.tuple(fc.nat(), hits, fc.option(fc.nat())), ([at, some, cut]) => {
        const name = names[at % names.length] as string;
        const bytes = struck(entries[name] as Uint8Array, some);
        const kept = cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
        return zipSync({ ...entries, [name]: kept }, { level: 0 });
      });
    },
  );
});

describe('ONNX fields', () => {
  const numbers = fc.constantFrom(
    0n,
    1n,
    2n,
    3n,
    7n,
    13n,
    1000n,
    -1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 40n,
    2n ** 62n,
    -(2n ** 63n),
  );
  const strike = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('value', 'value', 'value', 'remove', 'repeat', 'move'),
    from: fc.nat(),
    number: numbers,
    hits,
  });
  const every = (fields: Field[], found: [Field[], number][] = []): [Field[], number][] => {
    fields.forEach((field, index) => {
      found.push([fields, index]);
      if (Array.isArray(field.value)) every(field.value, found);
    });
    return found;
  };
  it.each(of(/^ONNX/).map((seed) => [seed.name, seed] as const))('of %s', (_, seed) => {
    check(seed, fc.array(strike, { minLength: 1, maxLength: 3 }), (strikes) => {
      const message = parse(seed.bytes) as Field[];
      for (const { at, kind, from, number, hits: some } of strikes) {
        const places = every(message);
        const [fields, index] = places[at % places.length] as [Field[], number];
        const field = fields[index] as Field;
        const [others, other] = places[from % places.length] as [Field[], number];
        const { value } = field;
        if (kind === 'remove') fields.splice(index, 1);
        else if (kind === 'repeat') fields.splice(index, 0, field);
        else if (kind === 'move') fields[index] = { ...structuredClone(others[other] as Field), number: field.number };
        else if (typeof value === 'bigint') fields[index] = { ...field, value: number };
        else if (!Array.isArray(value)) fields[index] = { ...field, value: struck(value, some) };
        if (message.length === 0) break;
      }
      return build(message);
    });
  });
});

describe('checkpoint index', () => {
  it.each(of(/^TensorFlow index/).map((seed) => [seed.name, seed] as const))(
    '%s, checksums made right again',
    (_, seed) => {
      // The first block begins at 0; what follows its contents is a byte of compression and the checksum.
      const view = new DataView(seed.bytes.buffer, seed.bytes.byteOffset, seed.bytes.length);
      let end = 0;
      while (end + 5 <= seed.bytes.length && crc32c(seed.bytes.subarray(0, end + 1)) !== view.getUint32(end + 1, true))
        end++;
      expect(end).toBeLessThan(seed.bytes.length - 48);
      check(seed, hits, (some) => {
        const bytes = seed.bytes.slice();
        bytes.set(struck(bytes.subarray(0, end), some));
        new DataView(bytes.buffer).setUint32(end + 1, crc32c(bytes.subarray(0, end + 1)), true);
        return bytes;
      });
    },
  );
});

it('are 20,000 and more together with the damaged files', () => {
  expect(runs).toBeGreaterThan(10_000);
});
