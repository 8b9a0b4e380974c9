import { type Budget, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { Script } from './checkpoint.js';
import { Tensor } from './tensor.js';
import { ScriptObject } from './unpickle.js';

/** Modules of modules of … */
const MOST_DEPTH = 200;

/** A module of a TorchScript archive. */
export interface ScriptModule {
  /** Its class as Python has it, `torch.nn.modules.rnn.LSTM`. */
  readonly type: string;
  /** Its attributes and the constants of its class. */
  readonly settings: ReadonlyMap<string, unknown>;
}

export interface ScriptTree {
  /** By the names that `module.state_dict()` has: tensors, and attributes beside them. */
  readonly values: Map<string, unknown>;
  /** By their paths, in the order of their registration. */
  readonly modules: ReadonlyMap<string, ScriptModule>;
  readonly notes: readonly string[];
}

/**
 * The tensors of a TorchScript module by their paths, and what its code says of the modules at these: their classes' constants, which stand in front
 * of the functions. No code is run.
 * @throws {ImportError} a frozen module, whose weights have no names; tensors that only a list or a dict has.
 */
export function readScript(root: unknown, script: Script, ignore: readonly string[], budget: Budget): ScriptTree {
  if (!isModule(root)) refuse('file', 'TorchScript without a module', 'what torch.jit.save writes of a module');
  const values = new Map<string, unknown>();
  const modules = new Map<string, ScriptModule>();
  const constants = constantsOf(script);
  const lists: [name: string, value: unknown][] = [];
  const walk = (module: ScriptObject & { state: Map<unknown, unknown> }, path: string, depth: number): void => {
    if (depth > MOST_DEPTH) refuse(`module ${path.slice(0, 80)}`, 'inside too many others', `at most ${MOST_DEPTH}`);
    const settings = new Map<string, unknown>(constants(module.type));
    modules.set(path, { type: plainType(module.type), settings });
    for (const [key, value] of module.state) {
      if (typeof key !== 'string') refuse(`module ${path}`, 'an attribute without a name', 'a text');
      const name = path === '' ? key : `${path}.${key}`;
      budget.nodes(1, 'module');
      budget.characters(name.length, 'module');
      budget.bytes(BYTES_PER_OBJECT, 'module');
      if (isModule(value)) walk(value, name, depth + 1);
      else {
        values.set(name, value);
        settings.set(key, value);
        if (typeof value === 'object' && value !== null) lists.push([name, value]);
      }
    }
  };
  walk(root, '', 0);
  if (
    script.constants > 0 &&
    ![...values.values()].some((value) => value instanceof Tensor || value instanceof ScriptObject)
  )
    refuse(
      'file',
      'a frozen module, whose weights have no names',
      'the module before torch.jit.freeze',
      `${script.constants} constants`,
    );
  refuseUnnamed(values, lists, ignore);
  const { constants: count } = script;
  return {
    values,
    modules,
    notes: count > 0 ? [`constants of the code, which have no names, not read: ${count}`] : [],
  };
}

const isModule = (value: unknown): value is ScriptObject & { state: Map<unknown, unknown> } =>
  value instanceof ScriptObject && value.state instanceof Map && !value.type.startsWith('__torch__.torch.classes.');

/** Without what tells classes of one name apart. */
const plainType = (type: string): string =>
  type
    .replace(/^__torch__\./, '')
    .replace(/(^|\.)___torch_mangle_\d+(?=\.)/g, '')
    .replace(/^\./, '');

/** What lists and dicts have must stand by a name as well, as `_flat_weights` of recurrent layers does. */
function refuseUnnamed(
  values: Map<string, unknown>,
  lists: readonly [string, unknown][],
  ignore: readonly string[],
): void {
  const known = new Set<string>();
  const idOf = ({ storage, id }: Tensor) => `${storage.key}: ${id}`;
  for (const value of values.values()) if (value instanceof Tensor) known.add(idOf(value));
  for (const [name, list] of lists) {
    if (list instanceof Tensor || list instanceof ScriptObject || ignore.includes(name)) continue;
    const seen = new Set<unknown>();
    const left: unknown[] = [list];
    for (let item = left.pop(); item !== undefined; item = left.pop()) {
      if (item instanceof Tensor && !known.has(idOf(item)))
        refuse(
          `attribute ${JSON.stringify(name)}`,
          'tensors without names of their own',
          'parameters and buffers of modules',
        );
      if (typeof item !== 'object' || item === null || seen.has(item)) continue;
      seen.add(item);
      if (Array.isArray(item)) left.push(...item.filter((one) => one !== undefined));
      if (item instanceof Map) for (const pair of item) left.push(...pair);
      if (item instanceof ScriptObject) left.push(item.state ?? null);
    }
  }
}

/** The constants of a class, `name : Final[int] = 3`, of the part of the code that has it. */
function constantsOf({ codeOf }: Script): (type: string) => ReadonlyMap<string, unknown> {
  const known = new Map<string, Map<string, unknown>>();
  return (type) => {
    const found = known.get(type) ?? new Map<string, unknown>();
    if (known.has(type)) return found;
    known.set(type, found);
    const dot = type.lastIndexOf('.');
    const lines = codeOf(`${type.slice(0, dot).replaceAll('.', '/')}.py`)?.split('\n') ?? [];
    const begin = lines.indexOf(`class ${type.slice(dot + 1)}(Module):`);
    for (let at = begin + 1; begin >= 0 && at < lines.length; at++) {
      const line = lines[at] as string;
      if (!line.startsWith('  ') || line.startsWith('  def ')) break;
      const [, name, text] = /^ {2}(\w+) : Final\[[^=]*\] = (.*)$/.exec(line) ?? [];
      if (name !== undefined && text !== undefined) found.set(name, literal(text));
    }
    return found;
  };
}

/** A number, a text, a truth value or a tuple of such, as the code has them; of anything else nothing is known. */
function literal(text: string): unknown {
  if (text === 'True' || text === 'False') return text === 'True';
  if (/^-?\d+(\.\d*)?(e[-+]?\d+)?$/.test(text)) return Number(text);
  const [, quoted] = /^"([^"\\]*)"$/.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  const [, inside] = /^[([]([^()[\]"]*)[)\]]$/.exec(text) ?? [];
  const parts = inside?.split(',').map((part) => part.trim());
  return parts?.filter((part) => part !== '').map(literal);
}
