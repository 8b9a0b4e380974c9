import { type FileBytes, isBytes, viewBytes } from '../formats/bytes.js';
import { isObject, show } from '../formats/json.js';
import { isZip } from '../formats/zip.js';
import type { OnnxOptions } from '../onnx/read.js';
import type { PyTorchConfig } from '../pytorch/config.js';
import type { RTNeuralOptions } from '../rtneural/options.js';
import type { ImportLimits } from '../shared/budget.js';
import { limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { TensorFlowConfig } from '../tensorflow/config.js';
import { sniff } from './sniff.js';

/** What some formats need to be told beside the file. */
export interface LoadOptions {
  readonly onnx?: OnnxOptions;
  readonly pytorch?: PyTorchConfig;
  readonly tensorflow?: TensorFlowConfig;
  readonly rtneural?: RTNeuralOptions;
  /** Most that the import may take, of whatever format. Default: in proportion to the files. */
  readonly limits?: ImportLimits;
}

/**
 * A file; or several that belong together, by name: ONNX with external data, a checkpoint's index and shards, model.json and its
 * shards. Names may be paths; what the model names is looked for in its own folder.
 */
export type LoadSource = FileBytes | Readonly<Record<string, FileBytes>>;

/**
 * Opens a model file of any format that there is an importer for. The format is told from the bytes, of several files by their
 * names as well, and only its importer is loaded.
 * @throws {ImportError} of no known format, options of another format, or whatever the importer refuses; more than
 *   `limits` allow.
 */
export async function load(source: LoadSource, options: LoadOptions = {}): Promise<Imported> {
  const given: unknown = options;
  const limited =
    isObject(given) && given.limits !== undefined
      ? { limits: limitsOf({ limits: given.limits }) as ImportLimits }
      : undefined;
  const { main, format, others } = isBytes(source)
    ? { main: viewBytes(source), format: sniff(source, limited ?? {}), others: {} }
    : (await import('./choose.js')).choose(source, limited);
  if (!isObject(given)) refuse('options', 'not an object', `{ ${format}: … }`, show(given));
  for (const [key, value] of Object.entries(given))
    if (key !== format && key !== 'limits' && value !== undefined)
      refuse(`options.${key}`, 'not for this file', `${format}, or no options`, key);
  switch (format) {
    case 'onnx': {
      const { readOnnx } = await import('../onnx/read.js');
      const files = { ...others, ...options.onnx?.files };
      return readOnnx(main, { ...limited, ...options.onnx, ...(Object.keys(files).length > 0 && { files }) });
    }
    case 'keras':
      return (await import('../keras/read.js')).readKeras(main, limited ?? {});
    case 'tfjs':
      return (await import('../tfjs/read.js')).readTfjs(main, others, limited ?? {});
    case 'pytorch':
      return (await import('../pytorch/read.js')).readPyTorch(main, { ...limited, ...options.pytorch });
    case 'rtneural':
      return (await import('../rtneural/read.js')).readRTNeural(main, { ...limited, ...options.rtneural });
    case 'nam':
      return (await import('../nam/read.js')).readNam(main, limited ?? {});
    case 'tensorflow': {
      const config = options.tensorflow;
      if (!config) refuse('options.tensorflow', 'weights without a topology', 'the layers of the model', 'nothing');
      const { readTensorFlow } = await import('../tensorflow/read.js');
      return readTensorFlow(isZip(main) ? { npz: main } : { index: main, data: shardsOf(others) }, {
        ...limited,
        ...config,
      });
    }
    case 'safetensors': {
      const { fromSafetensors } = await import('../safetensors/container.js');
      return { spec: fromSafetensors(main, limited ?? {}), report: new Reporter().finish('Gatewise container') };
    }
  }
}

/** In the order of their names; a checkpoint's graph and list of checkpoints, which stand beside them, are none. */
function shardsOf(others: Readonly<Record<string, FileBytes>>): FileBytes[] {
  const names = Object.keys(others).sort();
  const shards = names.filter((name) => /\.data-\d+-of-\d+$/.test(name));
  return (shards.length > 0 ? shards : names).map((name) => others[name] as FileBytes);
}
