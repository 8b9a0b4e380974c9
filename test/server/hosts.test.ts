import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createModel, type Model } from '../../src/index.js';
import { createServer } from '../../src/server/index.js';
import { type Listening, listen } from '../../src/server/node.js';
import { stack } from '../support/random.js';

// Pages whose own domain is made to resolve to this machine: DNS rebinding.

let model: Model;
beforeAll(async () => {
  model = await createModel(stack('lstm', 3, 6));
});

const listening = (hosts?: readonly string[], host = '127.0.0.1'): Promise<Listening> =>
  listen(createServer({ models: { m: model } }), { port: 0, host, ...(hosts && { hosts }) });

/** Status and text of a reply to a request that names a host, and an origin if a page sends it. */
const asked = (port: number, host: string, origin?: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = { host, ...(origin !== undefined && { origin }) };
    const sent = request({ host: '127.0.0.1', port, path: '/v2/models/m', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });

/** The first message of a stream, or the status that was answered. */
const opened = (port: number, host: string): Promise<string | number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v2/models/m/stream`, { headers: { host } });
    socket.on('message', () => {
      socket.close(1000);
      resolve('opened');
    });
    socket.on('unexpected-response', (sent, { statusCode }) => {
      sent.destroy();
      resolve(statusCode ?? 0);
    });
    socket.on('error', reject);
  });

describe('on this machine alone', () => {
  let listener: Listening;
  beforeAll(async () => {
    listener = await listening();
  });
  afterAll(() => listener.close());

  it.each([
    'localhost',
    'LOCALHOST:8080',
    'localhost.',
    'models.localhost:1',
    '127.0.0.1',
    '127.0.0.1:8080',
    '[::1]:80',
    '192.168.1.7',
  ])('a request for %s is answered', async (host) => {
    expect((await asked(listener.port, host)).status).toBe(200);
  });

  it.each([
    'attacker.example',
    'attacker.example:8080',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'notlocalhost',
    '[attacker]',
  ])('a request for %j is not, though it is of one origin with its page', async (host) => {
    const { status, text } = await asked(listener.port, host, `http://${host}`);
    expect(status).toBe(421);
    expect(JSON.parse(text)).toEqual({
      error: `host: not a name of this server; expected localhost, an address, got ${JSON.stringify(host)}`,
    });
  });

  it('holds for WebSockets', async () => {
    expect(await opened(listener.port, 'localhost')).toBe('opened');
    expect(await opened(listener.port, 'attacker.example')).toBe(421);
  });
});

describe('names', () => {
  it.each([
    ['that a proxy passes on are answered where they are given', ['Models.example'], 'models.example:443', 200],
    ['beside them are not', ['models.example'], 'attacker.example', 421],
    ['of any kind are where all are', ['*'], 'attacker.example', 200],
  ])('%s', async (_, hosts, host, status) => {
    const listener = await listening(hosts);
    expect((await asked(listener.port, host)).status).toBe(status);
    await listener.close();
  });

  it('are not looked at where others than this machine may ask, unless some are given', async () => {
    const open = await listening(undefined, '0.0.0.0');
    expect((await asked(open.port, 'models.example')).status).toBe(200);
    await open.close();
    const named = await listening(['models.example'], '0.0.0.0');
    expect((await asked(named.port, 'models.example')).status).toBe(200);
    expect((await asked(named.port, 'attacker.example')).status).toBe(421);
    await named.close();
  });

  it.each(['models.example', ['models.example:443'], ['http://models.example'], [7]])('%j are none', async (hosts) => {
    await expect(listening(hosts as never)).rejects.toThrow(
      /^hosts: not a list of names; expected 'models.example' and the like, without ports, got /,
    );
  });
});
