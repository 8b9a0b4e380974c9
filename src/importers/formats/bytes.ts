import { refuse } from '../shared/refuse.js';

/** What importers accept as the contents of a file. Never modified, never kept. */
export type FileBytes = ArrayBufferLike | ArrayBufferView;

/**
 * A view of the bytes, without a copy. Accepts any view at any alignment, also of another realm (worker, iframe).
 * @throws {ImportError} not bytes.
 */
export function viewBytes(bytes: FileBytes): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = Object.prototype.toString.call(bytes);
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') return new Uint8Array(bytes);
  return refuse(
    'bytes',
    'not the bytes of a file',
    'an ArrayBuffer, or a view of one',
    bytes === null ? 'null' : typeof bytes,
  );
}
