import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { isJson } from '../formats/json.js';
import { pathWithin } from '../formats/paths.js';
import { Budget } from '../shared/budget.js';
import type { ImportOptions } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Found } from './choose.js';
import { type Format, sniff } from './sniff.js';

/** Gives the bytes of a file by its path from the model's folder, `/` between its parts. */
export type ReadFile = (path: string) => FileBytes | PromiseLike<FileBytes>;

/** No model comes in more files. */
const MOST_FILES = 10_000;
/** Files that are read at the same time. */
const AT_ONCE = 6;

/**
 * A model by the name of the file that describes it, and the files beside it that this names: ONNX' external data, a SavedModel's
 * variables, the shards of TensorFlow.js, of a checkpoint. Each is read once, and none outside of the model's folder, whatever the model says.
 * @param name in its folder. @param given paths of files that need not be read.
 * @throws {ImportError} of no known format; a file outside of the folder; too many.
 */
export async function readWithBeside(
  name: string,
  read: ReadFile,
  options: ImportOptions = {},
  given: readonly string[] = [],
): Promise<Found> {
  const main = viewBytes(await read(name), `file ${JSON.stringify(name)}`);
  const format = sniff(main, options);
  const others: Record<string, FileBytes> = Object.create(null);
  const known = new Set(given.map(pathWithin));
  await readAll(await namesIn(main, format, name, options), read, known, others);
  // Of a SavedModel, which names the index of its variables, that names the files of these.
  const index = format === 'tfgraph' ? Object.keys(others).find((path) => path.endsWith('.index')) : undefined;
  if (index !== undefined) {
    const bytes = viewBytes(others[index] as FileBytes);
    await readAll(await namesIn(bytes, 'tensorflow', index, options), read, known, others);
  }
  return { main, format, others };
}

/** Reads files that a model names, but for those that are known. */
async function readAll(
  names: readonly string[],
  read: ReadFile,
  known: ReadonlySet<string | undefined>,
  others: Record<string, FileBytes>,
): Promise<void> {
  const paths = new Set<string>();
  for (const wanted of names) {
    const path =
      pathWithin(wanted) ??
      refuse(`file ${JSON.stringify(wanted)}`, "a file outside the model's folder", 'a path within it', wanted);
    if (!known.has(path)) paths.add(path);
  }
  if (paths.size > MOST_FILES) refuse('file', 'too many files', `at most ${MOST_FILES}`, `${paths.size}`);
  const waiting = [...paths].reverse();
  const work = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      try {
        others[path] = viewBytes(await read(path), `file ${JSON.stringify(path)}`);
      } catch (error) {
        // None is read any more.
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** The names of the files that a model consists of beside its first, as it says them. */
async function namesIn(
  main: Uint8Array,
  format: Format,
  name: string,
  { limits }: ImportOptions,
): Promise<readonly string[]> {
  const budget = new Budget(main.length, limits);
  if (format === 'onnx') return (await import('../onnx/external.js')).externalNames(main, budget);
  if (format === 'tfgraph') return (await import('../tfgraph/beside.js')).filesBeside(main, budget);
  if (format === 'tfjs' || (format === 'tensorflow' && isJson(main)))
    return (await import('../shared/weights-manifest.js')).shardNames(main, budget);
  const [, stem] = /^(.*)\.index$/.exec(name) ?? [];
  if (format !== 'tensorflow' || stem === undefined) return [];
  const count = (await import('../tensorflow/bundle.js')).shardCount(main, budget) ?? 0;
  if (count > MOST_FILES) refuse('index', 'too many shards', `at most ${MOST_FILES}`, `${count}`);
  const padded = (n: number): string => `${n}`.padStart(5, '0');
  return Array.from({ length: count }, (_, shard) => `${stem}.data-${padded(shard)}-of-${padded(count)}`);
}
