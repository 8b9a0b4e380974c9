import { ImportError } from '../../errors.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { checkModel } from './names.js';
import { decodeModel } from './proto/decode.js';
import type { Graph, Model } from './proto/messages.js';

/** A model file, decoded, of an operator set that is honoured. */
export interface OnnxFile {
  readonly model: Model;
  readonly graph: Graph;
  /** Versions of the operator sets, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** Operator sets whose schemas were compared; from 20 to 28 no operator here changed its attributes, inputs or defaults. */
const OLDEST = 7;
const NEWEST = 28;

/** @throws {ImportError} no ModelProto, or of an operator set that is not honoured. */
export function openFile(bytes: Uint8Array, budget: Budget): OnnxFile {
  const model = decode(bytes, budget);
  for (const message of [model, ...model.opsetImport]) refuseForeign('file', message);
  const graph = model.graph ?? refuse('file', 'no graph', 'an ONNX model');
  checkModel(model, graph);
  const opsets = new Map(model.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, version]));
  const opset = opsets.get('') ?? 0;
  if (!(opset >= OLDEST && opset <= NEWEST)) {
    const message = `an operator set that is too ${opset > NEWEST ? 'new' : 'old'}`;
    refuse('file', message, `${OLDEST} to ${NEWEST}`, `${opset}`);
  }
  return { model, graph, opsets };
}

function decode(bytes: Uint8Array, budget: Budget): Model {
  try {
    return decodeModel(bytes, budget);
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError('not an ONNX model', {
      where: 'file',
      expected: 'a ModelProto',
      got: (cause as Error).message,
      cause,
    });
  }
}

/** For the report: the format, its version and what wrote the file. */
export function formatOf({ model, opsets }: OnnxFile): string {
  const producer = [model.producerName, model.producerVersion].filter((part) => part !== '').join(' ');
  return `ONNX, opset ${opsets.get('')}${producer ? ` (${producer})` : ''}`;
}
