import { type Call, json, type Reply } from './call.js';
import { type Asked, checkVersion, infer } from './infer.js';
import type { Served } from './models.js';
import type { Route } from './observer.js';
import type { ServerOptions } from './options.js';
import { checkOrigin } from './origin.js';
import { openApi } from './pages/openapi.js';
import { statusPage } from './pages/status.js';
import type { Parts } from './parts.js';
import { readBody } from './protocol/body.js';
import { field, flag, objectOf } from './protocol/fields.js';
import { parseJson } from './protocol/request.js';
import { Refusal, refuse } from './refusal.js';
import { openStream } from './stream/open.js';

/** What is observed of a request beside its reply. */
interface Seen {
  route: Route;
  model: string | undefined;
}

/** Of the package; a test compares. */
const VERSION = '0.1.0';

/** Extensions of the protocol, by its names for them. */
const EXTENSIONS = ['binary_tensor_data', 'sequence', 'sequence(string_id)'];

/**
 * Finds what a request is for.
 * @param until when it must be answered, as `performance.now()` counts.
 * @throws {Refusal}
 */
export async function route(call: Call, server: Parts, until: number, seen: Seen): Promise<Reply> {
  const [pathname = '', query = ''] = splitOnce(targetOf(call.url), '?');
  const path = pathname.split('/').slice(1).map(decoded);
  // One slash at the end is none.
  if (path.length > 1 && path.at(-1) === '') path.pop();
  const [first, second, third] = path;
  if (first === 'v2' && second === 'health' && path.length === 3) {
    if (third === 'live') return get(call, seen, 'live', () => json({ live: true }));
    if (third === 'ready') return get(call, seen, 'ready', () => ready(server));
  }
  // In an object of a Worker's: that has looked.
  if (!server.options.within) checkOrigin(call, server.options.origins ?? []);
  const subject = server.options.authorise ? await subjectOf(call, server.options.authorise) : '';
  if (path.length === 1 && first === '') return get(call, seen, 'status', () => statusPage(server));
  if (first === 'openapi.json' || (second === 'openapi.json' && first === 'v2')) {
    return get(call, seen, 'openapi', () => json(openApi(server)));
  }
  if (first === 'v2') {
    if (path.length === 1) return get(call, seen, 'metadata', () => json(serverMetadata(server)));
    if (second === 'models' && third !== undefined) {
      const served = server.models.get(third);
      seen.model = served.name;
      return ofModel(call, server, served, path.slice(3), query, { subject, until }, seen);
    }
    if (second === 'repository') return repository(call, server, path.slice(2), until, seen);
  }
  return refuse(
    'unknown',
    'path',
    'nothing is there',
    '/v2, or /openapi.json for all there is',
    JSON.stringify(pathname.slice(0, 200)),
  );
}

/** `/v2/models/{model}` and what is below it. */
function ofModel(
  call: Call,
  server: Parts,
  served: Served,
  rest: readonly string[],
  query: string,
  asked: Omit<Asked, 'version'>,
  seen: Seen,
): Reply | Promise<Reply> {
  const [first, version] = rest;
  const versioned = first === 'versions' && version !== undefined;
  const path = versioned ? rest.slice(2) : rest;
  const of = { ...asked, version: versioned ? version : undefined };
  if (path.length === 0) {
    return get(call, seen, 'metadata', async () => {
      const host = await served.host();
      checkVersion(host.version, of.version);
      return json(host.metadata);
    });
  }
  if (path.length === 1) {
    if (path[0] === 'ready') {
      return get(call, seen, 'ready', async () => {
        const host = await served.host();
        checkVersion(host.version, of.version);
        return json({ name: served.name, ready: true });
      });
    }
    if (path[0] === 'infer') {
      allow(call, 'POST', seen, 'infer');
      refuseWhileDraining(server);
      return infer(call, served, server, of);
    }
    if (path[0] === 'stream') {
      allow(call, 'GET', seen, 'stream');
      refuseWhileDraining(server);
      return openStream(call, server, served, new URLSearchParams(query), of);
    }
  }
  return refuse(
    'unknown',
    'path',
    'nothing is there',
    'ready, infer or stream of a model',
    JSON.stringify(path.join('/').slice(0, 200)),
  );
}

async function ready({ models, options, draining }: Parts): Promise<Reply> {
  if (draining) refuse('draining', 'server', 'is about to end');
  await options.store?.ping().catch((cause: unknown) => {
    throw new Refusal('store', 'cannot be reached', { where: 'store', cause });
  });
  await Promise.all(models.all.map((served) => served.state.reason === 'unloaded' || served.host()));
  return json({ ready: true });
}

const serverMetadata = ({ options }: Parts): object => ({
  name: 'gatewise',
  version: VERSION,
  extensions: options.repository ? [...EXTENSIONS, 'model_repository'] : EXTENSIONS,
});

/** `/v2/repository`, where it is asked for. */
async function repository(
  call: Call,
  server: Parts,
  [first, name, what]: readonly string[],
  until: number,
  seen: Seen,
): Promise<Reply> {
  if (!server.options.repository) refuse('unknown', 'path', 'the repository is not served');
  const body = async (): Promise<ReturnType<typeof objectOf>> =>
    objectOf(parseJson(await readBody(call, server.limits.bodyBytes, until), {}), 'request');
  if (first === 'index' && name === undefined) {
    allow(call, 'POST', seen, 'repository');
    const readyOnly = flag(await body(), 'ready', 'request') ?? false;
    const states = server.models.all.map(({ state }) => state);
    return json(readyOnly ? states.filter(({ state }) => state === 'READY') : states);
  }
  if (first === 'models' && name !== undefined && (what === 'load' || what === 'unload')) {
    allow(call, 'POST', seen, 'repository');
    const served = server.models.get(name);
    seen.model = served.name;
    const parameters = field(await body(), 'parameters') ?? {};
    for (const parameter of Object.keys(objectOf(parameters, 'request.parameters'))) {
      // Models stand alone, so none depends on another.
      if (parameter === 'unload_dependents' && what === 'unload') continue;
      refuse('malformed', 'request.parameters', 'unknown parameter', 'none', JSON.stringify(parameter.slice(0, 100)));
    }
    if (what === 'load') await served.load();
    else served.unload();
    return json({});
  }
  return refuse('unknown', 'path', 'nothing is there', 'index, models/{model}/load or models/{model}/unload');
}

/** @throws {Refusal} the client may not. */
async function subjectOf(call: Call, authorise: NonNullable<ServerOptions['authorise']>): Promise<string> {
  const subject = await authorise(call);
  if (typeof subject !== 'string') refuse('unauthorised', 'request', 'not authorised');
  if (subject.length > 128) refuse('internal', 'authorise', 'a subject that is too long', 'at most 128 characters');
  return subject;
}

const refuseWhileDraining = ({ draining }: Parts): void => {
  if (draining) refuse('draining', 'server', 'is about to end; another one goes on');
};

async function get(call: Call, seen: Seen, name: Route, answer: () => Reply | Promise<Reply>): Promise<Reply> {
  allow(call, 'GET', seen, name);
  const reply = await answer();
  return call.method === 'HEAD' ? { ...reply, body: '' } : reply;
}

/** @throws {Refusal} another method. */
function allow({ method }: Call, allowed: 'GET' | 'POST', seen: Seen, name: Route): void {
  seen.route = name;
  if (method === allowed || (allowed === 'GET' && method === 'HEAD')) return;
  const refusal = new Refusal('method', 'not this method', {
    where: 'method',
    expected: allowed,
    got: JSON.stringify(method.slice(0, 20)),
  });
  refusal.headers = { allow: allowed };
  throw refusal;
}

/** Path and query. */
function targetOf(url: string): string {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/, '');
  return splitOnce(target, '#')[0] as string;
}

/** The parts before and after the first of such a character. */
function splitOnce(text: string, at: string): readonly string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return refuse('malformed', 'path', 'not percent-encoded UTF-8', undefined, JSON.stringify(segment.slice(0, 100)));
  }
}
