import { show } from '../formats/json.js';
import { OrderedDict, type PickleHooks } from '../formats/pickle.js';
import { refuse } from './refuse.js';
import { type Decoded, isSize, type Storage, StorageView, Tensor } from './tensor.js';

class StorageType {
  constructor(readonly dtype: string) {}
}

/** `torch.FloatStorage` and its like, by the word before `Storage`. */
const STORAGES: Readonly<Record<string, string>> = {
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
};
const STORAGE = /^torch\.(?:cuda\.)?(\w+)Storage$/;
const DTYPE = /^torch\.(b?float(16|32|64)|u?int(8|16|32|64)|bool)$/;

/**
 * All that a file of `torch.save` may build: tensors, dicts and plain values. Storages are collected in `storages`, where
 * the caller puts their bytes.
 */
export function torchHooks(storages: Map<string, Storage>, decoded: Decoded): PickleHooks {
  const rebuild = (view: unknown, offset: unknown, shape: unknown, strides: unknown): Tensor => {
    if (!(view instanceof StorageView)) refuse('pickle', 'a tensor without a storage', 'a storage');
    return new Tensor(view, offset, shape, strides, decoded);
  };
  const spent = new Set<unknown>();
  /** Python 2 gives it its items, as a list of pairs; no list twice, which would make much of little. */
  const orderedDict = (items: unknown = []): OrderedDict => {
    const dict = new OrderedDict();
    if (!Array.isArray(items) || spent.has(items))
      refuse('pickle', 'an OrderedDict of something else', 'a list of pairs');
    spent.add(items);
    for (const pair of items) {
      if (!Array.isArray(pair)) refuse('pickle', 'an OrderedDict of something else', 'a list of pairs');
      dict.set(pair[0], pair[1]);
    }
    return dict;
  };
  const functions: Record<string, (...args: unknown[]) => unknown> = {
    'torch._utils._rebuild_tensor': rebuild,
    'torch._utils._rebuild_tensor_v2': rebuild,
    'torch._utils._rebuild_parameter': (tensor) => tensor,
    'torch.Size': (sizes) => sizes,
    'torch.device': (type) => type,
    'collections.OrderedDict': orderedDict,
  };
  return {
    global(name) {
      if (Object.hasOwn(functions, name)) return functions[name];
      const dtype = STORAGES[STORAGE.exec(name)?.[1] ?? ''];
      if (dtype) return new StorageType(dtype);
      if (DTYPE.test(name)) return name;
      return refuse(
        'pickle',
        `would build ${show(name)}`,
        'tensors, dicts and plain values only: torch.save(model.state_dict(), file), not the module itself',
      );
    },
    /** `('storage', type, key, location, elements)`; before 1.6 with a part of it as well: `(key, begin, elements)`. */
    persistent(id) {
      const [kind, type, name, , length, part] = Array.isArray(id) ? id : [];
      if (kind !== 'storage' || !(type instanceof StorageType) || typeof name !== 'string' || !isSize(length)) {
        refuse('pickle', 'an unknown persistent id', "('storage', type, key, location, elements)");
      }
      const storage = storages.get(name) ?? { key: name, dtype: type.dtype, length };
      if (storage.dtype !== type.dtype || storage.length !== length) {
        refuse('pickle', `storage ${show(name)} described twice, differently`, 'one type and length');
      }
      storages.set(name, storage);
      if (part === undefined || part === null) return new StorageView(storage, 0, length);
      const [, begin, count] = Array.isArray(part) ? part : [];
      if (!isSize(begin) || !isSize(count) || begin + count > length) {
        refuse('pickle', `part of storage ${show(name)}`, '(key, begin, elements) inside it');
      }
      return new StorageView(storage, begin, count);
    },
  };
}
