import { InputError } from '../../errors.js';
import { isObject, show } from './json.js';
import { recordOf } from './record.js';
import { tensorAt } from './safetensors.js';

/** Numbers that can be written, row-major. */
interface Written {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array;
}

/** Stored types by the array that holds the numbers. */
const DTYPES: Readonly<Record<string, string>> = { __proto__: null as never, Float32Array: 'F32', Int8Array: 'I8' };

/**
 * Writes float32 and int8 tensors in the order given; the data begins at a multiple of 8 bytes.
 * @throws {InputError} no tensors; a shape that does not fit its data, other data than a Float32Array or Int8Array, an unknown field,
 *   a reserved name, metadata that is no text.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Written>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let end = 0;
  for (const [where, given] of Object.entries({ tensors, metadata }))
    if (!isObject(given)) throw new InputError('not an object', { where, expected: 'an object', got: show(given) });
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string')
      throw new InputError('not a text', { where: `metadata, ${show(key)}`, expected: 'a text', got: show(value) });
  }
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { shape, data, ...more }: Partial<Written> = isObject(tensor) ? tensor : {};
    const [unknown] = Object.keys(more);
    if (unknown !== undefined)
      throw new InputError('an unknown field', { where: tensorAt(name), expected: 'shape, data', got: unknown });
    const kind = ArrayBuffer.isView(data) ? data.constructor.name : typeof data;
    const dtype = DTYPES[kind];
    if (dtype === undefined) {
      const expected = 'a Float32Array or an Int8Array';
      throw new InputError('not float32 or int8', { where: tensorAt(name), expected, got: kind });
    }
    if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
      throw new InputError('a shape that cannot be', { where: tensorAt(name), expected: 'sizes', got: show(shape) });
    const count = (shape as readonly number[]).reduce((product, n) => product * n, 1);
    if (name === '__metadata__') throw new InputError('a reserved name', { where: tensorAt(name) });
    if (count !== (data as Written['data']).length) {
      throw new InputError('shape and data disagree', {
        where: tensorAt(name),
        expected: `${count} numbers for shape ${show(shape)}`,
        got: String((data as Written['data']).length),
      });
    }
    const begin = end;
    end += (data as Written['data']).byteLength;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const known = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : [];
  const text = new TextEncoder().encode(JSON.stringify(recordOf<unknown>([...known, ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  file.set(text, 8);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  let position = 8 + length;
  for (const { data } of Object.values(tensors)) {
    // Bytes, not numbers: what a NaN carries survives. Machines that run WebAssembly are little-endian.
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}
