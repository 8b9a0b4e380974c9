import { unzipSync, zipSync } from 'fflate';
import { crc32c } from '../../../src/importers/tensorflow/crc32c.js';
import type { ModelSpec } from '../../../src/index.js';
import { damaged, type Seed, seeds } from '../../importers/corpus.js';
import { jsonInside } from '../../importers/inside.js';
import { campaign } from './campaign.js';
import { damagedFields, signaturesOf } from './field-damage.js';
import { damagedFlatBuffer, placesOf } from './flatbuffer-damage.js';
import { altered, type Change } from './json-damage.js';
import { damagedPickle, opcodesOf } from './pickle-damage.js';
import type { Random } from './random.js';
import { check, tryModel } from './run-model.js';
import { build, type Field, parse } from './wire-damage.js';

// Whole files of every format, changed at random: outside, and inside, where neither checksums nor lengths nor syntax stop it. What still
// opens must be a spec that holds together, and runs.

/** A way to change a file. */
interface Damage {
  readonly seed: Seed;
  readonly how: string;
  readonly apply: (random: Random) => Uint8Array;
}

const NASTY: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1,
    2,
    3,
    0.5,
    1e9,
    2 ** 31,
    2 ** 53,
    1e308,
    '',
    'lstm',
    '__proto__',
    'constructor',
    [],
    {},
    [[]],
  ],
  ...[[null], [-1, 2], [1e9, 1e9], { class_name: 'LSTM' }, 'x'.repeat(1000), 'None', '1e999'],
  JSON.parse('{"__proto__":{"a":1}}'),
  JSON.parse('['.repeat(200) + ']'.repeat(200)),
];

const changes = (random: Random): [number, Change][] =>
  random.list(random.between(1, 3), () => {
    const kind = random.pick(['remove', 'repeat', 'move', 'put', 'put'] as const);
    const change: Change =
      kind === 'move'
        ? { kind, from: random.below(1e6) }
        : kind === 'put'
          ? { kind, value: random.pick(NASTY) }
          : { kind };
    return [random.below(1e6), change];
  });

function struck(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice();
  for (let n = random.between(1, 4); n > 0 && out.length > 0; n--)
    out[random.below(out.length)] = random.pick([0, 1, 2, 0x7f, 0x80, 0xff, random.below(256)]);
  return out;
}

/** What JSON there is. */
const jsonDamages = (seed: Seed): Damage[] =>
  jsonInside(seed).map(({ how, text, put }) => {
    const document = JSON.parse(text);
    return { seed, how, apply: (random) => put(JSON.stringify(altered(document, changes(random))) ?? 'null') };
  });

/** Entries of archives, by their bytes; pickles opcode by opcode; HDF5 by its fields. */
function entryDamages(seed: Seed): Damage[] {
  if (!/^(Keras .*\.keras|PyTorch .*\.pt|\.npz)$/.test(seed.name)) return [];
  const entries = unzipSync(seed.bytes);
  const names = Object.keys(entries).filter((name) => entries[name]?.length);
  const bytes = (random: Random): Uint8Array => {
    const name = random.pick(names);
    const hit = struck(entries[name] as Uint8Array, random);
    const kept = random.chance(0.3) ? hit.subarray(0, random.below(hit.length + 1)) : hit;
    return zipSync({ ...entries, [name]: kept }, { level: 0 });
  };
  const inside = names.flatMap((name): Damage[] => {
    const entry = entries[name] as Uint8Array;
    if (name.endsWith('.pkl')) {
      const { opcodes } = opcodesOf(entry) ?? { opcodes: [] };
      const apply = (random: Random) => zipSync({ ...entries, [name]: damagedPickle(opcodes, random) }, { level: 0 });
      return [{ seed, how: 'opcodes', apply }];
    }
    if (!/\.h5$/.test(name)) return [];
    const signatures = signaturesOf(entry);
    const apply = (random: Random) =>
      zipSync({ ...entries, [name]: damagedFields(entry, signatures, random) }, { level: 0 });
    return [{ seed, how: 'HDF5 fields', apply }];
  });
  return [{ seed, how: 'entries', apply: bytes }, ...inside];
}

/** The pickles of a stream one after another, of which the fourth is the object. */
function streamDamages(seed: Seed): Damage[] {
  if (!/^PyTorch .*\.pth$/.test(seed.name)) return [];
  let [begin, end] = [0, 0];
  for (let n = 0; n < 4; n++) {
    begin = end;
    end = opcodesOf(seed.bytes, begin)?.end ?? seed.bytes.length;
  }
  const { opcodes } = opcodesOf(seed.bytes, begin) ?? { opcodes: [] };
  const apply = (random: Random): Uint8Array =>
    Uint8Array.from([...seed.bytes.subarray(0, begin), ...damagedPickle(opcodes, random), ...seed.bytes.subarray(end)]);
  return [{ seed, how: 'opcodes', apply }];
}

function wireDamages(seed: Seed): Damage[] {
  if (!seed.name.startsWith('ONNX')) return [];
  const numbers = [0n, 1n, 2n, 3n, 7n, 13n, 1000n, -1n, 2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 62n, -(2n ** 63n)];
  const every = (fields: Field[], found: [Field[], number][] = []): [Field[], number][] => {
    fields.forEach((field, index) => {
      found.push([fields, index]);
      if (Array.isArray(field.value)) every(field.value, found);
    });
    return found;
  };
  const apply = (random: Random): Uint8Array => {
    const message = parse(seed.bytes) as Field[];
    for (let n = random.between(1, 3); n > 0 && message.length > 0; n--) {
      const places = every(message);
      const [fields, index] = random.pick(places);
      const field = fields[index] as Field;
      const [others, other] = random.pick(places);
      const { value } = field;
      const kind = random.pick(['value', 'value', 'value', 'remove', 'repeat', 'move']);
      if (kind === 'remove') fields.splice(index, 1);
      else if (kind === 'repeat') fields.splice(index, 0, field);
      else if (kind === 'move') fields[index] = { ...structuredClone(others[other] as Field), number: field.number };
      else if (typeof value === 'bigint') fields[index] = { ...field, value: random.pick(numbers) };
      else if (!Array.isArray(value)) fields[index] = { ...field, value: struck(value, random) };
    }
    return build(message);
  };
  return [{ seed, how: 'fields', apply }];
}

/** The first block of a checkpoint's index, its checksum made right again. */
function blockDamages(seed: Seed): Damage[] {
  if (!seed.name.startsWith('TensorFlow index')) return [];
  const { bytes } = seed;
  // It begins at 0; what follows its contents is a byte of compression and the checksum.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = 0;
  while (end + 5 <= bytes.length && crc32c(bytes.subarray(0, end + 1)) !== view.getUint32(end + 1, true)) end++;
  if (end >= bytes.length - 48) throw new Error('no first block');
  const apply = (random: Random): Uint8Array => {
    const out = bytes.slice();
    out.set(struck(out.subarray(0, end), random));
    new DataView(out.buffer).setUint32(end + 1, crc32c(out.subarray(0, end + 1)), true);
    return out;
  };
  return [{ seed, how: 'block', apply }];
}

/** Tables, vectors and numbers of FlatBuffers. */
function flatDamages(seed: Seed): Damage[] {
  if (!seed.name.startsWith('TensorFlow Lite')) return [];
  const places = placesOf(seed.bytes);
  return [{ seed, how: 'FlatBuffer', apply: (random) => damagedFlatBuffer(seed.bytes, places, random) }];
}

/** Numbers of binary formats in place. */
function fieldDamages(seed: Seed): Damage[] {
  if (/^(tfjs|\.nam|RTNeural|RNNoise text|ONNX)/.test(seed.name)) return [];
  const signatures = signaturesOf(seed.bytes);
  return [{ seed, how: 'fields', apply: (random) => damagedFields(seed.bytes, signatures, random) }];
}

const DAMAGES: readonly Damage[] = seeds().flatMap((seed) => {
  const bytes = (random: Random): Uint8Array => damaged(seed.bytes, () => 2 * random.fraction() - 1);
  const inner = [jsonDamages, entryDamages, streamDamages, wireDamages, blockDamages, fieldDamages, flatDamages];
  check(seed.read(seed.bytes));
  return [{ seed, how: 'bytes', apply: bytes }, ...inner.flatMap((make) => make(seed))];
});

await campaign(async (random, say, number) => {
  const { seed, how, apply } = DAMAGES[number % DAMAGES.length] as Damage;
  say(`${seed.name}, ${how}`);
  const spec: ModelSpec = seed.read(apply(random));
  check(spec);
  return random.chance(0.25) ? tryModel(spec, random) : 'opened';
});
