import { show } from '../../formats/json.js';
import { npyHeader, readNumbers } from '../../formats/npy.js';
import { unpickle } from '../../formats/pickle.js';
import { readZip } from '../../formats/zip.js';
import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import type { Stored } from './stored.js';

/** An array as its pickle makes it: empty, and then given its state. */
class ArrayOf {
  type = '';
  little = true;
  fortran = false;
  shape: readonly number[] = [];
  /** Its numbers, or for an array of objects those. */
  content: Uint8Array | readonly unknown[] = [];
}

/** `numpy.dtype('f4')`: the order of its bytes comes with its state. */
class Dtype {
  order = '|';
  constructor(readonly type: string) {}
}

/** A variable of Keras, of which only the numbers matter here. */
class Variable {
  value: unknown;
}

/** `functools.partial(ResourceVariable)`: TensorFlow pickles its variables as that call, still to be made. */
interface Making {
  (): unknown;
  initial?: unknown;
}
const isMaking = (target: unknown): target is Making => typeof target === 'function' && 'initial' in target;

const NDARRAY = { class: 'numpy.ndarray' };
const RESOURCE_VARIABLE = { class: 'ResourceVariable' };

/** All that Keras, its backends and NumPy name in such a file. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  __proto__: null as never,
  // NumPy 2, and before.
  'numpy._core.multiarray._reconstruct': emptyArray,
  'numpy.core.multiarray._reconstruct': emptyArray,
  'numpy.ndarray': NDARRAY,
  'numpy.dtype': (type: unknown) =>
    typeof type === 'string' ? new Dtype(type) : refuse('numpy.dtype', 'not an element type', 'a text', show(type)),
  // Keras 3.4 and newer, and each backend's before.
  'keras.src.backend.Variable': () => new Variable(),
  'keras.src.backend.tensorflow.core.Variable': () => new Variable(),
  'keras.src.backend.jax.core.Variable': () => new Variable(),
  'keras.src.backend.numpy.core.Variable': () => new Variable(),
  'functools.partial': making,
  'tensorflow.python.ops.resource_variable_ops.ResourceVariable': RESOURCE_VARIABLE,
  'tensorflow.python.framework.dtypes.as_dtype': (name: unknown) => name,
  'jax._src.array._reconstruct_array': jaxArray,
  // The form of sets before protocol 4; among a variable's fields, none that matters.
  'builtins.set': (items: unknown = []) => items,
};

function emptyArray(what: unknown): ArrayOf {
  if (what !== NDARRAY) refuse('numpy _reconstruct', 'not an array', 'numpy.ndarray', show(what));
  return new ArrayOf();
}

function making(what: unknown): Making {
  if (what !== RESOURCE_VARIABLE) refuse('functools.partial', 'a call that is not honoured', 'ResourceVariable');
  const made: Making = () => made.initial;
  made.initial = undefined;
  return made;
}

/** JAX pickles an array as NumPy's function, its arguments and its state. */
function jaxArray(make: unknown, args: unknown, state: unknown): ArrayOf {
  if (make !== emptyArray || !Array.isArray(args))
    return refuse('jax _reconstruct_array', 'not an array', "NumPy's _reconstruct");
  const array = emptyArray(args[0]);
  fillArray(array, state);
  return array;
}

/** `(version, shape, dtype, fortran order, bytes or objects)`. */
function fillArray(array: ArrayOf, state: unknown): void {
  const [, shape, dtype, fortran, content] = Array.isArray(state) ? (state as unknown[]) : [];
  if (
    !Array.isArray(shape) ||
    !shape.every((n) => Number.isSafeInteger(n) && n >= 0) ||
    !(dtype instanceof Dtype) ||
    typeof fortran !== 'boolean' ||
    !(content instanceof Uint8Array || Array.isArray(content))
  ) {
    refuse('numpy.ndarray', 'not an array', '(version, shape, dtype, order, content)', show(state));
  }
  Object.assign(array, { type: dtype.type, little: dtype.order !== '>', fortran, shape, content });
}

/** What BUILD gives each of them. @returns whether it is one of them. */
function giveState(target: unknown, state: unknown): boolean {
  if (target instanceof ArrayOf) fillArray(target, state);
  else if (target instanceof Dtype && Array.isArray(state) && typeof state[1] === 'string') target.order = state[1];
  else if (target instanceof Variable && state instanceof Map) target.value = state.get('_value');
  else if (isMaking(target) && Array.isArray(state) && state[2] instanceof Map)
    target.initial = state[2].get('initial_value');
  else return false;
  return true;
}

/**
 * Weights in `model.weights.npz`. NumPy has no dicts, so Keras has it pickle one for each layer, `{'0': variable, …}`, as an
 * array of objects: read as plain data, with no name known but those of arrays and variables, and nothing run.
 */
export class Npz {
  readonly #entries: ReadonlyMap<string, Uint8Array>;
  readonly #layers = new Map<string, Map<unknown, unknown>>();

  /**
   * @param budget of the whole import, on which the archive around this one has drawn.
   * @throws {ImportError} not a zip archive.
   */
  constructor(
    bytes: Uint8Array,
    private readonly name: string,
    private readonly budget: Budget,
  ) {
    this.#entries = readZip(bytes, { only: (entry) => entry.startsWith('layers/'), budget });
  }

  /** @param path as `layers/lstm/cell/vars/0`. @throws {ImportError} no such array, or none of numbers. */
  read(path: string): Stored {
    const [layer, index] = path.split('/vars/') as [string, string];
    const where = `${this.name}, ${JSON.stringify(path)}`;
    const held = this.#layer(layer).get(index);
    const value = held instanceof Variable ? held.value : held;
    if (!(value instanceof ArrayOf) || !(value.content instanceof Uint8Array))
      return refuse(where, 'no such array', 'an array of weights', show(value));
    return { name: path, ...readNumbers(value.content, value, where, this.budget) };
  }

  has(path: string): boolean {
    const [layer, index] = path.split('/vars/') as [string, string];
    return this.#entries.has(`${layer}.npy`) && this.#layer(layer).has(index);
  }

  /** The dict of a layer. */
  #layer(path: string): Map<unknown, unknown> {
    const known = this.#layers.get(path);
    if (known) return known;
    const where = `${this.name}, ${JSON.stringify(path)}`;
    const bytes = this.#entries.get(`${path}.npy`);
    if (!bytes)
      refuse(where, 'no such layer', [...this.#entries.keys()].slice(0, 12).join(', ') || 'layers', 'nothing');
    const { header, begin } = npyHeader(bytes, where);
    if (!header.startsWith("{'descr': '|O', 'fortran_order': False, 'shape': (), }"))
      refuse(where, 'not the variables of a layer', 'one object', header.slice(0, 80).trim());
    const hooks = {
      global: (name: string) =>
        GLOBALS[name] ?? refuse(where, 'an object that is not honoured', 'arrays of NumPy, variables of Keras', name),
      persistent: (id: unknown) => refuse(where, 'an object outside of the file', 'plain data', show(id)),
      state: giveState,
      stateful: 'arrays of NumPy, variables of Keras',
    };
    const { value, end } = unpickle(bytes, begin, hooks, this.budget);
    const dict = value instanceof ArrayOf && !(value.content instanceof Uint8Array) ? value.content[0] : undefined;
    if (!(dict instanceof Map)) return refuse(where, 'not the variables of a layer', 'a dict', show(dict));
    if (end !== bytes.length) refuse(where, 'bytes behind the object', `${end} bytes`, `${bytes.length}`);
    this.#layers.set(path, dict);
    return dict;
  }
}
