import { isObject, parseJson, show } from '../formats/json.js';
import { type Stored, tensorAt } from '../formats/safetensors.js';
import { isZip, openZip } from '../formats/zip.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { readCheckpoint } from './checkpoint.js';
import { renamed } from './origin.js';
import { isSize, Part, Storage, Tensor, view } from './tensor.js';

/** An exported program's weights. */
export interface Exported {
  readonly format: string;
  readonly tensors: Map<string, Stored>;
  readonly notes: readonly string[];
}

/** `torch._export.serde.schema.ScalarType`, by safetensors' names. */
const TYPES: ReadonlyMap<unknown, string> = new Map([
  [1, 'U8'],
  [2, 'I8'],
  [3, 'I16'],
  [4, 'I32'],
  [5, 'I64'],
  [6, 'F16'],
  [7, 'F32'],
  [8, 'F64'],
  [12, 'BOOL'],
  [13, 'BF16'],
  [28, 'U16'],
  [34, 'U32'],
  [35, 'U64'],
]);
/** `torch.strided`, in the same schema's `Layout`. */
const STRIDED = 7;
/** Majors of `SCHEMA_VERSION`, from PyTorch 2.1 on. */
const [FIRST_SCHEMA, LAST_SCHEMA] = [1, 8];
const PROGRAM = 'serialized_exported_program.json';
const PACKAGED = /^([^/]+\/)?archive_format$/;

type Entries = ReadonlyMap<string, () => Uint8Array>;
/** A file of an archive. */
type PartOf = (name: string) => Uint8Array;

/**
 * The weights of what `torch.export.save` wrote, in either form: the program and its state dict side by side (PyTorch 2.1 to 2.6), or a package
 * (since 2.7), whose weights are a state dict or, in later versions, a file each. The graph is read as far as the names of its parameters and buffers.
 * @param name of the program, where a package has several.
 * @returns undefined of other files.
 * @throws {ImportError} another format or version; weights that the program does not name, or has without numbers; tensors that are kept as pickles.
 */
export function readExport(bytes: Uint8Array, name: string | undefined, budget: Budget): Exported | undefined {
  if (!isZip(bytes)) return undefined;
  const entries = openZip(bytes, budget);
  if (entries.has(PROGRAM)) return sideBySide(entries, name, budget);
  const root = [...entries.keys()].find((entry) => PACKAGED.test(entry))?.replace('archive_format', '');
  return root === undefined ? undefined : packaged(entries, root, name, budget);
}

const opener =
  (entries: Entries, root: string): PartOf =>
  (name) =>
    entries.get(root + name)?.() ?? refuse('file', 'a part of the exported program is missing', name, 'none');

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 40)).trim();

function sideBySide(entries: Entries, name: string | undefined, budget: Budget): Exported {
  if (name !== undefined) refuse('config.stateDict', 'one exported program', 'no stateDict', show(name));
  const part = opener(entries, '');
  const program = programOf(part(PROGRAM), PROGRAM, budget);
  const version = text(part('version'));
  if (Number.parseInt(version, 10) !== program.major)
    refuse('file', 'two versions of its schema', `${program.major}`, show(version));
  // Named so before 2.2 although it was none.
  const file = entries.has('serialized_state_dict.pt') ? 'serialized_state_dict.pt' : 'serialized_state_dict.json';
  return finish(program, savedOf(part(file), file, budget));
}

function packaged(entries: Entries, root: string, given: string | undefined, budget: Budget): Exported {
  const part = opener(entries, root);
  const [format, version] = ['archive_format', 'archive_version'].map((name) => text(part(name)));
  if (format !== 'pt2' || version !== '0')
    refuse('file', 'a package that is not read', 'format pt2, version 0', `${show(format)}, ${show(version)}`);
  if (entries.has(`${root}byteorder`) && text(part('byteorder')) !== 'little')
    refuse('file', 'numbers of the other byte order', 'little-endian', text(part('byteorder')));
  const folder = `${root}models/`;
  const names = [...entries.keys()].flatMap((entry) =>
    entry.startsWith(folder) && entry.endsWith('.json') ? entry.slice(folder.length, -'.json'.length) : [],
  );
  const found = names.filter((name) => given === undefined || name === given);
  const [name] = found;
  if (name === undefined)
    refuse(
      'file',
      'no exported program',
      given === undefined ? 'models/<name>.json' : given,
      names.join(', ') || 'none',
    );
  if (found.length > 1) refuse('file', 'several exported programs', 'config.stateDict, one of them', names.join(', '));
  const program = programOf(part(`models/${name}.json`), `models/${name}.json`, budget);
  const config = `data/weights/${name}_weights_config.json`;
  if (!entries.has(root + config))
    return finish(program, savedOf(part(`data/weights/${name}.pt`), `data/weights/${name}.pt`, budget));
  return finish(program, filesOf(parseJson(part(config), config, budget), config, part, budget));
}

/** A state dict that `torch.save` wrote. */
function savedOf(bytes: Uint8Array, where: string, budget: Budget): Map<string, Tensor> {
  const { value } = readCheckpoint(bytes, budget);
  const entries = value instanceof Map ? [...value] : [];
  const isDict =
    value instanceof Map && entries.every(([name, tensor]) => typeof name === 'string' && tensor instanceof Tensor);
  if (!isDict) refuse(where, 'not a state dict', 'tensors by their names');
  return new Map(entries as [string, Tensor][]);
}

/** Weights of a file each, of which several may be views. */
function filesOf(json: unknown, where: string, part: PartOf, budget: Budget): Map<string, Tensor> {
  const config =
    isObject(json) && isObject(json.config) ? json.config : refuse(where, 'not a list of weights', '{ config }');
  const storages = new Map<string, Storage>();
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(config)) {
    const { path_name: path, use_pickle: pickled, tensor_meta: meta } = isObject(entry) ? entry : {};
    if (pickled !== false) refuse(tensorAt(name), 'kept as a pickle', 'its numbers (use_pickle false)', show(pickled));
    const { dtype: number, layout, storage_offset: offset, sizes, strides } = isObject(meta) ? meta : {};
    const dtype = TYPES.get(number);
    if (dtype === undefined || layout !== STRIDED)
      refuse(
        tensorAt(name),
        'a type that is not read',
        'a dense tensor of numbers',
        `dtype ${show(number)}, layout ${show(layout)}`,
      );
    if (typeof path !== 'string') refuse(tensorAt(name), 'without a file', 'path_name', show(path));
    const bytes = part(`data/weights/${path}`);
    const storage = storages.get(path) ?? storageOf(path, dtype, bytes);
    if (storage.dtype !== dtype)
      refuse(storage.where, 'described in two ways', 'one type', `${storage.dtype}, ${dtype}`);
    storages.set(path, storage);
    const whole = (value: unknown) => (isObject(value) ? value.as_int : undefined);
    const list = (value: unknown) => (Array.isArray(value) ? value.map(whole) : undefined);
    tensors.set(name, view(new Part(storage, 0, storage.length), whole(offset), list(sizes), list(strides), budget));
  }
  return tensors;
}

function storageOf(path: string, dtype: string, bytes: Uint8Array): Storage {
  const size = new Storage(path, dtype, 1).bytes;
  const storage = new Storage(path, dtype, Math.floor(bytes.length / size));
  storage.fill(bytes);
  return storage;
}

interface Program {
  readonly major: number;
  readonly format: string;
  /** Names of parameters and buffers, and whether the state dict has them. */
  readonly names: ReadonlyMap<string, boolean>;
}

/** Schema 1 maps inputs to names; later ones list them, each as the one key of an object that says its kind. */
function programOf(bytes: Uint8Array, where: string, budget: Budget): Program {
  const json = parseJson(bytes, where, budget);
  const { schema_version: schema, torch_version: torch, graph_module: graph } = isObject(json) ? json : {};
  const [major, minor] = isObject(schema) ? [schema.major, schema.minor] : [schema, 0];
  if (!isSize(major) || major < FIRST_SCHEMA || major > LAST_SCHEMA)
    refuse(where, 'a schema that is not read', `major ${FIRST_SCHEMA} to ${LAST_SCHEMA}`, show(major));
  const signature = isObject(graph) && isObject(graph.signature) ? graph.signature : {};
  const names = new Map<string, boolean>();
  const { input_specs: specs, inputs_to_parameters: parameters, inputs_to_buffers: buffers } = signature;
  for (const map of [parameters, buffers])
    if (isObject(map)) for (const name of Object.values(map)) if (typeof name === 'string') names.set(name, true);
  for (const spec of Array.isArray(specs) ? specs : []) {
    const { parameter, buffer } = isObject(spec) ? spec : {};
    if (isObject(parameter) && typeof parameter.parameter_name === 'string') names.set(parameter.parameter_name, true);
    if (isObject(buffer) && typeof buffer.buffer_name === 'string')
      names.set(buffer.buffer_name, buffer.persistent !== false);
  }
  const by = typeof torch === 'string' ? `, by PyTorch ${torch.slice(0, 40)}` : '';
  return { major, format: `torch.export, schema ${major}.${minor ?? 0}${by}`, names };
}

/** What a name has in front of it in schema 1: the module as the tracer called it. */
const TRACED = /^L__\w*?___/;

function finish({ format, names }: Program, weights: ReadonlyMap<string, Tensor>): Exported {
  for (const name of weights.keys())
    if (!names.has(name))
      refuse(tensorAt(name), 'a weight that the program does not name', 'its parameters and buffers', 'another');
  for (const [name, isStored] of names)
    if (isStored && !weights.has(name))
      refuse(tensorAt(name), 'a parameter of the program without numbers', 'a weight', 'none');
  const apart = [...names.keys()].filter((name) => !weights.has(name));
  const more = apart.length > 8 ? ` and ${apart.length - 8} more` : '';
  const tensors = new Map<string, Stored>();
  for (const [name, tensor] of weights) {
    const plain = name.replace(TRACED, '');
    if (tensors.has(plain)) refuse(tensorAt(plain), 'twice', 'one tensor of a name', name);
    tensors.set(plain, plain === name ? tensor : renamed(tensor, name));
  }
  return {
    format,
    tensors,
    notes: apart.length > 0 ? [`buffers that are no weights, not read: ${apart.slice(0, 8).join(', ')}${more}`] : [],
  };
}
