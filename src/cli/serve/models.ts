import { basename } from 'node:path';
import type { Model } from '../../index.js';
import { UsageError } from '../faults.js';
import { openModel } from '../open.js';
import type { Terminal } from '../terminal.js';
import type { ServeFlags } from './flags.js';

/** What may follow a model's name in the name of its file; two in a row too, as in `weather.gatewise.safetensors`. */
const ENDING = /\.(?:onnx|keras|h5|hdf5|pt|pth|ckpt|bin|json|index|safetensors|gatewise|nam)$/i;
/** What paths of requests, labels of metrics and keys of stores take as it is. */
const NAME = /^(?!\.+$)[\w.-]{1,128}$/;

/** A model under the name that requests know it by. */
export interface ServedFile {
  readonly name: string;
  readonly file: string;
  /** @throws {GatewiseError} */
  open(): Promise<Model>;
}

/**
 * `lstm.onnx` is served as `lstm`, and `other=lstm.onnx` as `other`.
 * @throws {UsageError} two of one name, a name that no path can have, options of a model that is none of them.
 */
export function servedFiles(
  given: readonly string[],
  { config, assume, build }: ServeFlags,
  memoryLimit: number | undefined,
  terminal: Terminal,
): ServedFile[] {
  const files = new Map<string, string>();
  for (const [name, file] of given.map(nameAndFile)) {
    const other = files.get(name);
    if (other !== undefined)
      throw new UsageError(`${name}: two models of one name, ${other} and ${file}; another=${file} names one of them`);
    files.set(name, file);
  }
  const configs = byModel('--config', config, files);
  const assumed = byModel('--assume', assume, files);
  return [...files].map(([name, file]) => {
    const flags = {
      ...(build !== undefined && { build }),
      ...(configs(name) !== undefined && { config: configs(name) as string }),
      ...(assumed(name) !== undefined && { assume: assumed(name) as string }),
    };
    return {
      name,
      file,
      open: async () =>
        (await openModel(file, flags, terminal, memoryLimit === undefined ? {} : { memoryLimit })).model,
    };
  });
}

function nameAndFile(given: string): [name: string, file: string] {
  const [, chosen, rest] = NAMED.exec(given) ?? [];
  const file = rest ?? given;
  if (file === '-') throw new UsageError('-: expected files, which can be opened again, got the standard input');
  const name = chosen ?? basename(file).replace(ENDING, '').replace(ENDING, '');
  if (NAME.test(name)) return [name, file];
  const expected = 'a name of at most 128 letters, digits, ".", "_" and "-"';
  throw new UsageError(`${file}: expected ${expected}, got ${JSON.stringify(name)}; name=${file} gives it one`);
}

const NAMED = /^([\w.-]+)=(.+)$/s;

/** An option that holds for one model if it says which, else for all. @throws {UsageError} a model that is not there, or twice the same. */
function byModel(
  flag: string,
  given: readonly string[] = [],
  models: ReadonlyMap<string, string>,
): (name: string) => string | undefined {
  const values = new Map<string, string>();
  for (const text of given) {
    const [, name = '', rest] = NAMED.exec(text) ?? [];
    if (name !== '' && !models.has(name))
      throw new UsageError(`${flag}: no such model; expected ${[...models.keys()].join(', ')}, got ${name}`);
    if (values.has(name)) throw new UsageError(`${flag}: given twice${name === '' ? '' : ` for ${name}`}`);
    values.set(name, rest ?? text);
  }
  return (name) => values.get(name) ?? values.get('');
}
