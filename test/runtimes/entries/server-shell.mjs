// A server, and its client, in Node, Deno or Bun.
//   node server-shell.mjs < spec.json
import { readFileSync } from 'node:fs';
import { createModel } from 'gatewise';
import { createServer } from 'gatewise/server';

const { spec, frames, features } = JSON.parse(readFileSync('given.json', 'utf8'));
for (const tensor of Object.values(spec.tensors)) tensor.data = Float32Array.from(tensor.data);
const model = await createModel(spec, { build: 'simd' });
const server = createServer({ models: { m: model } });

async function start() {
  const { Deno, Bun } = globalThis;
  if (Deno) {
    return new Promise((resolve) => {
      const own = Deno.serve(
        { port: 0, hostname: '127.0.0.1', onListen: ({ port }) => resolve([port, () => own.shutdown()]) },
        server.fetch,
      );
    });
  }
  if (Bun) {
    const own = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: server.fetch, websocket: server.websocket });
    return [own.port, () => own.stop(true)];
  }
  const { listen } = await import('gatewise/server/node');
  const { port, close } = await listen(server, { port: 0 });
  return [port, close];
}

const [port, stop] = await start();
const site = `127.0.0.1:${port}`;

/** A sequence by requests: JSON in, bytes out; the bodies packed where there is something to pack them. */
async function bySequence() {
  const got = [];
  for (let t = 0; t < frames.length; t++) {
    const request = {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1, features], data: frames[t] }],
      parameters: {
        sequence_id: 'one',
        sequence_start: t === 0,
        sequence_end: t === frames.length - 1,
        binary_data_output: true,
      },
    };
    const packed = typeof CompressionStream === 'function' && t % 2;
    const text = new Blob([JSON.stringify(request)]);
    const body = await new Response(
      packed ? text.stream().pipeThrough(new CompressionStream('gzip')) : text,
    ).arrayBuffer();
    const headers = packed ? { 'content-encoding': 'gzip' } : {};
    const response = await fetch(`http://${site}/v2/models/m/infer`, { method: 'POST', body, headers });
    if (response.status !== 200) throw new Error(await response.text());
    const bytes = await response.arrayBuffer();
    got.push(...new Float32Array(bytes.slice(Number(response.headers.get('inference-header-content-length')))));
  }
  return got;
}

/** The same over a WebSocket, which is lost in the middle. */
async function byStream() {
  const got = [];
  let token = '';
  const half = frames.length / 2;
  for (const part of [frames.slice(0, half), frames.slice(half)]) {
    const socket = new WebSocket(`ws://${site}/v2/models/m/stream${token && `?resume=${token}`}`);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve, reject) => {
      let left = part.length;
      socket.onerror = () => reject(new Error('the WebSocket has failed'));
      socket.onmessage = ({ data }) => {
        if (typeof data === 'string') {
          token = JSON.parse(data).token;
          for (const frame of part) socket.send(Float32Array.from(frame));
        } else {
          got.push(...new Float32Array(data));
          if (--left === 0) resolve();
        }
      };
    });
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    socket.close(4000);
    await closed;
    while (server.stats.streams > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return got;
}

const answers = { sequence: await bySequence() };
if (typeof WebSocket === 'function') answers.stream = await byStream();
const refused = await fetch(`http://${site}/v2/models/m/infer`, { method: 'POST', body: '{' });
answers.refused = [refused.status, (await refused.json()).error];
await server.close();
await stop();
console.log(JSON.stringify(answers));
