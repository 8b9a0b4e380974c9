import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isJson, isObject, parseJson, show } from '../formats/json.js';
import { isZip } from '../formats/zip.js';
import { Budget } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { isTable } from '../tensorflow/table.js';
import { isTfGraph } from '../tfgraph/marks.js';
import { lookalike, seen } from './lookalikes.js';

export type Format =
  | 'onnx'
  | 'keras'
  | 'tfjs'
  | 'tensorflow'
  | 'sketch-rnn'
  | 'tflite'
  | 'tfgraph'
  | 'pytorch'
  | 'rtneural'
  | 'nam'
  | 'rnnoise'
  | 'safetensors';

const starts = (bytes: Uint8Array, ...signature: number[]): boolean => signature.every((byte, i) => bytes[i] === byte);

/** Names in a zip archive's entries, as they stand in its central directory. */
function zipNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let position = 0; position + 46 <= bytes.length; position++) {
    if (view.getUint32(position, true) !== 0x02014b50) continue;
    const length = view.getUint16(position + 28, true);
    names.push(new TextDecoder().decode(bytes.slice(position + 46, position + 46 + length)));
    position += 45 + length;
  }
  return names;
}

/**
 * The format of a file, told from its bytes alone.
 * @throws {ImportError} none that is known, or one that needs something else; the message says what was seen;
 *   more than `limits` allow.
 */
export function sniff(file: FileBytes): Format;
export function sniff(file: FileBytes, options: ImportOptions): Format;
export function sniff(file: FileBytes, options: ImportOptions = {}): Format {
  const bytes = viewModel(file);
  const budget = new Budget(bytes.length, limitsOf(options));
  if (starts(bytes, 0x89, 0x48, 0x44, 0x46)) return 'keras';
  if (isZip(bytes)) return ofZip(bytes);
  // A FlatBuffer, whose identifier follows the first offset.
  if (starts(bytes.subarray(4), 0x54, 0x46, 0x4c, 0x33)) return 'tflite';
  if (isRNNoise(bytes)) return 'rnnoise';
  if (isTable(bytes)) return 'tensorflow';
  if (isJson(bytes)) return ofJson(bytes, budget);
  const header = safetensorsHeader(bytes, budget);
  if (header) return isObject(header.__metadata__) && 'gatewise' in header.__metadata__ ? 'safetensors' : 'pytorch';
  // Of protocol 1: a text.
  if (/^L\d+L?\n/.test(String.fromCharCode(...bytes.subarray(0, 40))) || isTar(bytes)) return 'pytorch';
  if (isTfGraph(bytes)) return 'tfgraph';
  const other = lookalike(bytes);
  if (other) refuse('file', ...other);
  if (bytes[0] === 0x80) return 'pytorch';
  // ModelProto: ir_version (field 1, a number) first, as every writer puts it; or another of its fields.
  if (bytes.length > 8 && [0x08, 0x12, 0x1a, 0x3a, 0x42].includes(bytes[0] as number)) return 'onnx';
  return refuse(
    'file',
    'of no known format',
    'ONNX, Keras, TensorFlow.js, a TensorFlow checkpoint, a SavedModel or frozen graph, TensorFlow Lite, PyTorch, safetensors, RTNeural, .nam or RNNoise',
    bytes.length === 0 ? 'an empty file' : seen(bytes),
  );
}

function ofZip(bytes: Uint8Array): Format {
  const names = zipNames(bytes);
  if (names.includes('config.json') && names.some((name) => name.startsWith('model.weights'))) return 'keras';
  if (names.some((name) => /(^|\/)(data\.pkl|serialized_exported_program\.json|archive_format)$/.test(name)))
    return 'pytorch';
  // TorchScript of before 1.3, beside whose description is code.
  if (names.some((name) => /^[^/]+\/model\.json$/.test(name)) && names.some((name) => /^[^/]+\/code\//.test(name)))
    return 'pytorch';
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'tensorflow';
  return refuse(
    'file',
    'a zip archive of no known format',
    'that of Keras (config.json), PyTorch (data.pkl) or NumPy (.npy)',
    names.slice(0, 8).join(', ') || 'no entries',
  );
}

/** Records of a weights blob, or the text, whichever version it names. */
const isRNNoise = (bytes: Uint8Array): boolean =>
  /^(DNNw|rnnoise-nu model file version )/.test(String.fromCharCode(...bytes.subarray(0, 30)));

const isTar = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';

/** Lists of what: groups of weights, or what a sketch-rnn is, its shapes and its arrays. */
function ofList(list: readonly unknown[]): Format {
  if (list.every((group) => isObject(group) && 'paths' in group && 'weights' in group)) return 'tensorflow';
  if (list.length === 3 && Array.isArray(list[1]) && Array.isArray(list[2])) return 'sketch-rnn';
  return refuse(
    'file',
    'a JSON list of no known format',
    'that of weights_manifest.json ({ paths, weights }) or of sketch-rnn',
    show(list),
  );
}

function ofJson(bytes: Uint8Array, budget: Budget): Format {
  // What begins with a brace and is JSON is an object.
  const file = parseJson(bytes, 'file', budget) as Record<string, unknown> | readonly unknown[];
  if (Array.isArray(file)) return ofList(file);
  return ofObject(file as Record<string, unknown>);
}

function ofObject(file: Record<string, unknown>): Format {
  if (isObject(file.modelTopology)) return 'tfjs';
  // Without a topology the layers are in a config.
  if ('weightsManifest' in file) return 'tensorflow';
  if ('modelTopology' in file) return 'tfjs';
  if ('architecture' in file && 'weights' in file) return 'nam';
  const keys = Object.keys(file);
  const values = Object.values(file);
  if (values.length > 0 && values.every((value) => isObject(value) && 'filename' in value && 'shape' in value))
    return 'tensorflow';
  if (
    Array.isArray(file.layers) ||
    ('model_data' in file && 'state_dict' in file) ||
    (keys.length > 0 && keys.every((key) => /\.(weight|bias)(_[ih]h_l\d+)?$/.test(key)))
  )
    return 'rtneural';
  const got = keys.slice(0, 8).join(', ') || 'no keys';
  if ('class_name' in file) refuse('file', "a Keras model's configuration alone", 'a file with its weights', got);
  if ('weight_map' in file) refuse('file', 'a list of safetensors files', 'one file with all tensors', got);
  return refuse(
    'file',
    'JSON of no known format',
    'that of TensorFlow.js (modelTopology), Neural Amp Modeler (architecture) or RTNeural (layers)',
    got,
  );
}

/** Whether the JSON header of a safetensors file begins the bytes; and the header, if it is whole. */
function safetensorsHeader(bytes: Uint8Array, budget: Budget): { readonly __metadata__?: unknown } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[8] !== 0x7b || view.getBigUint64(0, true) > 100_000_000) return undefined;
  try {
    return parseJson(bytes.subarray(8, 8 + view.getUint32(0, true)), 'file', budget) as object;
  } catch {
    // Damaged: what reads it says how.
    return {};
  }
}
