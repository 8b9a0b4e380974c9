import { unpickle } from '../formats/pickle.js';
import { isZip, openZip } from '../formats/zip.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { Storage } from './tensor.js';
import { torchHooks } from './unpickle.js';

/** What `torch.save` wrote, or `torch.jit.save`. */
export interface Checkpoint {
  readonly format: string;
  /** Of TorchScript the module. */
  readonly value: unknown;
  readonly script?: Script;
}

/** What is in a TorchScript archive beside its module. */
export interface Script {
  /** The text of a part of its code, by its path: read, never run. */
  readonly codeOf: (path: string) => string | undefined;
  /** How many constants its code has. */
  readonly constants: number;
}

/** What torch.serialization writes first, before 1.6. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** Whether bytes are of `torch.save`: a zip, or pickles (of protocol 1: text; safetensors has a brace after 8 bytes). */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return isZip(bytes) || (bytes[8] !== 0x7b && (bytes[0] === 0x80 || bytes[0] === 0x4c || isTar(bytes)));
}

const isTar = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';

/**
 * Reads what `torch.save` wrote: the zip of 1.6 and later, or the stream of pickles before; or `torch.jit.save` since 1.3.
 * @throws {ImportError} TorchScript before 1.3, the tar of PyTorch's first years, another byte order; malformed, truncated, not plain data.
 */
export function readCheckpoint(bytes: Uint8Array, budget: Budget): Checkpoint {
  if (isZip(bytes)) return readArchive(bytes, budget);
  const storages = new Map<string, Storage>();
  const hooks = torchHooks(storages, budget);
  return readStream(bytes, storages, (position) => unpickle(bytes, position, hooks, budget));
}

type Storages = ReadonlyMap<unknown, Storage>;
type Unpickle = (position: number) => { value: unknown; end: number };

/** `<name>/data.pkl` and `<name>/data/<key>`, one entry per storage; of TorchScript also `constants.pkl` and `code/`. */
function readArchive(bytes: Uint8Array, budget: Budget): Checkpoint {
  const entries = openZip(bytes, budget);
  const names = [...entries.keys()];
  if (names.some((name) => /^([^/]*\/)?model\.json$/.test(name)))
    refuse('file', 'TorchScript of PyTorch before 1.3', 'what torch.jit.save has written since', 'model.json');
  const [pickle, ...more] = names.filter((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickle === undefined || more.length > 0)
    refuse('file', 'a zip, but not of torch.save', 'one data.pkl', names.slice(0, 8).join(', '));
  const root = pickle.slice(0, -'data.pkl'.length);
  const isScript = names.includes(`${root}constants.pkl`);
  const part = (name: string) => entries.get(root + name)?.();
  const text = (name: string) => new TextDecoder().decode(part(name)?.slice(0, 20)).trim();
  refuseBigEndian(text('byteorder') === 'big');
  const read = (name: string, storages: Map<string, Storage>) =>
    unpickle(part(name) as Uint8Array, 0, torchHooks(storages, budget, isScript), budget).value;
  const storages = new Map<string, Storage>();
  const value = read('data.pkl', storages);
  for (const storage of storages.values()) storage.fill(part(`data/${storage.key}`));
  const version = text('version') || 'unknown';
  if (!isScript) return { format: `PyTorch zip, version ${version}`, value };
  const constants = read('constants.pkl', new Map());
  const codeOf = (path: string) => {
    const code = part(`code/${path}`);
    if (code) budget.characters(code.length, `code ${path}`);
    return code && new TextDecoder().decode(code);
  };
  const script = { codeOf, constants: Array.isArray(constants) ? constants.length : 0 };
  return { format: `TorchScript, version ${version}`, value, script };
}

/** Pickles one after another: magic number, version, system, the object, keys of storages; then the storages in that order. */
function readStream(bytes: Uint8Array, storages: Storages, unpickle: Unpickle): Checkpoint {
  if (isTar(bytes)) refuse('file', "PyTorch's first format, a tar", 'what torch.save has written since');
  let position = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(position);
    position = end;
    return value;
  };
  if (next() !== MAGIC || next() !== 1001)
    refuse('file', 'a pickle, but not of torch.save', 'its magic number and version 1001');
  const system = next();
  refuseBigEndian(system instanceof Map && system.get('little_endian') === false);
  const value = next();
  const keys = next();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = storages.get(key);
    if (!storage || storage.filled) refuse('file', 'bytes of a storage that no tensor has', 'each storage once');
    const length = new DataView(bytes.slice(position, position + 8).buffer);
    position += 8;
    const got = length.byteLength < 8 ? 'nothing' : length.getBigInt64(0, true);
    if (got !== BigInt(storage.length)) refuse(storage.where, 'not its length', `${storage.length}`, `${got}`);
    storage.fill(bytes.subarray(position, position + storage.bytes));
    position += storage.bytes;
  }
  for (const storage of storages.values()) if (!storage.filled) storage.fill(undefined);
  if (position !== bytes.length) refuse('file', 'bytes that belong to nothing', `${position} bytes`, `${bytes.length}`);
  return { format: 'PyTorch before 1.6, pickles', value };
}

function refuseBigEndian(big: boolean): void {
  if (big) refuse('file', 'numbers of the other byte order', 'little-endian', 'big-endian');
}
