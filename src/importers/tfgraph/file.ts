import { ImportError } from '../../errors.js';
import { decodeMessage } from '../formats/protobuf.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { type GraphDef, MESSAGES, type MetaGraph, type SavedModel } from './proto.js';
import { servingGraph } from './signature.js';

/** A file as what it is: a SavedModel's graph with its signatures, or a graph alone. */
export type TfFile =
  | { readonly kind: 'saved'; readonly meta: MetaGraph; readonly graph: GraphDef }
  | { readonly kind: 'frozen'; readonly graph: GraphDef };

/** Whether a SavedModel's first field, the version of its schema, begins the bytes; a graph's are nodes. */
const isSaved = (bytes: Uint8Array): boolean => bytes[0] === 0x08 || bytes[0] === 0x12;

/** @throws {ImportError} neither, or damaged. */
export function openTfFile(bytes: Uint8Array, budget: Budget): TfFile {
  if (!isSaved(bytes)) {
    const graph = decode<GraphDef>(bytes, 'GraphDef', budget);
    if (graph.node.length === 0) refuse('file', 'a graph without nodes', 'a frozen graph', `${bytes.length} bytes`);
    return { kind: 'frozen', graph };
  }
  const saved = decode<SavedModel>(bytes, 'SavedModel', budget);
  refuseForeign('file', saved);
  if (saved.schemaVersion !== 1) refuse('file', 'a SavedModel of another version', '1', `${saved.schemaVersion}`);
  const meta = servingGraph(saved);
  refuseForeign('file', meta);
  return { kind: 'saved', meta, graph: meta.graphDef ?? refuse('file', 'no graph', 'a SavedModel with one') };
}

function decode<M>(bytes: Uint8Array, message: string, budget: Budget): M {
  try {
    return decodeMessage(bytes, message, MESSAGES, budget);
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError('not a TensorFlow graph', {
      where: 'file',
      expected: `a ${message}`,
      got: (cause as Error).message,
      cause,
    });
  }
}
