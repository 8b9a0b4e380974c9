import { ImportError } from '../../errors.js';
import { type FileBytes, isBytes, tagOf, viewBytes } from '../formats/bytes.js';
import { recordOf } from '../formats/record.js';
import type { ImportOptions } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { readWithBeside } from './beside.js';
import { choose, type Found } from './choose.js';
import { sniff } from './sniff.js';

/** What a Response and a Blob have in common. */
interface Body {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A Response as far as it matters here: types that need no library of a browser's. */
interface Answer extends Body {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
}

/**
 * What `load` was given that is not simply bytes: where they are (a URL), what will be them (a promise), what holds them (a Response,
 * a Blob, files that a user chose), or several by name.
 * @param given paths of files beside the model that need not be fetched.
 * @throws {ImportError} a path, which only the runtime can open, with what to do; an answer that is no file; what `choose` refuses.
 */
export async function open(
  source: unknown,
  options: ImportOptions = {},
  given: readonly string[] = [],
): Promise<Found> {
  const awaited = await settled('source', source);
  if (isBytes(awaited)) {
    const main = viewBytes(awaited);
    return { main, format: sniff(main, options), others: {} };
  }
  const url = urlOf(awaited);
  if (url !== undefined) return openUrl(url, options, given);
  if (isAnswer(awaited)) {
    const first = await bytesOf('source', awaited);
    return awaited.url ? openUrl(awaited.url, options, given, first) : open(first, options);
  }
  if (isBody(awaited)) return open(await bytesOf('source', awaited), options);
  return choose(await filesOf(awaited), options);
}

/** Files by name: those that a user chose know theirs; each may be a promise, a Response or a Blob. */
async function filesOf(source: unknown): Promise<Readonly<Record<string, FileBytes>>> {
  const listed = Array.isArray(source) || tagOf(source) === 'FileList';
  const list = listed ? Array.from(source as ArrayLike<{ readonly name?: unknown; webkitRelativePath?: string }>) : [];
  const named = list.length > 0 && list.every((file) => isBody(file) && typeof file.name === 'string');
  if (!named && tagOf(source) !== 'Object') return source as Readonly<Record<string, FileBytes>>;
  const entries = named
    ? list.map((file) => [file.webkitRelativePath || (file.name as string), file] as const)
    : Object.entries(source as object);
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) < index);
  if (twice) refuse(`file ${JSON.stringify(twice[0])}`, 'a file twice', 'every name once', twice[0]);
  // All at once: a promise that fails while another is waited for would be nobody's.
  const files = entries.map(async ([name, file]) => {
    const where = `file ${JSON.stringify(name)}`;
    const held: unknown = await settled(where, file);
    return [name, isBody(held) ? await bytesOf(where, held) : (held as FileBytes)] as const;
  });
  return recordOf(await Promise.all(files));
}

/** The URL that something is; undefined if it is none. @throws {ImportError} one of a file, or a path. */
function urlOf(source: unknown): string | undefined {
  const isUrl = tagOf(source) === 'URL';
  if (typeof source !== 'string' && !isUrl) return undefined;
  const text = `${source}`;
  if (/^(https?|data|blob):/i.test(text)) return text;
  const [what, expected] = /^file:/i.test(text)
    ? ['a file of this machine', 'loadFile(url) of gatewise/node, or its bytes']
    : /^[a-z][a-z\d+.-]+:/i.test(text)
      ? ['a URL that cannot be fetched', 'http, https, data or blob']
      : ['a path', 'loadFile(path) of gatewise/node; in a page new URL(path, document.baseURI)'];
  return refuse('source', what, expected, text.slice(0, 200));
}

/** @param first the bytes of the file at the URL, if they are there. */
function openUrl(url: string, options: ImportOptions, given: readonly string[], first?: FileBytes): Promise<Found> {
  const hierarchical = /^https?:/i.test(url);
  const base = hierarchical ? new URL(url) : undefined;
  const name = base ? decode(base.pathname.slice(base.pathname.lastIndexOf('/') + 1)) : '';
  let isFirst = true;
  const read = (path: string): FileBytes | Promise<FileBytes> => {
    if (isFirst) {
      isFirst = false;
      return first ?? fetched(url);
    }
    if (!base)
      return refuse(
        `file ${JSON.stringify(path)}`,
        'a model of several files',
        'all of them by name',
        url.slice(0, 80),
      );
    // Every part is escaped, so that none of it is a way elsewhere; what stands behind the path (a signature) holds for all.
    const beside = new URL(path.split('/').map(encodeURIComponent).join('/'), base);
    beside.search = base.search;
    return fetched(beside.href);
  };
  return readWithBeside(name, read, options, given);
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

async function fetched(url: string): Promise<FileBytes> {
  const where = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  const { fetch: get } = globalThis as { readonly fetch?: (url: string) => Promise<Answer> };
  if (!get) refuse(where, 'this runtime has no fetch', 'the bytes of the file');
  return bytesOf(where, (await settled(where, get(url))) as Answer);
}

async function bytesOf(where: string, body: Body): Promise<FileBytes> {
  if (isAnswer(body) && !body.ok)
    refuse(body.url || where, 'the server did not give the file', 'status 200', `status ${body.status}`);
  return (await settled(where, body.arrayBuffer())) as ArrayBuffer;
}

/** What a promise comes to. @throws {ImportError} with what it failed of. */
async function settled(where: string, value: unknown): Promise<unknown> {
  try {
    return await value;
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    const reason = (cause as { readonly cause?: unknown } | undefined | null)?.cause;
    const got = `${cause}${reason === undefined ? '' : ` (${reason})`}`.slice(0, 300);
    throw new ImportError('cannot be read', { where, expected: 'the bytes of a file', got, cause });
  }
}

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Body>).arrayBuffer === 'function';
const isAnswer = (value: unknown): value is Answer => isBody(value) && 'ok' in value && 'url' in value;
