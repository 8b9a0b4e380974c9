import { ImportError } from '../../errors.js';
import { describeNoBytes, type FileBytes, isBytes, viewBytes } from '../formats/bytes.js';
import { plainPath } from '../formats/paths.js';
import { recordOf } from '../formats/record.js';
import { isZip } from '../formats/zip.js';
import type { ImportOptions } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { isModelProto } from './onnx-proto.js';
import { type Format, sniff } from './sniff.js';

/** Formats that come in several files, the surest to tell first; and the names of the file that describes the model. */
const SEVERAL: ReadonlyMap<Format, RegExp> = new Map<Format, RegExp>([
  ['tfgraph', /\.pb$/i],
  ['tensorflow', /(\.index|manifest\.json|model\.json)$/i],
  ['tfjs', /\.json$/i],
  ['onnx', /\.(onnx|pb)$/i],
]);
/** Names of files that hold numbers alone. */
const DATA = /\.(data|bin|weights?|raw|npy)\b|_data$/i;

/** What there is to open: the file that says what the model is, and those beside it by their paths from its folder. */
export interface Found {
  readonly main: Uint8Array;
  readonly format: Format;
  readonly others: Readonly<Record<string, FileBytes>>;
}

interface Candidate {
  readonly path: string;
  readonly main: Uint8Array;
  readonly format: Format;
}

/**
 * Files by name, one of which describes the model.
 * @throws {ImportError} no files; of one file, as `sniff` says; of several, as `chooseAmong` does.
 */
export function choose(source: Readonly<Record<string, FileBytes>>, options: ImportOptions = {}): Found {
  const files = Object.prototype.toString.call(source) === '[object Object]' ? Object.entries(source) : [];
  if (!files.some(([, bytes]) => isBytes(bytes)))
    refuse('source', 'nothing to open', 'bytes, or files by name', describeNoBytes(source));
  const views = files.map(([name, bytes]) => [name, viewBytes(bytes, `file ${JSON.stringify(name)}`)] as const);
  const [[, main]] = views as [(typeof views)[number]];
  return views.length === 1 ? { main, format: sniff(main, options), others: {} } : chooseAmong(views, options);
}

/**
 * Of several files, the one that describes the model. Numbers may look like anything, so only formats of several files are
 * thought of, and where several files look like one, names decide.
 * @throws {ImportError} none, or several; two files of one path; files beside a model of one file.
 */
function chooseAmong(files: readonly (readonly [name: string, bytes: Uint8Array])[], options: ImportOptions): Found {
  const paths = files.map(([name, main]) => ({ path: plainPath(name), main }));
  const names = paths.map(({ path }) => path).join(', ');
  if (new Set(paths.map(({ path }) => path)).size < paths.length)
    refuse('source', 'a file twice', 'every path once', names);
  const known = paths.flatMap((file): Candidate[] => {
    const format = formatOf(file, options);
    return format ? [{ ...file, format }] : [];
  });
  const candidates = known.filter(({ format, main }) => SEVERAL.has(format) && !isZip(main));
  const [chosen, rival] = candidates.sort((a, b) => rank(b) - rank(a) || order(a) - order(b));
  if (!chosen) {
    const [alone] = known;
    if (alone) refuse('source', `files beside a model of one file (${alone.format})`, `${alone.path} alone`, names);
    refuse('source', 'no file of a known format', 'one that describes a model', files.map(([name]) => name).join(', '));
  }
  if (rival && rank(rival) === rank(chosen) && rival.format === chosen.format)
    refuse('source', 'several files that describe a model', 'one', `${chosen.path}, ${rival.path}`);
  const folder = chosen.path.slice(0, chosen.path.lastIndexOf('/') + 1);
  const others = paths.filter(({ path }) => path !== chosen.path);
  const fromFolder = (path: string) => (path.startsWith(folder) ? path.slice(folder.length) : path);
  return { ...chosen, others: recordOf(others.map(({ path, main }) => [fromFolder(path), main])) };
}

function formatOf({ path, main }: Omit<Candidate, 'format'>, options: ImportOptions): Format | undefined {
  try {
    const format = sniff(main, options);
    // By its name even if it is damaged: its importer says how.
    return format === 'onnx' && !isModelProto(main) && !SEVERAL.get(format)?.test(path) ? undefined : format;
  } catch (error) {
    if (error instanceof ImportError) return undefined;
    throw error;
  }
}

/** How well a name suits a file that describes a model of this format. */
const rank = ({ path, format }: Candidate): number => (SEVERAL.get(format)?.test(path) ? 2 : DATA.test(path) ? 0 : 1);
const order = ({ format }: Candidate): number => [...SEVERAL.keys()].indexOf(format);
