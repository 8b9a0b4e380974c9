import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Imported, LoadOptions } from '../importers/load/index.js';
import { load, sniff } from '../importers/load/index.js';
import { type Build, createModel, InputError, type Model, type ModelOptions } from '../index.js';
import { loadFile } from '../node/index.js';
import { UsageError } from './faults.js';
import type { BuildFlags, ModelFlags } from './flags.js';
import type { Terminal } from './terminal.js';

export interface OpenedFile extends Imported {
  /** Of the file itself; those beside it not counted. */
  readonly size: number;
}

/**
 * Opens a model file, or the one on the standard input.
 * @throws {ImportError} what `loadFile` refuses, or a config that the file's importer does. @throws {InputError} a config that is no JSON.
 */
export async function openFile(file: string, flags: ModelFlags, terminal: Terminal): Promise<OpenedFile> {
  const given = await configOf(flags);
  if (file === '-') {
    const bytes = await bytesOf(terminal.stdin());
    return { ...(await load(bytes, given && optionsFor(sniff(bytes), given))), size: bytes.length };
  }
  // As `loadFile` takes a SavedModel's folder.
  const inside = join(file, 'saved_model.pb');
  const path = (await stat(inside).catch(() => undefined))?.isFile() ? inside : file;
  const options = given && optionsFor(sniff(await readFile(path)), given);
  return { ...(await loadFile(path, options)), size: (await stat(path)).size };
}

/** As `openFile`, and the model ready to run. @throws {SpecError} @throws {MemoryLimitError} @throws {UsageError} no such kernels. */
export async function openModel(
  file: string,
  flags: ModelFlags & BuildFlags,
  terminal: Terminal,
  options: Pick<ModelOptions, 'memoryLimit'> = {},
): Promise<OpenedFile & { readonly model: Model }> {
  const build = buildOf(flags);
  const opened = await openFile(file, flags, terminal);
  return { ...opened, model: await createModel(opened, { ...options, ...(build && { build }) }) };
}

/** All of what comes, in one piece. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

/** What the file of `--config` holds and `--assume` says; undefined without them. @throws {InputError} */
export async function configOf({ config, assume }: ModelFlags): Promise<object | undefined> {
  const also = assume === undefined ? undefined : { assume };
  if (config === undefined) return also;
  const where = `config ${JSON.stringify(config)}`;
  let given: unknown;
  try {
    given = JSON.parse(await readFile(config, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new InputError('not JSON', { where, expected: "options of the file's importer", got: cause.message, cause });
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InputError('not an object', { where, expected: "options of the file's importer", got: typeof given });
  return { ...given, ...also };
}

function optionsFor(format: string, { limits, ...own }: { readonly limits?: object }): LoadOptions {
  // A checkpoint may be Keras' own, and its config is by Keras' terms then.
  const importer = format === 'tensorflow' && ('kerasVersion' in own || 'architecture' in own) ? 'keras' : format;
  return { ...(Object.keys(own).length > 0 && { [importer]: own }), ...(limits && { limits }) };
}

/** @throws {UsageError} no such kernels. */
export function buildOf({ build }: BuildFlags): Build | undefined {
  if (build === undefined || build === 'simd' || build === 'relaxed') return build;
  throw new UsageError(`--build: no such kernels; expected simd or relaxed, got ${build}`);
}
