import { refuse } from '../shared/refuse.js';
import { show } from './json.js';

/** What importers accept as the contents of a file. Never modified, never kept. */
export type FileBytes = ArrayBufferLike | ArrayBufferView;

/** `Uint8Array`, `URL`, … also of another realm. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

/** Whether they are what `viewBytes` accepts. */
export const isBytes = (value: unknown): value is FileBytes =>
  ArrayBuffer.isView(value) || ['ArrayBuffer', 'SharedArrayBuffer'].includes(tagOf(value));

/**
 * A view of the bytes, without a copy. Accepts any view at any alignment, also of another realm (worker, iframe).
 * @throws {ImportError} not bytes; the message says what they are instead, and how one comes to the bytes.
 */
export function viewBytes(bytes: FileBytes, where = 'bytes'): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isBytes(bytes)) return new Uint8Array(bytes);
  return refuse(where, 'not the bytes of a file', 'an ArrayBuffer, or a view of one', describeNoBytes(bytes));
}

/**
 * The bytes of a model file: `viewBytes`, but for a format that looks like none here and is easily taken for ONNX.
 * @throws {ImportError} not bytes; an `.ort` file.
 */
export function viewModel(bytes: FileBytes): Uint8Array {
  const view = viewBytes(bytes);
  // A flatbuffer, whose identifier follows the first offset.
  if (String.fromCharCode(...view.subarray(4, 8)) === 'ORTM')
    refuse('file', 'a model of ONNX Runtime (.ort)', 'the .onnx file that it was made from', 'ORTM from byte 4 on');
  return view;
}

/** What is given in the place of bytes; of what only has to be awaited, that as well. */
export function describeNoBytes(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  if ('then' in value) return 'Promise: await it';
  const tag = tagOf(value);
  if ('arrayBuffer' in value) return `${tag}: await its arrayBuffer()`;
  return tag === 'Object' || tag === 'Array' ? `parsed JSON or another object, not a file: ${show(value)}` : tag;
}
