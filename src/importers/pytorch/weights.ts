import { show } from '../formats/json.js';
import { openSafetensors, type Stored, tensorAt } from '../formats/safetensors.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { isCheckpoint, readCheckpoint } from './checkpoint.js';
import type { PyTorchConfig } from './config.js';
import { foldReparametrised } from './reparametrise.js';
import { findStateDict } from './state-dict.js';
import { OrderedDict } from './unpickle.js';

/** A file's tensors by name. */
export interface Weights {
  readonly format: string;
  readonly tensors: Map<string, Stored>;
  readonly notes: readonly string[];
  /** Paths of all modules in the order of their registration, also of those without tensors, if the file has them. */
  readonly modules: readonly string[];
  /** Names beside the tensors', of other values. */
  readonly others: ReadonlySet<unknown>;
}

/**
 * The tensors of a safetensors file or of a file of `torch.save`, by the bytes it begins with.
 * @throws {ImportError} malformed bytes, no state dict or several, `ignore` of a tensor that is not there.
 */
export function openWeights(file: Uint8Array, config: PyTorchConfig, budget: Budget): Weights {
  const weights = (isCheckpoint(file) ? ofCheckpoint : ofSafetensors)(file, config, budget);
  for (const name of config.ignore ?? []) {
    if (!weights.tensors.delete(name) && !weights.others.has(name))
      refuse(tensorAt(name), 'to be left out, but not in the file', 'a tensor of the file');
  }
  // BatchNorm counts the batches it was trained on; inference never looks.
  for (const name of [...weights.tensors.keys()])
    if (name.endsWith('num_batches_tracked')) weights.tensors.delete(name);
  foldReparametrised(weights.tensors, weights.modules, budget);
  return {
    ...weights,
    modules: weights.modules.filter((path) => !/(^|\.)parametrizations(\.|$)/.test(path)),
  };
}

function ofSafetensors(file: Uint8Array, { stateDict }: PyTorchConfig, budget: Budget): Weights {
  if (stateDict !== undefined) {
    const message = 'safetensors has no state dicts';
    refuse('config.stateDict', message, 'no stateDict', show(stateDict));
  }
  const { tensors } = openSafetensors(file, budget);
  return { format: 'safetensors', tensors, notes: [], modules: [], others: new Set() };
}

function ofCheckpoint(file: Uint8Array, config: PyTorchConfig, budget: Budget): Weights {
  const { format, value } = readCheckpoint(file, budget);
  const { dict, from, note } = findStateDict(value, config);
  const metadata = from instanceof OrderedDict && from.metadata instanceof Map ? from.metadata : new Map();
  const modules = [...metadata.keys()].filter((path) => typeof path === 'string');
  const others = new Set([...from.keys()].filter((name) => !dict.has(name as string)));
  return { format, tensors: new Map(dict), notes: note === undefined ? [] : [note], modules, others };
}
