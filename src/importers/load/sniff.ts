import { ImportError } from '../../errors.js';
import { isObject, parseJson } from '../formats/json.js';
import { isZip } from '../formats/zip.js';
import { isTable } from '../tensorflow/table.js';

export type Format = 'onnx' | 'keras' | 'tfjs' | 'tensorflow' | 'pytorch' | 'rtneural' | 'nam' | 'safetensors';

const starts = (bytes: Uint8Array, ...signature: number[]): boolean => signature.every((byte, i) => bytes[i] === byte);

/** Names in a zip archive's entries, as they stand in its central directory. */
function zipNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 46 <= bytes.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    const length = view.getUint16(at + 28, true);
    names.push(new TextDecoder().decode(bytes.slice(at + 46, at + 46 + length)));
    at += 45 + length;
  }
  return names;
}

/**
 * The format of a file, told from its bytes alone.
 * @throws {ImportError} none that is known, or one that needs something else; the message says what was seen.
 */
export function sniff(bytes: Uint8Array): Format {
  if (starts(bytes, 0x89, 0x48, 0x44, 0x46)) return 'keras';
  if (isZip(bytes)) return ofZip(bytes);
  if (isTable(bytes)) return 'tensorflow';
  if (isJson(bytes)) return ofJson(bytes);
  const safe = safetensorsHeader(bytes);
  if (safe !== undefined) return /"gatewise"\s*:/.test(safe) ? 'safetensors' : 'pytorch';
  // A pickle: PROTO and its number, or the magic of torch's older stream behind it.
  if (bytes[0] === 0x80 && (bytes[1] as number) >= 1 && (bytes[1] as number) <= 5) return 'pytorch';
  // ModelProto: ir_version (field 1, a number) first, as every writer puts it; or another of its fields.
  if (bytes.length > 8 && [0x08, 0x12, 0x1a, 0x3a, 0x42].includes(bytes[0] as number)) return 'onnx';
  return unknown(bytes);
}

function ofZip(bytes: Uint8Array): Format {
  const names = zipNames(bytes);
  if (names.includes('config.json') && names.some((name) => name.startsWith('model.weights'))) return 'keras';
  if (names.some((name) => /(^|\/)data\.pkl$/.test(name))) return 'pytorch';
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'tensorflow';
  throw new ImportError('a zip archive of no known format', {
    where: 'file',
    expected: 'that of Keras (config.json), PyTorch (data.pkl) or NumPy (.npy)',
    got: names.slice(0, 8).join(', ') || 'no entries',
  });
}

/** Whether the first character that is no space opens an object. */
function isJson(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] as number)) at++;
  return bytes[at] === 0x7b;
}

function ofJson(bytes: Uint8Array): Format {
  const file = parseJson(bytes, 'file');
  if (!isObject(file)) return unknown(bytes);
  if ('modelTopology' in file || 'weightsManifest' in file) return 'tfjs';
  if ('architecture' in file && 'weights' in file) return 'nam';
  const keys = Object.keys(file);
  if (
    Array.isArray(file.layers) ||
    (keys.length > 0 && keys.every((key) => /\.(weight|bias)(_[ih]h_l\d+)?$/.test(key)))
  )
    return 'rtneural';
  throw new ImportError('JSON of no known format', {
    where: 'file',
    expected: 'that of TensorFlow.js (modelTopology), Neural Amp Modeler (architecture) or RTNeural (layers)',
    got: keys.slice(0, 8).join(', ') || 'no keys',
  });
}

/** The JSON header of a safetensors file; undefined for another file. */
function safetensorsHeader(bytes: Uint8Array): string | undefined {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || length + 8 > bytes.length) return undefined;
  return new TextDecoder().decode(bytes.slice(8, 8 + length));
}

function unknown(bytes: Uint8Array): never {
  const seen = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new ImportError('of no known format', {
    where: 'file',
    expected: 'ONNX, Keras, TensorFlow.js, a TensorFlow checkpoint, PyTorch, safetensors, RTNeural or .nam',
    got: seen === '' ? 'an empty file' : `bytes ${seen} …`,
  });
}
