import type { Int8TensorSpec, ModelSpec, TensorSpec } from '../../spec.js';
import { show } from '../formats/json.js';
import { recordOf } from '../formats/record.js';
import { type FileTensor, tensorAt } from '../formats/safetensors.js';
import { refuse } from '../shared/refuse.js';

/** By the name of an int8 tensor, the name of the one that holds its scales. */
export type ScaleNames = Readonly<Record<string, unknown>>;

/** Int8 weights as tensors of a file, behind all others: floats stay where machines read them best. */
export function packInt8(
  tensors: ModelSpec['tensors'],
  int8: Readonly<Record<string, Int8TensorSpec>>,
): {
  readonly tensors: Readonly<Record<string, { shape: readonly number[]; data: Float32Array | Int8Array }>>;
  readonly scaleNames: Readonly<Record<string, string>>;
} {
  const names = new Set([...Object.keys(tensors), ...Object.keys(int8)]);
  const scales: [string, TensorSpec][] = [];
  const scaleNames: [string, string][] = [];
  for (const [name, tensor] of Object.entries(int8)) {
    let free = `${name}.scales`;
    while (names.has(free)) free += '_';
    names.add(free);
    scales.push([free, { shape: [tensor.scales.length], data: tensor.scales }]);
    scaleNames.push([name, free]);
  }
  const weights = Object.entries(int8).map(([name, { shape, data }]) => [name, { shape, data }] as const);
  return {
    tensors: { __proto__: null as never, ...tensors, ...recordOf(scales), ...recordOf(weights) },
    scaleNames: recordOf(scaleNames),
  };
}

/** Takes the int8 weights and their scales out of a file's tensors. @throws {ImportError} */
export function unpackInt8(
  tensors: Map<string, FileTensor>,
  scaleNames: ScaleNames,
  where: string,
): Record<string, Int8TensorSpec> {
  const take = (name: unknown, dtype: string): FileTensor => {
    const stored = typeof name === 'string' ? tensors.get(name) : undefined;
    if (stored === undefined) refuse(`${where}, int8`, 'no such tensor in the file', 'a name', show(name));
    if (stored.dtype !== dtype) refuse(tensorAt(name as string), 'another type', dtype, stored.dtype);
    tensors.delete(name as string);
    return stored;
  };
  const read = ([name, scales]: [string, unknown]): [string, Int8TensorSpec] => {
    const { shape, elements } = take(name, 'I8');
    return [name, { shape, data: elements() as Int8Array, scales: take(scales, 'F32').read() }];
  };
  return recordOf(Object.entries(scaleNames).map(read));
}
