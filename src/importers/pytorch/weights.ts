import { show } from '../formats/json.js';
import { openSafetensors, type Stored, tensorAt } from '../formats/safetensors.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { isCheckpoint, readCheckpoint } from './checkpoint.js';
import type { PyTorchConfig } from './config.js';
import { readExport } from './export.js';
import { type Facts, factsOf } from './facts.js';
import { unpack, versionOfClass } from './packed.js';
import { foldReparametrised, refuseOtherParametrizations } from './reparametrise.js';
import { readScript, type ScriptTree } from './script.js';
import { nameStacked } from './stacked.js';
import { findStateDict } from './state-dict.js';
import { OrderedDict } from './unpickle.js';
import { unwrap } from './wrappers.js';

/** A file's tensors by name. */
export interface Weights {
  readonly format: string;
  readonly tensors: Map<string, Stored>;
  readonly notes: readonly string[];
  /** Paths of all modules in the order of their registration, also of those without tensors, if the file has them. */
  readonly modules: readonly string[];
  /** What the file says of the modules at these paths, if it does. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** What a path of a config is called here: it may be the file's, or as it is without the names of wrappers. */
  readonly resolve: (path: string) => string;
}

/** A file's tensors by the names that they have in it. */
interface Stock extends Omit<Weights, 'resolve'> {
  /** Names beside the tensors', of other values. */
  readonly others: ReadonlySet<unknown>;
  /** Whether PyTorch Lightning wrote it. */
  readonly lightning: boolean;
}

/**
 * The tensors of a safetensors file, or of one of `torch.save`, `torch.jit.save` or `torch.export.save`, by the bytes it begins with.
 * @throws {ImportError} malformed bytes, no state dict or several, `ignore` of a tensor that is not there.
 */
export function openWeights(file: Uint8Array, config: PyTorchConfig, budget: Budget): Weights {
  const stock = (isCheckpoint(file) ? ofCheckpoint : ofSafetensors)(file, config, budget);
  const left = (config.ignore ?? []).filter((name) => !stock.tensors.delete(name) && !stock.others.has(name));
  const { tensors, modules, notes, plainOf } = unwrap(stock.tensors, stock.modules, stock.lightning, budget);
  for (const name of left)
    if (!tensors.delete(name)) refuse(tensorAt(name), 'to be left out, but not in the file', 'a tensor of the file');
  nameStacked(tensors, (path) => directionsOf(config, (prefix) => prefix === path || plainOf(prefix) === path));
  // BatchNorm counts the batches it was trained on; inference never looks.
  for (const name of [...tensors.keys()]) if (name.endsWith('num_batches_tracked')) tensors.delete(name);
  foldReparametrised(tensors, modules, budget);
  const paths = new Set([...tensors.keys()].map((name) => name.slice(0, Math.max(name.lastIndexOf('.'), 0))));
  return {
    format: stock.format,
    tensors,
    notes: [...stock.notes, ...notes],
    modules: modules.filter((path) => !PARTS.test(path)),
    facts: new Map([...stock.facts].map(([path, facts]) => [plainOf(path), facts])),
    resolve(path) {
      const plain = plainOf(path);
      return paths.has(plain) ? plain : path;
    },
  };
}

/** Paths of what modules keep their tensors in. */
const PARTS = /(^|\.)(parametrizations|_packed_params|_all_weight_values)(\.|$)/;

/** What a config says of the directions of the layer with such a prefix. */
function directionsOf({ layers }: PyTorchConfig, isMeant: (prefix: string) => boolean): boolean | undefined {
  const layer = layers?.find((layer) => isMeant(('prefix' in layer ? layer.prefix : undefined) ?? ''));
  return layer && 'bidirectional' in layer ? layer.bidirectional === true : layer && false;
}

function ofSafetensors(file: Uint8Array, { stateDict }: PyTorchConfig, budget: Budget): Stock {
  if (stateDict !== undefined) {
    const message = 'safetensors has no state dicts';
    refuse('config.stateDict', message, 'no stateDict', show(stateDict));
  }
  const { tensors } = openSafetensors(file, budget);
  return {
    format: 'safetensors',
    tensors,
    notes: [],
    modules: [],
    others: new Set(),
    facts: new Map(),
    lightning: false,
  };
}

function ofCheckpoint(file: Uint8Array, config: PyTorchConfig, budget: Budget): Stock {
  const exported = readExport(file, config.stateDict, budget);
  if (exported) return { ...exported, modules: [], others: new Set(), facts: new Map(), lightning: false };
  const { format, value, script } = readCheckpoint(file, budget);
  if (script) return ofScript(format, readScript(value, script, config.ignore ?? [], budget), config);
  const { dict, from, note, lightning } = findStateDict(value, config);
  const metadata = from instanceof OrderedDict && from.metadata instanceof Map ? from.metadata : new Map();
  const modules = [...metadata.keys()].filter((path) => typeof path === 'string');
  const versionOf = (path: string) =>
    metadata.get(path) instanceof Map ? metadata.get(path).get('version') : undefined;
  const { tensors, notes } = unpack(dict, versionOf, config.ignore ?? []);
  const others = new Set([...from.keys()].filter((name) => !tensors.has(name as string)));
  return {
    format,
    tensors,
    notes: [...(note === undefined ? [] : [note]), ...notes],
    modules,
    others,
    facts: new Map(),
    lightning,
  };
}

/** Of a TorchScript module: tensors, and what its modules are. */
function ofScript(
  format: string,
  { values, modules, notes: seen }: ScriptTree,
  { stateDict, ignore = [] }: PyTorchConfig,
): Stock {
  if (stateDict !== undefined)
    refuse('config.stateDict', 'TorchScript has no state dicts', 'no stateDict', show(stateDict));
  refuseOtherParametrizations([...modules].map(([path, { type }]) => [path, type]));
  const { tensors, notes } = unpack(values, (path) => versionOfClass(modules.get(path)?.type), ignore);
  const others = new Set([...values.keys()].filter((name) => !tensors.has(name)));
  const facts = new Map([...modules].flatMap(([path, module]) => factsOf(path, module) ?? []));
  return { format, tensors, notes: [...seen, ...notes], modules: [...modules.keys()], others, facts, lightning: false };
}
