import { show } from '../formats/json.js';
import { unpickle } from '../formats/pickle.js';
import { isZip, readZip } from '../formats/zip.js';
import { refuseFile } from './refuse.js';
import { type Decoded, dtypeOf, type Storage } from './tensor.js';
import { torchHooks } from './unpickle.js';

/** What `torch.save` wrote. */
export interface Checkpoint {
  readonly format: string;
  readonly value: unknown;
}

/** What torch.serialization writes first, before 1.6. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** Whether bytes are of `torch.save`: a zip, or pickles (of protocol 1: text; safetensors has a brace after 8 bytes). */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return isZip(bytes) || (bytes[8] !== 0x7b && (bytes[0] === 0x80 || bytes[0] === 0x4c || isTar(bytes)));
}

const isTar = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';

/**
 * Reads what `torch.save` wrote: the zip of 1.6 and later, or the stream of pickles before.
 * @throws {ImportError} TorchScript, the tar of PyTorch's first years, another byte order; malformed, truncated, not plain data.
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  if (isZip(bytes)) return readArchive(bytes);
  if (isTar(bytes)) refuseFile("PyTorch's first format, a tar", 'what torch.save has written since');
  return readStream(bytes);
}

/** `<name>/data.pkl` and `<name>/data/<key>`, one entry per storage. */
function readArchive(bytes: Uint8Array): Checkpoint {
  const names: string[] = [];
  const entries = readZip(bytes, {
    only(name) {
      names.push(name);
      return /(^|\/)(data\.pkl|byteorder|version|data\/[^/]+)$/.test(name);
    },
  });
  const [pickle, ...more] = names.filter((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickle === undefined || more.length > 0) {
    refuseFile('a zip, but not of torch.save', 'one data.pkl', names.slice(0, 8).join(', '));
  }
  const root = pickle.slice(0, -'data.pkl'.length);
  if (names.some((name) => name === `${root}constants.pkl` || name.startsWith(`${root}code/`))) {
    refuseFile('a TorchScript archive', 'torch.save(model.state_dict(), file)', 'code/');
  }
  const text = (name: string) => new TextDecoder().decode(entries.get(root + name)?.subarray(0, 20)).trim();
  refuseBigEndian(text('byteorder') === 'big');
  const storages = new Map<string, Storage>();
  const decoded: Decoded = { arrays: new Map(), left: 0 };
  const { value } = unpickle(entries.get(pickle) as Uint8Array, 0, torchHooks(storages, decoded));
  for (const storage of storages.values()) {
    const name = `${root}data/${storage.key}`;
    const data = entries.get(name);
    const expected = storage.length * dtypeOf(storage.dtype).bytes;
    if (data?.length !== expected) {
      refuseFile('not the bytes of its storage', `${expected} bytes`, data ? `${data.length}` : 'no entry', show(name));
    }
    storage.bytes = data;
    decoded.left += expected;
  }
  return { format: `PyTorch zip, version ${text('version') || 'unknown'}`, value };
}

/** Pickles one after another: magic number, version, system, the object, keys of storages; then the storages in that order. */
function readStream(bytes: Uint8Array): Checkpoint {
  const storages = new Map<string, Storage>();
  const decoded: Decoded = { arrays: new Map(), left: bytes.length };
  const hooks = torchHooks(storages, decoded);
  let at = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(bytes, at, hooks);
    at = end;
    return value;
  };
  if (next() !== MAGIC) refuseFile('a pickle, but not of torch.save', 'its magic number');
  if (next() !== 1001) refuseFile('an unknown version of the format', '1001');
  const system = next();
  refuseBigEndian(system instanceof Map && system.get('little_endian') === false);
  const value = next();
  const keys = next();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = storages.get(key as string);
    if (storage === undefined || storage.bytes)
      refuseFile('bytes of a storage that no tensor has', 'each storage once');
    const { length, dtype } = storage;
    const size = length * dtypeOf(dtype).bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
    if (view.byteLength < 8 + size)
      refuseFile('ends early', `${8 + size} bytes`, `${view.byteLength}`, `storage ${show(key)}`);
    const got = view.getBigInt64(0, true);
    if (got !== BigInt(length))
      refuseFile('not the length of its storage', `${length}`, `${got}`, `storage ${show(key)}`);
    storage.bytes = bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size;
  }
  for (const { key, bytes: found } of storages.values()) {
    if (!found)
      refuseFile('a storage without bytes', 'its key in the list of storages', 'none', `storage ${show(key)}`);
  }
  if (at !== bytes.length) refuseFile('bytes that belong to nothing', `${at} bytes`, `${bytes.length}`);
  return { format: 'PyTorch before 1.6, pickles', value };
}

function refuseBigEndian(big: boolean): void {
  if (big) refuseFile('numbers of the other byte order', 'little-endian', 'big-endian');
}
