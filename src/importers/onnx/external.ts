import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { pathWithin, plainPath } from '../formats/paths.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { openFile } from './file.js';
import type { Attribute, Graph, Node, Tensor } from './proto/messages.js';

/** TensorProto.DataLocation: in another file. */
export const EXTERNAL = 1;

/** Files beside the model, by their plain path from the model's folder. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Of TensorProto.external_data; ONNX Runtime adds weights that it has rearranged for itself. */
const KNOWN = /^(?:(?:location|offset|length|checksum)$|prepacked_)/;

/** @throws {ImportError} two names for one file; not bytes. */
export function filesByPath(files: Readonly<Record<string, FileBytes>>): Files {
  const found = new Map<string, Uint8Array>();
  for (const [name, bytes] of Object.entries(files)) {
    const path = plainPath(name);
    const where = `options.files[${JSON.stringify(name)}]`;
    if (found.has(path)) refuse(where, 'a second file of this name', 'one', path);
    found.set(path, viewBytes(bytes, where));
  }
  return found;
}

/** Where a tensor says that its numbers are. */
const entriesOf = ({ externalData }: Tensor): Map<string, string> =>
  new Map(externalData.map(({ key, value }) => [key, value]));

/** The names of all files beside the model that its tensors name, as they name them. @throws {ImportError} no ONNX model. */
export function externalNames(bytes: Uint8Array, budget: Budget): string[] {
  const names = new Set<string>();
  const tensors = (list: readonly Tensor[]): void => {
    for (const tensor of list) if (tensor.dataLocation === EXTERNAL) names.add(entriesOf(tensor).get('location') ?? '');
  };
  const nodes = (list: readonly Node[]): void => {
    for (const { attribute } of list) attributes(attribute);
  };
  const attributes = (list: readonly Attribute[]): void => {
    for (const { t, g } of list) {
      if (t) tensors([t]);
      if (g) graph(g);
    }
  };
  const graph = ({ initializer, node }: Graph): void => {
    tensors(initializer);
    nodes(node);
  };
  const { model, graph: outermost } = openFile(bytes, budget);
  graph(outermost);
  for (const { node, attributeProto } of model.functions) {
    nodes(node);
    attributes(attributeProto);
  }
  return [...names];
}

/**
 * The bytes of a tensor that the model keeps in another file.
 * @throws {ImportError} a location outside the model's folder; a file that is missing or too short.
 */
export function externalBytes(tensor: Tensor, where: string, files: Files): Uint8Array {
  const entries = entriesOf(tensor);
  const strange = [...entries.keys()].find((key) => !KNOWN.test(key));
  if (strange !== undefined) refuse(where, 'external data of another kind', 'location, offset, length', strange);
  const location = entries.get('location') ?? '';
  const path = pathWithin(location) ?? refuse(where, "a file outside the model's folder", 'a path within it', location);
  const bytes = files.get(path);
  if (bytes === undefined)
    refuse(
      where,
      'its numbers are in another file',
      `options.files[${JSON.stringify(location)}]`,
      [...files.keys()].join(', ') || 'no files',
    );
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? bytes.length - offset);
  const sizes = [offset, length].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!sizes || offset + length > bytes.length) {
    const expected = `at most ${bytes.length} bytes in ${location}`;
    refuse(where, 'beyond the end of its file', expected, `${length} from ${offset} on`);
  }
  return bytes.subarray(offset, offset + length);
}
