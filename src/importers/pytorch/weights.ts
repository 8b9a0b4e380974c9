import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { show } from '../formats/json.js';
import type { OrderedDict } from '../formats/pickle.js';
import { readSafetensors } from '../formats/safetensors.js';
import { isCheckpoint, readCheckpoint } from './checkpoint.js';
import type { PyTorchConfig } from './config.js';
import { refuseFile } from './refuse.js';
import { type Stored, Tensor, type Weights } from './tensor.js';

/** BatchNorm counts the batches it was trained on; inference never looks. */
export const COUNTER = 'num_batches_tracked';

/**
 * The tensors of a safetensors file or of a file of `torch.save`, by the bytes it begins with.
 * @throws {ImportError} malformed bytes, no state dict or several, `ignore` of a tensor that is not there.
 */
export function openWeights(bytes: FileBytes, { stateDict, ignore = [] }: PyTorchConfig): Weights {
  const file = viewBytes(bytes);
  if (!isCheckpoint(file)) {
    if (stateDict !== undefined) {
      refuseFile(
        'given, but safetensors files hold nothing but tensors',
        'no stateDict',
        show(stateDict),
        'config.stateDict',
      );
    }
    const { tensors, dtypes } = readSafetensors(file, { integers: true, skip: [...ignore, ...counters(file, ignore)] });
    const stored = Object.entries(tensors)
      .filter(([name]) => !name.endsWith(COUNTER))
      .map(([name, { shape, data }]): [string, Stored] => {
        return [name, { shape, dtype: dtypes[name] as string, read: () => data }];
      });
    return { format: 'safetensors', tensors: new Map(stored), notes: [] };
  }
  const { format, value } = readCheckpoint(file);
  const notes: string[] = [];
  const dict = choose(value, stateDict, notes);
  const tensors = new Map<string, Stored>();
  for (const [name, tensor] of dict) {
    if (typeof name !== 'string') refuseFile('a tensor without a name', 'a text as key');
    if (!ignore.includes(name) && !name.endsWith(COUNTER)) tensors.set(name, tensor);
  }
  for (const name of ignore) {
    if (!dict.has(name)) {
      refuseFile('to be left out, but not in the file', 'a tensor of the file', undefined, `tensor ${show(name)}`);
    }
  }
  const { metadata } = dict as Partial<OrderedDict>;
  const modules = metadata instanceof Map ? [...metadata.keys()].filter((path) => typeof path === 'string') : undefined;
  return { format, tensors, notes, ...(modules && { modules }) };
}

/** Names of BatchNorm's counters: integers of any size. What is wrong with the header, readSafetensors tells. */
function counters(file: Uint8Array, ignore: readonly string[]): string[] {
  try {
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const names = Object.keys(JSON.parse(new TextDecoder().decode(file.slice(8, 8 + length))));
    return names.filter((name) => name.endsWith(COUNTER) && !ignore.includes(name)).slice(0, 1000);
  } catch {
    return [];
  }
}

type StateDict = ReadonlyMap<unknown, Tensor>;

/** The object itself, or the one state dict among its values. */
function choose(value: unknown, key: string | undefined, notes: string[]): StateDict {
  // Remembered: many entries could be one large dict.
  const known = new Map<unknown, boolean>();
  const isStateDict = (one: unknown): one is StateDict => {
    const is =
      known.get(one) ?? (one instanceof Map && one.size > 0 && [...one.values()].every((x) => x instanceof Tensor));
    known.set(one, is);
    return is;
  };
  const entries = value instanceof Map ? [...value].filter(([name]) => typeof name === 'string') : [];
  const all = entries.filter(([, one]) => isStateDict(one));
  if (key === undefined && isStateDict(value)) return value;
  const [found, ...more] = key === undefined ? all : all.filter(([name]) => name === key);
  if (!found && key !== undefined) refuseFile('no state dict of this name', list(all), show(key), 'config.stateDict');
  if (!found) refuseFile('no state dict', 'names and tensors, or a dict with such a value', list(entries));
  if (more.length > 0) refuseFile('several state dicts', 'config.stateDict, one of them', list(all));
  notes.push(`state dict ${show(found[0])}; other values not read: ${list(entries.filter((one) => one !== found))}`);
  return found[1] as StateDict;
}

const list = (entries: readonly (readonly [string, unknown])[]): string =>
  entries
    .slice(0, 12)
    .map(([name]) => show(name))
    .join(', ') || 'none';
