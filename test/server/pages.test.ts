import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, InputError, type Model } from '../../src/index.js';
import { createServer, type ModelServer, type RequestEvent } from '../../src/server/index.js';
import { randomFloats, stack } from '../support/random.js';
import { get, infer, post } from './client.js';

let model: Model;
let server: ModelServer;

beforeAll(async () => {
  model = await createModel(stack('lstm', 3, 5));
  server = createServer({ models: { m: model, 'a.b-c_1': model }, repository: true });
});

/** All values of a key, however deep. */
function* valuesOf(node: unknown, key: string): Generator<unknown> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === key) yield value;
    yield* valuesOf(value, key);
  }
}

describe('the OpenAPI document', () => {
  it('describes what is there, and nothing else', async () => {
    const { json } = await get(server, '/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    expect((await get(server, '/v2/openapi.json')).json).toEqual(json);
    const refs = [...valuesOf(json, '$ref')] as string[];
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) {
      const found = ref
        .split('/')
        .slice(1)
        .reduce((node, name) => node?.[name], json);
      expect(found, ref).toBeDefined();
    }
    const paths = Object.entries<Record<string, { parameters?: { in: string; name: string }[] }>>(json.paths);
    expect(paths.length).toBeGreaterThan(14);
    for (const [path, methods] of paths) {
      const own = path.replace('{model}', 'm').replace('{version}', '1');
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.flatMap((given) => (given.in === 'path' ? given.name : []))).toEqual(named);
        const asked = await (method === 'get' ? get(server, own) : post(server, own, {}));
        // A body or a handshake that is missing is another matter.
        expect([200, 400, 426, 503], `${method} ${path}`).toContain(asked.status);
        const other = await (method === 'get' ? post(server, own, {}) : get(server, own));
        expect([other.status, other.headers.get('allow')], path).toEqual([405, method.toUpperCase()]);
      }
    }
    const plain = createServer({ models: { m: model } });
    expect(
      Object.keys((await get(plain, '/openapi.json')).json.paths).some((path) => path.includes('repository')),
    ).toBe(false);
    expect((await post(plain, '/v2/repository/index', {})).status).toBe(404);
  });
});

describe('the status page', () => {
  it('shows models and runs nothing, whatever they are called', async () => {
    const odd = await createModel({ ...stack('gru', 2, 3), inputs: [{ name: 'x', features: 2 }] });
    const own = createServer({ models: { m: model, odd } });
    const { headers, json: page } = await get(own, '/');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(page).toContain('<td>x [batch, time, 3]</td>');
    expect(page).not.toMatch(/<script|undefined|NaN/);
  });

  it('escapes names of a file’s', async () => {
    const spec = stack('gru', 2, 3);
    const nodes = spec.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === 'x' ? '<b>&"' : name)),
    }));
    const named = await createModel({ ...spec, inputs: [{ name: '<b>&"', features: 2 }], nodes } as never);
    const { json: page } = await get(createServer({ models: { named } }), '/');
    expect(page).toContain('&lt;b&gt;&amp;&quot; [batch, time, 2]');
    expect(page).not.toContain('<b>');
  });
});

describe('the repository', () => {
  it('refuses what it does not know', async () => {
    for (const [path, body] of [
      ['models/none/load', {}],
      ['models/m/reload', {}],
      ['models', {}],
      ['models/m/load', { parameters: { config: '{}' } }],
      ['index', []],
      ['index', { ready: 1 }],
    ] as const) {
      const { status, json } = await post(server, `/v2/repository/${path}`, body);
      expect([400, 404], path).toContain(status);
      expect(json.error).toMatch(/./);
    }
    const all = (await post(server, '/v2/repository/index', {})).json;
    expect(all.map(({ name }: { name: string }) => name)).toEqual(['m', 'a.b-c_1']);
  });
});

describe('an observer', () => {
  it('is told of every request, and does no harm', async () => {
    const events: RequestEvent[] = [];
    const own = createServer({
      models: { m: model },
      limits: { queue: 1 },
      observer: {
        request: (event) => {
          events.push(event);
          throw new Error('of the observer');
        },
      },
    });
    const data = randomFloats(3, 1);
    await infer(own, 'm', { data });
    await infer(own, 'm', { data, parameters: { sequence_id: 1 } });
    await Promise.all([infer(own, 'm', { data }), infer(own, 'm', { data })]);
    await get(own, '/v2/models/none');
    await get(own, '/v2/health/live');
    expect(events.map(({ route, model, status, refusal }) => [route, model, status, refusal])).toEqual([
      ['infer', 'm', 200, undefined],
      ['infer', 'm', 410, 'gone'],
      ['infer', 'm', 429, 'queue-full'],
      ['infer', 'm', 200, undefined],
      ['unknown', undefined, 404, 'unknown'],
      ['live', undefined, 200, undefined],
    ]);
    for (const { seconds } of events) expect(seconds).toBeGreaterThanOrEqual(0);
  });

  it('is told why the server failed; the client is not', async () => {
    const events: RequestEvent[] = [];
    const own = createServer({
      models: { m: model },
      authorise: () => {
        throw new Error('a secret');
      },
      observer: { request: (event) => events.push(event) },
    });
    const { status, json } = await get(own, '/v2');
    expect([status, json]).toEqual([500, { error: 'the server failed' }]);
    expect(events[0]?.error).toEqual(new Error('a secret'));
  });
});

describe('options', () => {
  it.each([
    ['a name with a slash', { models: { 'a/b': 0 } }, /models: not a name/],
    ['an unknown limit', { models: {}, limits: { bytes: 1 } }, /unknown limit/],
    ['a limit that is none', { models: {}, limits: { queue: 0 } }, /limits.queue: not a limit/],
    ['a window that is none', { models: {}, batchWindow: -1 }, /batchWindow: not a window/],
    ['an unknown option', { models: {}, modles: {} }, /unknown option "modles"/],
    ['no models', {}, /models/],
    ['a model that is none', { models: { m: 7 } }, /models.m/],
  ])('%s', (_, options, message) => {
    const make = () => createServer(options as never);
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});
