import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { show } from '../formats/json.js';
import { openSafetensors, type Stored, tensorAt } from '../formats/safetensors.js';
import { refuse } from '../shared/refuse.js';
import { isCheckpoint, readCheckpoint } from './checkpoint.js';
import type { PyTorchConfig } from './config.js';
import { Tensor } from './tensor.js';
import { OrderedDict } from './unpickle.js';

/** A file's tensors by name. */
export interface Weights {
  readonly format: string;
  readonly tensors: Map<string, Stored>;
  readonly notes: readonly string[];
  /** Paths of all modules in the order of their registration, also of those without tensors, if the file has them. */
  readonly modules: readonly string[];
}

/**
 * The tensors of a safetensors file or of a file of `torch.save`, by the bytes it begins with.
 * @throws {ImportError} malformed bytes, no state dict or several, `ignore` of a tensor that is not there.
 */
export function openWeights(bytes: FileBytes, { stateDict, ignore = [] }: PyTorchConfig): Weights {
  const weights = (isCheckpoint(viewBytes(bytes)) ? ofCheckpoint : ofSafetensors)(viewBytes(bytes), stateDict);
  for (const name of ignore) {
    if (!weights.tensors.delete(name))
      refuse(tensorAt(name), 'to be left out, but not in the file', 'a tensor of the file');
  }
  // BatchNorm counts the batches it was trained on; inference never looks.
  for (const name of [...weights.tensors.keys()])
    if (name.endsWith('num_batches_tracked')) weights.tensors.delete(name);
  return weights;
}

function ofSafetensors(file: Uint8Array, stateDict: string | undefined): Weights {
  if (stateDict !== undefined) {
    const message = 'safetensors has no state dicts';
    refuse('config.stateDict', message, 'no stateDict', show(stateDict));
  }
  return { format: 'safetensors', tensors: openSafetensors(file).tensors, notes: [], modules: [] };
}

function ofCheckpoint(file: Uint8Array, stateDict: string | undefined): Weights {
  const { format, value } = readCheckpoint(file);
  const notes: string[] = [];
  const dict = choose(value, stateDict, notes);
  for (const name of dict.keys())
    if (typeof name !== 'string') refuse('file', 'a tensor without a name', 'a text as key');
  const metadata = dict instanceof OrderedDict && dict.metadata instanceof Map ? dict.metadata : new Map();
  const modules = [...metadata.keys()].filter((path) => typeof path === 'string');
  return { format, tensors: new Map(dict) as Map<string, Stored>, notes, modules };
}

/** The object itself, or the one state dict among its values. */
function choose(value: unknown, key: string | undefined, notes: string[]): Map<unknown, Tensor> {
  // Remembered: many entries could be one large dict.
  const known = new Map<unknown, boolean>();
  const isStateDict = (value: unknown): value is Map<unknown, Tensor> => {
    if (!(value instanceof Map)) return false;
    const is = known.get(value) ?? (value.size > 0 && [...value.values()].every((item) => item instanceof Tensor));
    known.set(value, is);
    return is;
  };
  if (key === undefined && isStateDict(value)) return value;
  const entries = value instanceof Map ? [...value].filter(([name]) => typeof name === 'string') : [];
  const dicts = entries.filter(([, value]) => isStateDict(value));
  const [found, ...rest] = dicts.filter(([name]) => key === undefined || name === key);
  if (!found) {
    if (key !== undefined) refuse('config.stateDict', 'no state dict of this name', list(dicts), show(key));
    refuse('file', 'no state dict', 'a dict of tensors, or of one such dict', list(entries));
  }
  if (rest.length > 0) refuse('file', 'several state dicts', 'config.stateDict, one of them', list(dicts));
  const unread = entries.filter((entry) => entry !== found);
  notes.push(`state dict ${show(found[0])}; other values not read: ${list(unread)}`);
  return found[1];
}

const list = (entries: readonly (readonly [string, unknown])[]): string =>
  entries
    .slice(0, 12)
    .map(([name]) => show(name))
    .join(', ') || 'none';
