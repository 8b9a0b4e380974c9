/// <reference types="node" />
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '../errors.js';
import {
  type Imported,
  type LoadOptions,
  type LoadSource,
  loadFrom,
  load as loadSource,
} from '../importers/load/index.js';

/** A path, or a URL of a file (`new URL('model.onnx', import.meta.url)`). */
export type PathLike = string | { readonly href: string };

/**
 * Opens a model file of any format that there is an importer for, with the files that it names beside it: ONNX' external data, the variables of a
 * SavedModel (`saved_model.pb`, or its folder), the shards of TensorFlow.js and of checkpoints. These are read from the file's own folder and those in it, and from nowhere else, whatever the model says
 * and wherever links lead; of a model that is a link itself (as in caches of model hubs), from the folder that it leads to as well.
 * @throws {ImportError} no such file, another folder, a file outside of the model's folder; whatever `load` refuses.
 */
export async function loadFile(path: PathLike, options?: LoadOptions): Promise<Imported> {
  const file = await describing(pathOf(path));
  const name = basename(file);
  const folder = dirname(file);
  let roots: string[] = [];
  const read = async (wanted: string): Promise<Uint8Array> => {
    const own = join(folder, wanted);
    const real = await found(own);
    // The model itself is read first, wherever it is: the caller asked for it.
    if (roots.length === 0) roots = [await realpath(folder), dirname(real)];
    else if (!roots.some((root) => isWithin(root, real))) throw outside(`file ${JSON.stringify(wanted)}`, real);
    return readFile(real);
  };
  return loadFrom(name, read, options);
}

/** As `load` of `gatewise/load`, and for paths and URLs of files `loadFile`. */
export async function load(source: LoadSource | PathLike, options?: LoadOptions): Promise<Imported> {
  const isPath = typeof source === 'string' ? !/^(https?|data|blob):/i.test(source) : isFileUrl(source);
  return isPath ? loadFile(source as PathLike, options) : loadSource(source as LoadSource, options);
}

const isFileUrl = (value: unknown): value is URL =>
  Object.prototype.toString.call(value) === '[object URL]' && (value as URL).protocol === 'file:';

function pathOf(path: PathLike): string {
  try {
    const text = typeof path === 'string' ? path : path.href;
    if (typeof path === 'string' && !/^(file|https?|data|blob):/i.test(text)) return path;
    return fileURLToPath(text);
  } catch (cause) {
    const expected = 'a string, or a URL of a file; load() takes bytes and other URLs';
    const got = typeof path === 'string' ? path.slice(0, 200) : Object.prototype.toString.call(path);
    throw new ImportError('not a path', { where: 'path', expected, got, cause });
  }
}

/** The graph of a SavedModel, of which TensorFlow's paths are its folder's. */
async function describing(path: string): Promise<string> {
  const inside = join(path, 'saved_model.pb');
  return (await stat(inside).catch(() => undefined))?.isFile() ? inside : path;
}

/** @returns where it really is. @throws {ImportError} no such file, or what is none. */
async function found(path: string): Promise<string> {
  const where = `file ${JSON.stringify(path)}`;
  try {
    const info = await stat(path);
    if (info.isFile()) return await realpath(path);
    const expected = info.isDirectory()
      ? 'the file in it that describes the model (*.onnx, model.json, saved_model.pb, *.index, …)'
      : 'a file';
    throw new ImportError(info.isDirectory() ? 'a folder' : 'no regular file', { where, expected, got: path });
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError('cannot be opened', { where, expected: 'a file', got: `${(cause as Error).message}`, cause });
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !/^[a-z]:|^[/\\]/i.test(way);
}

const outside = (where: string, got: string): ImportError =>
  new ImportError("a link that leads out of the model's folder", { where, expected: 'a file within it', got });
