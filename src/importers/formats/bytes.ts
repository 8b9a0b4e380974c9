import { refuse } from '../shared/refuse.js';

/** What importers accept as the contents of a file. Never modified, never kept. */
export type FileBytes = ArrayBufferLike | ArrayBufferView;

/** What is given in the place of bytes, by the name that `Object.prototype.toString` knows, and how one comes to bytes from it. */
const NO_BYTES: Readonly<Record<string, string>> = {
  Promise: 'await it',
  Response: 'await its arrayBuffer()',
  Blob: 'await its arrayBuffer()',
  File: 'await its arrayBuffer()',
  ReadableStream: 'await new Response(it).arrayBuffer()',
  Request: 'fetch it',
  URL: 'fetch it',
  String: 'if it is a path, read the file',
};

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

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
  return refuse(where, 'not the bytes of a file', 'an ArrayBuffer, or a view of one', nameOf(bytes));
}

/**
 * The bytes of a model file: `viewBytes`, but for a format that looks like none here and is easily taken for ONNX.
 * @throws {ImportError} not bytes; an `.ort` file.
 */
export function viewModel(bytes: FileBytes): Uint8Array {
  const view = viewBytes(bytes);
  if (isOrt(view)) refuse('file', ...ORT, 'ORTM from byte 4 on');
  return view;
}

/** ONNX Runtime's own format, a flatbuffer: its identifier follows the first offset. */
export const isOrt = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(4, 8)) === 'ORTM';
export const ORT = ['a model of ONNX Runtime (.ort)', 'the .onnx file that it was made from'] as const;

function nameOf(value: unknown): string {
  const tag = tagOf(value);
  const kind = typeof (value as { then?: unknown } | null)?.then === 'function' ? 'Promise' : tag;
  if (kind in NO_BYTES) return `${kind === 'String' ? 'string' : kind}: ${NO_BYTES[kind]}`;
  if (typeof value !== 'object' || value === null) return `${value}`.slice(0, 80);
  if (tag !== 'Object' && tag !== 'Array') return tag;
  return `${Object.keys(value).slice(0, 8).join(', ') || 'nothing'} in an object: if it is parsed JSON, the file's bytes`;
}
