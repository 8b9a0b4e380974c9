import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer, type ServerOptions } from '../../src/server/index.js';
import { type Listening, listen } from '../../src/server/node.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';
import { binaryBody, read } from './client.js';

const FEATURES = 3;
let model: Model;
let server: ModelServer;
let listening: Listening | undefined;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 6));
});

afterEach(async () => {
  await server.close();
  await listening?.close();
  listening = undefined;
});

async function start(options: Partial<ServerOptions> = {}): Promise<string> {
  server = createServer({ models: { m: model }, ...options });
  listening = await listen(server, { port: 0 });
  return `127.0.0.1:${listening.port}`;
}

/** What a server says to text that is sent as it is, until it closes or has said so much. */
function raw(address: string, parts: readonly string[], until = /\r\n\r\n[\s\S]*\}/): Promise<string> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    let got = '';
    const socket: Socket = connect(Number(port), host);
    socket.on('error', () => resolve(got));
    socket.on('close', () => resolve(got));
    socket.on('data', (data) => {
      got += data;
      if (until.test(got)) socket.destroy();
    });
    socket.setTimeout(20_000, () => reject(new Error(`nothing more than ${got}`)));
    for (const part of parts) socket.write(part);
  });
}

describe('in Node', () => {
  const x = randomFloats(4 * FEATURES, 1);

  it('answers over a port, in large and small, to many', async () => {
    const address = await start();
    const ask = (x: Float32Array) =>
      fetch(`http://${address}/v2/models/m/infer`, {
        method: 'POST',
        ...binaryBody({ data: x, shape: [1, x.length / FEATURES, FEATURES] }),
      }).then(read);
    const inputs = [1, 2, 50_000].map((time) => randomFloats(time * FEATURES, time));
    for (const input of inputs) {
      const { status, outputs, headers } = await ask(input);
      expect(status).toBe(200);
      expect(Number(headers.get('content-length'))).toBeGreaterThan(input.byteLength);
      expectSameBits(Object.values(outputs)[0] as Float32Array, model.run(input));
    }
    const page = await fetch(`http://${address}/`);
    expect(page.headers.get('content-type')).toMatch(/html/);
    expect(await page.text()).toContain('<td>m</td>');
    expect((await fetch(`http://${address}/v2`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    ['what is no HTTP', ['hello\r\n\r\n'], 400],
    ['no host', ['GET /v2 HTTP/1.1\r\n\r\n'], 400],
    ['a path that is none', ['GET //[ HTTP/1.1\r\nhost: localhost\r\n\r\n'], 404],
    ['headers without end', [`GET /v2 HTTP/1.1\r\nhost: localhost\r\na: ${'b'.repeat(20_000)}\r\n\r\n`], 431],
    [
      'a body that is too large',
      ['POST /v2/models/m/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999\r\n\r\n', 'a'.repeat(70_000)],
      413,
    ],
    [
      'chunks that are too large',
      [
        'POST /v2/models/m/infer HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n',
        `10000\r\n${'a'.repeat(2 ** 16)}\r\n`,
      ],
      413,
    ],
    [
      'a body that does not come',
      ['POST /v2/models/m/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc'],
      408,
    ],
    [
      'a handshake without a key',
      [
        'GET /v2/models/m/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n',
      ],
      400,
    ],
    [
      'an upgrade to something else',
      ['GET /v2/models/m/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'],
      426,
    ],
    [
      'a stream of no model',
      ['GET /v2/models/no/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
      404,
    ],
  ])('refuses %s with a reason', async (_, parts, status) => {
    const address = await start({ limits: { bodyBytes: 2 ** 15, requestSeconds: 0.2 } });
    const got = await raw(address, parts);
    expect(got).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(got.split('\r\n\r\n')[1] as string)).toEqual({ error: expect.stringMatching(/./) });
    expect(server.stats.streams).toBe(0);
    // It serves on.
    expect((await fetch(`http://${address}/v2`)).status).toBe(200);
  });

  it('forgets who hangs up', async () => {
    const address = await start({ batchWindow: 300 });
    const { body, headers } = binaryBody({
      data: x,
      shape: [1, 4, FEATURES],
      parameters: { sequence_id: 1, sequence_start: true },
    });
    const controller = new AbortController();
    const request = fetch(`http://${address}/v2/models/m/infer`, {
      method: 'POST',
      body,
      headers,
      signal: controller.signal,
    });
    const rejected = expect(request).rejects.toThrow(/abort/i);
    await expect.poll(() => server.stats.models[0]?.queued, { interval: 1 }).toBe(1);
    controller.abort();
    await rejected;
    await expect.poll(() => server.stats.models[0]?.queued, { timeout: 10_000 }).toBe(0);
    expect(server.stats.models[0]?.sequences).toBe(0);
  });

  it('streams over WebSockets, and takes them up again', async () => {
    const address = await start();
    const got: number[] = [];
    const open = async (query = ''): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://${address}/v2/models/m/stream${query}`);
      socket.binaryType = 'arraybuffer';
      socket.on('message', (data, binary) => {
        if (binary) got.push(...new Float32Array(data as ArrayBuffer));
        else token = JSON.parse(String(data)).token;
      });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socket;
    };
    let token = '';
    const first = await open();
    first.send(x.slice(0, FEATURES));
    first.send(x.slice(FEATURES, 3 * FEATURES));
    await expect.poll(() => got.length).toBe(9);
    first.terminate();
    await expect.poll(() => server.stats.streams).toBe(0);
    const second = await open(`?resume=${token}`);
    second.send(x.slice(3 * FEATURES));
    await expect.poll(() => got.length).toBe(12);
    expectSameBits(got, model.run(x));
    const closed = new Promise((resolve) => second.once('close', resolve));
    await server.drain();
    expect(await closed).toBe(1012);
  });

  it('survives whoever stands in front of it', async () => {
    await start();
    const front = await listen(
      {
        handle: async (call) => {
          if (call.url === '/metrics') throw new Error('a secret');
          return server.handle(call);
        },
      },
      { port: 0 },
    );
    const metrics = await fetch(`http://127.0.0.1:${front.port}/metrics`);
    expect([metrics.status, await metrics.json()]).toEqual([500, { error: 'the server failed' }]);
    expect((await fetch(`http://127.0.0.1:${front.port}/v2`)).status).toBe(200);
    await front.close();
  });

  it('says when it cannot listen', async () => {
    await start();
    await expect(listen(server, { port: (listening as Listening).port })).rejects.toThrow(/EADDRINUSE/);
  });
});
