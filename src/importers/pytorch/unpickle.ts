import { bytesPerElement } from '../formats/elements.js';
import { show } from '../formats/json.js';
import { Inert, type PickleHooks } from '../formats/pickle.js';
import { type Budget, BYTES_PER_MAP, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { quantised } from './qtensor.js';
import { isSize, Part, Storage, view } from './tensor.js';

/** `collections.OrderedDict`, with the one attribute that PyTorch sets on it: the versions of the modules. */
export class OrderedDict extends Map<unknown, unknown> {
  metadata: unknown;
}

/**
 * An object of TorchScript: a module, whose state is its attributes by name, or one of C++ (`torch.classes.…`), whose state is what its class makes a
 * pickle of. Outside of a TorchScript archive, Python keeps the latter's type beside its state.
 */
export class ScriptObject {
  state: unknown;
  constructor(public type = '') {}
}

/** `torch.FloatStorage` and its like, by the word before `Storage`: read as the name of their type. */
const STORAGES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  Double: 'F64',
  Float: 'F32',
  Half: 'F16',
  BFloat16: 'BF16',
  Long: 'I64',
  Int: 'I32',
  Short: 'I16',
  Char: 'I8',
  Byte: 'U8',
  Bool: 'BOOL',
  QInt8: 'I8',
  QUInt8: 'U8',
  QInt32: 'I32',
};
/** Types, and ways to quantise. */
const DTYPE = /^torch\.((b?float|q?u?int|bool)\d*|per_(tensor|channel)_(affine|affine_float_qparams))$/;

/**
 * What a file of `torch.save` builds: tensors, dicts and plain values; anything else is kept inert, by its name. Storages are
 * collected in `storages`, where the caller puts their bytes.
 * @param isScript whether it is of a TorchScript archive, with modules.
 */
export function torchHooks(storages: Map<string, Storage>, budget: Budget, isScript = false): PickleHooks {
  // Behind these stand whether it is trained, hooks, and bits that say how its numbers are to be taken (`neg`: with the other sign).
  const rebuild = (part: unknown, offset: unknown, shape: unknown, strides: unknown, ...more: unknown[]) => {
    const [, , bits] = more;
    if (bits !== undefined && !(bits instanceof Map && bits.size === 0))
      refuse(
        'pickle',
        'a tensor whose numbers are not as they lie',
        'tensor.resolve_neg() before saving',
        show(bits instanceof Map ? [...bits.keys()] : bits),
      );
    return part instanceof Inert ? part : view(part, offset, shape, strides, budget);
  };
  const rebuildQuantised = (part: unknown, offset: unknown, shape: unknown, strides: unknown, params: unknown) =>
    part instanceof Inert ? part : quantised(view(part, offset, shape, strides, budget), params, budget);
  const scriptObject = (type?: string) => () => {
    budget.bytes(BYTES_PER_OBJECT, 'pickle');
    return new ScriptObject(type);
  };
  const spent = new Set<unknown>();
  /** Python 2 gives it its items, as a list of pairs; no list twice, which would make much of little. */
  const orderedDict = (items: unknown = []): OrderedDict => {
    const fits = Array.isArray(items) && !spent.has(items) && items.every(Array.isArray);
    if (!fits) refuse('pickle', 'not items of a dict', 'a list of pairs');
    spent.add(items);
    budget.bytes(BYTES_PER_MAP + (items as unknown[]).length * BYTES_PER_OBJECT, 'pickle');
    return new OrderedDict(items as [unknown, unknown][]);
  };
  const itself = (value: unknown) => value;
  const functions: ReadonlyMap<string, unknown> = new Map<string, unknown>([
    ['torch._utils._rebuild_tensor', rebuild],
    ['torch._utils._rebuild_tensor_v2', rebuild],
    ['torch._utils._rebuild_qtensor', rebuildQuantised],
    ['torch.ScriptObject', scriptObject()],
    ['torch._utils._rebuild_parameter', itself],
    // Lists of TorchScript, which have types.
    ...['build_intlist', 'build_tensorlist', 'build_doublelist', 'build_boollist', 'restore_type_tag'].map(
      (name) => [`torch.jit._pickle.${name}`, itself] as const,
    ),
    // What else was set on it changes none of its numbers.
    ['torch._utils._rebuild_parameter_with_state', itself],
    ['torch.Size', itself],
    ['torch.device', itself],
    ['collections.OrderedDict', orderedDict],
    ['collections.defaultdict', () => orderedDict()],
  ]);
  return {
    global(name) {
      const [, word = ''] = /^torch\.(?:cuda\.)?(\w+)Storage$/.exec(name) ?? [];
      if (STORAGES[word]) return STORAGES[word];
      if (DTYPE.test(name)) return name;
      if (isScript && name.startsWith('__torch__.')) return scriptObject(name);
      return functions.get(name) ?? new Inert(name);
    },
    /**
     * `('storage', type, key, location, elements)`; before 1.6 with a part of it as well: `(key, begin, elements)`. A whole
     * module before 1.6 has its class come with its source: `('module', class, file, source)`.
     */
    persistent(id) {
      const [kind, type, key, , length, part] = Array.isArray(id) ? id : [];
      if (type instanceof Inert && (kind === 'storage' || kind === 'module')) return type;
      if (kind !== 'storage' || bytesPerElement(type) === undefined || typeof key !== 'string' || !isSize(length))
        refuse('pickle', 'an unknown persistent id', "('storage', type, key, location, elements)");
      const storage = storages.get(key) ?? new Storage(key, type, length);
      if (storage.dtype !== type || storage.length !== length)
        refuse(storage.where, 'described in two ways', 'one type and length');
      storages.set(key, storage);
      const [, begin, count] = Array.isArray(part) ? part : [key, 0, length];
      if (!isSize(begin) || !isSize(count) || begin + count > length)
        refuse(storage.where, 'a part beyond it', '(key, begin, elements) inside it');
      return new Part(storage, begin, count);
    },
    stateful: 'only _metadata of a state dict, and objects of TorchScript',
    state(target, state) {
      if (target instanceof ScriptObject && target.type !== '') {
        target.state = state;
        return true;
      }
      if (target instanceof ScriptObject) {
        const [value, type, ...more] = Array.isArray(state) ? state : [];
        if (typeof type !== 'string' || more.length > 0) return false;
        target.state = value;
        target.type = type;
        return true;
      }
      const is = target instanceof OrderedDict && state instanceof Map && state.size === 1 && state.has('_metadata');
      if (is) target.metadata = state.get('_metadata');
      return is;
    },
  };
}
