import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer } from '../../src/server/index.js';
import { type Listening, listen } from '../../src/server/node.js';
import { stack } from '../support/random.js';

// Pages of other sites, which a browser would let use a server that only its machine can reach.

let model: Model;
beforeAll(async () => {
  model = await createModel(stack('lstm', 3, 6));
});

const asked = async (server: ModelServer, origin?: string, url = 'http://here:8080/v2/models/m'): Promise<Response> =>
  server.fetch(new Request(url, { headers: { ...(origin !== undefined && { origin }) } }));

describe('requests by fetch', () => {
  it.each([undefined, 'http://here:8080', 'HTTP://HERE:8080'])('from %s are answered', async (origin) => {
    expect((await asked(createServer({ models: { m: model } }), origin)).status).toBe(200);
  });

  it.each(['http://elsewhere', 'http://here:8081', 'http://here', 'http://here:8080.elsewhere', 'null', ''])(
    'from a page of %j are not',
    async (origin) => {
      const reply = await asked(createServer({ models: { m: model } }), origin);
      expect(reply.status).toBe(403);
      expect(await reply.json()).toEqual({
        error: `origin: a page from elsewhere; expected here:8080, got ${JSON.stringify(origin)}`,
      });
    },
  );

  it('from pages that are allowed are answered, and no others', async () => {
    const server = createServer({ models: { m: model }, origins: ['https://app.example'] });
    expect((await asked(server, 'https://app.example')).status).toBe(200);
    expect((await asked(server, 'https://app.example.elsewhere')).status).toBe(403);
    expect((await asked(createServer({ models: { m: model }, origins: ['*'] }), 'https://any')).status).toBe(200);
  });

  it('for health are answered to everybody', async () => {
    const reply = await asked(createServer({ models: {} }), 'http://elsewhere', 'http://here:8080/v2/health/live');
    expect(reply.status).toBe(200);
  });
});

it('origins that are none', () => {
  expect(() => createServer({ models: {}, origins: 'https://app.example' as never })).toThrow(
    'origins: not a list of origins; expected \'https://app.example\' and the like, got "https://app.example"',
  );
});

describe('WebSockets in Node', () => {
  let listener: Listening;
  beforeAll(async () => {
    listener = await listen(createServer({ models: { m: model } }), { port: 0 });
  });
  afterAll(() => listener.close());

  /** The first message, or the status that was answered. */
  const opened = (origin?: string): Promise<string | number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${listener.port}/v2/models/m/stream`, { ...(origin && { origin }) });
      socket.on('message', (message) => {
        socket.close(1000);
        resolve(`${JSON.parse(`${message}`).features}`);
      });
      socket.on('unexpected-response', (request, { statusCode }) => {
        request.destroy();
        resolve(statusCode ?? 0);
      });
      socket.on('error', reject);
    });

  it('are opened for programs and for pages of the server, and for no other page', async () => {
    expect(await opened()).toBe('3');
    expect(await opened(`http://127.0.0.1:${listener.port}`)).toBe('3');
    expect(await opened('http://elsewhere')).toBe(403);
  });
});
