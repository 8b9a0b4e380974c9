import { ImportError } from '../../errors.js';
import { type FileBytes, viewBytes } from '../formats/bytes.js';
import type { OnnxOptions } from '../onnx/read.js';
import type { PyTorchConfig } from '../pytorch/config.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { TensorFlowConfig } from '../tensorflow/config.js';
import { type Format, sniff } from './sniff.js';

/** What some formats need to be told beside the file. */
export interface LoadOptions {
  readonly onnx?: OnnxOptions;
  readonly pytorch?: PyTorchConfig;
  readonly tensorflow?: TensorFlowConfig;
}

/** A file; or several that belong together, by name: ONNX with external data, a checkpoint's index and shards, model.json and its shards. */
export type LoadSource = FileBytes | Readonly<Record<string, FileBytes>>;

/**
 * Opens a model file of any format that there is an importer for. The format is told from the bytes, and only its importer is loaded.
 * @throws {ImportError} of no known format, or whatever the importer refuses.
 */
export async function load(source: LoadSource, options: LoadOptions = {}): Promise<Imported> {
  const { main, format, others } = find(source);
  switch (format) {
    case 'onnx': {
      const { readOnnx } = await import('../onnx/read.js');
      const files = { ...others, ...options.onnx?.files };
      return readOnnx(main, { ...options.onnx, ...(Object.keys(files).length > 0 && { files }) });
    }
    case 'keras':
      return (await import('../keras/read.js')).readKeras(main);
    case 'tfjs':
      return (await import('../tfjs/read.js')).readTfjs(main, others);
    case 'pytorch':
      return (await import('../pytorch/read.js')).readPyTorch(main, options.pytorch);
    case 'rtneural':
      return (await import('../rtneural/read.js')).readRTNeural(main);
    case 'nam':
      return (await import('../nam/read.js')).readNam(main);
    case 'tensorflow': {
      const config = options.tensorflow;
      if (!config) refuse('options.tensorflow', 'weights without a topology', 'the layers of the model', 'nothing');
      const { readTensorFlow } = await import('../tensorflow/read.js');
      const names = Object.keys(others).sort();
      const shards = names.map((name) => others[name] as FileBytes);
      return readTensorFlow(main[0] === 0x50 ? { npz: main } : { index: main, data: shards }, config);
    }
    case 'safetensors': {
      const { fromSafetensors } = await import('../safetensors/container.js');
      return { spec: fromSafetensors(main), report: new Reporter().finish('Gatewise container') };
    }
  }
}

/** The file that says what the model is, and those beside it. */
function find(source: LoadSource): { main: Uint8Array; format: Format; others: Readonly<Record<string, FileBytes>> } {
  if (isBytes(source)) {
    const main = viewBytes(source);
    return { main, format: sniff(main), others: {} };
  }
  if (typeof source !== 'object' || source === null)
    refuse('source', 'nothing to open', 'bytes, or files by name', String(source));
  const files = Object.entries(source);
  const known = files.flatMap(([name, bytes]) => {
    try {
      const main = viewBytes(bytes);
      return [{ name, main, format: sniff(main) }];
    } catch (error) {
      // Several: shards, which need not look like anything. A single one is what it says.
      if (error instanceof ImportError && files.length > 1) return [];
      throw error;
    }
  });
  // Shards of plain numbers may look like anything: what describes a model goes first.
  const order: Format[] = ['tensorflow', 'tfjs', 'keras', 'safetensors', 'nam', 'rtneural', 'pytorch', 'onnx'];
  known.sort((a, b) => order.indexOf(a.format) - order.indexOf(b.format));
  const [first] = known;
  if (!first)
    refuse(
      'source',
      'no file of a known format',
      'one that describes a model',
      Object.keys(source).join(', ') || 'no files',
    );
  const { [first.name]: _, ...others } = source;
  return { ...first, others };
}

const isBytes = (source: LoadSource): source is FileBytes => {
  if (ArrayBuffer.isView(source)) return true;
  return ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(Object.prototype.toString.call(source));
};
