import { zipSync } from 'fflate';
import { InputError } from '../../index.js';
import { Collected, type Growth, type Part, type Writer } from './part.js';
import type { Sink } from './sink.js';

const HEADER = 128;

/** The header of a NumPy array file, version 1.0, of float32: always as long. */
function npyHeader(shape: readonly number[]): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
  const bytes = new Uint8Array(HEADER).fill(0x20);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, HEADER - 10, 0]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[HEADER - 1] = 0x0a;
  return bytes;
}

/** @returns the bytes of a NumPy array file. */
export const npyBytes = ({ data, shape }: Pick<Part, 'data' | 'shape'>): Uint8Array =>
  Buffer.concat([npyHeader(shape), bytesOf(data)]);

// Every machine that this runs on is little-endian, as WebAssembly's memory is.
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** One output as a NumPy array. Where the sink lets its beginning be written again, nothing is kept. */
export function npyWriter(sink: Sink, growth: Growth): Writer {
  const all = new Collected(growth);
  const { patch } = sink;
  let shape: number[] | undefined;
  return {
    async add(parts) {
      const [part] = parts;
      if (parts.length !== 1 || !part) {
        const got = parts.map(({ name }) => name).join(', ');
        throw new InputError('several outputs', { where: '.npy', expected: 'one; .npz holds several', got });
      }
      const axis = part.axes.indexOf(growth);
      if (axis < 0 || !patch) return all.add(parts);
      if (!shape) await sink.write(npyHeader(part.shape));
      await sink.write(bytesOf(part.data));
      const before = shape?.[axis] ?? 0;
      shape = part.shape.map((size, index) => (index === axis ? size + before : size));
    },
    async end() {
      if (shape && patch) return patch(0, npyHeader(shape));
      for (const part of all.all()) await sink.write(npyBytes(part));
    },
  };
}

/** All outputs as an archive of NumPy arrays. */
export function npzWriter(sink: Sink, growth: Growth): Writer {
  const all = new Collected(growth);
  return {
    add: async (parts) => all.add(parts),
    async end() {
      const files = all.all().map((part) => [`${part.name}.npy`, npyBytes(part)] as const);
      await sink.write(zipSync(Object.fromEntries(files), { level: 0 }));
    },
  };
}
