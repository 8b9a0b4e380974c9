import { type Stored, tensorAt } from '../formats/safetensors.js';
import { type Budget, BYTES_PER_MAP } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { fromOf, renamed } from './origin.js';

/**
 * What wrappers call the module inside, and nobody else: `torch.compile` (`OptimizedModule`), `FullyShardedDataParallel`, its
 * `FlattenParamsWrapper` of before 2.0, `checkpoint_wrapper`.
 */
const WRAPPED = new Set(['_orig_mod', '_fsdp_wrapped_module', '_fpw_module', '_checkpoint_wrapped_module']);
/** `DataParallel`, `DistributedDataParallel` and `AveragedModel` call it so, and have nothing beside it but the last one's count. */
const PARALLEL = 'module';
const COUNT = 'n_averaged';
/** Names that a LightningModule gives the network that it trains. */
const TRAINED = new Set(['model', 'net']);
const MAY_WRAP = /(^|\.)(module|_orig_mod|_fsdp_wrapped_module|_fpw_module|_checkpoint_wrapped_module)(\.|$)/;
const FLATTENED = /(^|\.)_?flat_param(_\d+)?$/;

/** Paths by their segments. */
class Level {
  readonly inside = new Map<string, Level>();
  hasTensors = false;
}

/** The file's names without what wraps modules. */
export interface Plain {
  readonly tensors: Map<string, Stored>;
  readonly modules: readonly string[];
  readonly notes: readonly string[];
  /** A path without them. */
  readonly plainOf: (path: string) => string;
}

/**
 * Takes the names of wrappers off those of tensors and modules, wherever they stand.
 * @param lightning whether PyTorch Lightning wrote the file: then a `model.` or `net.` that all tensors have goes too.
 * @throws {ImportError} two tensors that are called the same then; parameters that FSDP flattened.
 */
export function unwrap(
  tensors: Map<string, Stored>,
  modules: readonly string[],
  lightning: boolean,
  budget: Budget,
): Plain {
  for (const name of tensors.keys())
    if (FLATTENED.test(name))
      refuse(tensorAt(name), 'parameters that FSDP flattened', 'a full state dict (StateDictType.FULL_STATE_DICT)');
  if (!lightning && ![...tensors.keys()].some((name) => MAY_WRAP.test(name)))
    return { tensors, modules, notes: [], plainOf: (path) => path };
  const root = levelsOf(tensors, modules, budget);
  const trained = lightning ? trainedBy(root) : undefined;
  const taken = new Map<Level, string>();
  const plainOf = (path: string): string => {
    const kept: string[] = [];
    let level: Level | undefined = root;
    let begun = 0;
    for (const segment of path.split('.')) {
      const inside: Level | undefined = level?.inside.get(segment);
      const goes =
        level !== undefined &&
        (WRAPPED.has(segment) ||
          (segment === PARALLEL && isParallel(level)) ||
          (level === trained && TRAINED.has(segment)));
      begun += segment.length + 1;
      if (!goes) kept.push(segment);
      else if (inside) taken.set(inside, path.slice(0, begun - 1));
      level = inside;
    }
    return kept.join('.');
  };
  const plain = new Map<string, Stored>();
  const counts: string[] = [];
  for (const [name, stored] of tensors) {
    const short = plainOf(name);
    budget.characters(short.length, tensorAt(name));
    if (isCount(root, name)) counts.push(name);
    else if (plain.has(short)) {
      const first = fromOf(plain.get(short) as Stored, short);
      refuse(tensorAt(short), 'twice once wrappers are taken off', 'one tensor of a name', `${first}, ${name}`);
    } else plain.set(short, short === name ? stored : renamed(stored, name));
  }
  const off = [...taken.values()];
  const more = off.length > 8 ? ` and ${off.length - 8} more` : '';
  const list = off.slice(0, 8).map((path) => JSON.stringify(path));
  return {
    tensors: plain,
    modules: [...new Set(modules.map(plainOf))],
    notes: [
      ...(off.length > 0 ? [`names without what wraps modules: ${list.join(', ')}${more} taken off`] : []),
      ...counts.map((name) => `${name}: averages of parameters, as AveragedModel keeps them`),
    ],
    plainOf,
  };
}

function levelsOf(tensors: ReadonlyMap<string, unknown>, modules: readonly string[], budget: Budget): Level {
  const root = new Level();
  const add = (path: string, isTensor: boolean) => {
    let level = root;
    for (const segment of path === '' ? [] : path.split('.')) {
      if (isTensor) level.hasTensors = true;
      let inside = level.inside.get(segment);
      if (!inside) {
        budget.bytes(BYTES_PER_MAP, 'names');
        inside = new Level();
        level.inside.set(segment, inside);
      }
      level = inside;
    }
    if (isTensor) level.hasTensors = true;
  };
  for (const name of tensors.keys()) add(name, true);
  for (const path of modules) add(path, false);
  return root;
}

/** Whether a level is a wrapper's that calls what it wraps `module`: anything else beside it would be a module of its own. */
function isParallel({ inside }: Level): boolean {
  for (const name of inside.keys()) if (name !== PARALLEL && name !== COUNT) return false;
  return inside.has(PARALLEL);
}

/** Whether a tensor is the count of an `AveragedModel`. */
function isCount(root: Level, name: string): boolean {
  if (name !== COUNT && !name.endsWith(`.${COUNT}`)) return false;
  let level: Level | undefined = root;
  for (const segment of name.split('.').slice(0, -1)) level = level?.inside.get(segment);
  return level !== undefined && isParallel(level);
}

/** The level whose one module with tensors is the network that a LightningModule trains, below its wrappers. */
function trainedBy(root: Level): Level | undefined {
  let level = root;
  for (;;) {
    const [entry, ...more] = [...level.inside].filter(([name, { hasTensors }]) => hasTensors && name !== COUNT);
    if (!entry || more.length > 0) return undefined;
    const [name, network] = entry;
    // Other modules keep their names, which must not be those of modules inside.
    if (TRAINED.has(name))
      return [...level.inside.keys()].some((other) => other !== name && network.inside.has(other)) ? undefined : level;
    if (!WRAPPED.has(name) && name !== PARALLEL) return undefined;
    level = network;
  }
}
