import { type FileBytes, isBytes, viewBytes } from '../formats/bytes.js';
import { isObject, show } from '../formats/json.js';
import { isZip } from '../formats/zip.js';
import type { KerasOptions } from '../keras/options.js';
import type { OnnxOptions } from '../onnx/read.js';
import type { PyTorchConfig } from '../pytorch/config.js';
import type { RTNeuralOptions } from '../rtneural/options.js';
import type { ImportLimits } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { TensorFlowConfig } from '../tensorflow/config.js';
import { isTable } from '../tensorflow/table.js';
import type { TfGraphOptions } from '../tfgraph/read.js';
import type { TfliteOptions } from '../tflite/read.js';
import type { ReadFile } from './beside.js';
import type { Found } from './choose.js';
import { sniff } from './sniff.js';

/** What some formats need to be told beside the file. */
export interface LoadOptions {
  readonly onnx?: OnnxOptions;
  /** Of weights alone, a checkpoint of Keras among them. */
  readonly keras?: KerasOptions;
  readonly pytorch?: PyTorchConfig;
  readonly tensorflow?: TensorFlowConfig;
  readonly rtneural?: RTNeuralOptions;
  readonly tflite?: TfliteOptions;
  readonly tfgraph?: TfGraphOptions;
  /** Most that the import may take, of whatever format. Default: in proportion to the files. */
  readonly limits?: ImportLimits;
}

/**
 * A file; or several that belong together, by name: ONNX with external data, a SavedModel's graph and variables, a checkpoint's index and
 * shards, model.json or a manifest of weights and its shards. Names may be paths; what the model names is looked for in its own folder.
 *
 * A file may also be a URL (http, https, data, blob), a Response, a Blob or a File that a user chose, or a promise of one. Of a URL, and of a Response that knows
 * its own, the files beside the model are fetched from its folder.
 */
export type LoadSource =
  | FileBytes
  | Elsewhere
  | Readonly<Record<string, FileBytes | Elsewhere>>
  | ArrayLike<Elsewhere>
  | PromiseLike<FileBytes | Elsewhere>;

/**
 * What leads to a file: the URL as a string, or one by `href`; a Response, a Blob, a File. Said without the types of a browser's
 * library, which not every user has.
 */
export type Elsewhere = string | { readonly href: string } | { arrayBuffer(): Promise<ArrayBuffer> };

/**
 * Opens a model file of any format that there is an importer for. The format is told from the bytes, of several files by their
 * names as well, and only its importer is loaded.
 * @throws {ImportError} of no known format, options of another format, or whatever the importer refuses; more than
 *   `limits` allow; a path, which `loadFile` of `gatewise/node` opens; what cannot be fetched.
 */
export async function load(source: LoadSource, options: LoadOptions = {}): Promise<Imported> {
  const limited = limitsIn(options);
  const found = isBytes(source)
    ? { main: viewBytes(source), format: sniff(source, limited ?? {}), others: {} }
    : await (await import('./open.js')).open(source, limited, givenBeside(options));
  return importFound(found, options, limited);
}

/**
 * Opens a model from wherever its files are: a disk, an archive, a store of keys and values. Files that the model names beside it (ONNX'
 * external data, shards) are asked for as well.
 * @param name of the file that describes the model, in its folder.
 * @param read gives a file's bytes: the model's by `name`, then others by their path from the model's folder, never outside of it.
 * @throws {ImportError} as `load`; whatever `read` throws comes through.
 */
export async function loadFrom(name: string, read: ReadFile, options: LoadOptions = {}): Promise<Imported> {
  const limited = limitsIn(options);
  const found = await (await import('./beside.js')).readWithBeside(name, read, limited, givenBeside(options));
  return importFound(found, options, limited);
}

/** Paths of files beside the model that the options hold. */
const givenBeside = (options: LoadOptions | undefined): string[] =>
  Object.keys({ ...options?.onnx?.files, ...options?.tfgraph?.files });

function limitsIn(given: unknown): ImportOptions | undefined {
  if (!isObject(given) || given.limits === undefined) return undefined;
  return { limits: limitsOf({ limits: given.limits }) as ImportLimits };
}

async function importFound(
  { main, format, others }: Found,
  options: LoadOptions,
  limited: ImportOptions | undefined,
): Promise<Imported> {
  const given: unknown = options;
  if (!isObject(given)) refuse('options', 'not an object', `{ ${format}: … }`, show(given));
  for (const [key, value] of Object.entries(given))
    if (key !== format && key !== 'limits' && value !== undefined && !(key === 'keras' && isTable(main)))
      refuse(`options.${key}`, 'not for this file', `${format}, or no options`, key);
  switch (format) {
    case 'onnx': {
      const files = { ...others, ...options.onnx?.files };
      const all = { ...limited, ...options.onnx, ...(Object.keys(files).length > 0 && { files }) };
      return (await import('../onnx/read.js')).readOnnx(main, all);
    }
    case 'keras':
      return (await import('../keras/read.js')).readKeras(main, { ...limited, ...options.keras });
    case 'tfjs':
      return (await import('../tfjs/read.js')).readTfjs(main, others, limited ?? {});
    case 'pytorch':
      return (await import('../pytorch/read.js')).readPyTorch(main, { ...limited, ...options.pytorch });
    case 'rtneural':
      return (await import('../rtneural/read.js')).readRTNeural(main, { ...limited, ...options.rtneural });
    case 'tflite':
      return (await import('../tflite/read.js')).readTflite(main, { ...limited, ...options.tflite });
    case 'tfgraph': {
      const files = { ...others, ...options.tfgraph?.files };
      return (await import('../tfgraph/read.js')).readTfGraph(main, { ...limited, ...options.tfgraph, files });
    }
    case 'nam':
      return (await import('../nam/read.js')).readNam(main, limited ?? {});
    case 'rnnoise':
      return (await import('../rnnoise/read.js')).readRNNoise(main, limited ?? {});
    case 'tensorflow': {
      if (options.keras) {
        const variables = (await import('../tensorflow/bundle.js')).readBundle(main, shardsOf(others), limited);
        return (await import('../keras/read.js')).readKeras(variables, { ...limited, ...options.keras });
      }
      const files = isZip(main)
        ? { npz: main }
        : isTable(main)
          ? { index: main, data: shardsOf(others) }
          : { manifest: main, shards: others };
      return (await import('../tensorflow/read.js')).readTensorFlow(files, { ...limited, ...options.tensorflow });
    }
    case 'sketch-rnn':
      return (await import('../tensorflow/sketch-rnn.js')).readSketchRnn(main, limited ?? {});
    case 'safetensors': {
      const spec = (await import('../safetensors/container.js')).fromSafetensors(main, limited ?? {});
      return { spec, report: new Reporter().finish('Gatewise container') };
    }
  }
}

/** In the order of their names; a checkpoint's graph and list of checkpoints, which stand beside them, are none. */
function shardsOf(others: Readonly<Record<string, FileBytes>>): FileBytes[] {
  const names = Object.keys(others).sort();
  const shards = names.filter((name) => /\.data-\d+-of-\d+$/.test(name));
  return (shards.length > 0 ? shards : names).map((name) => others[name] as FileBytes);
}
