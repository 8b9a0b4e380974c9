import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Random } from '../../slow/children/random.js';
import { joined } from '../requests.js';
import { goodJson, INFER } from './target.js';

/** What is written to a connection that is no request, or one that lies. */
export interface RawFault {
  readonly what: string;
  /** Written one after another; a number is a pause in milliseconds. */
  readonly parts: readonly (Uint8Array | string | number)[];
  /** Whether to hang up after that, as far as writing goes. */
  readonly end?: boolean;
}

const head = (lines: readonly string[], first = `POST ${INFER} HTTP/1.1`): string =>
  `${[first, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`;
const json = (random: Random): string => JSON.stringify({ ...goodJson(random), parameters: {} });

type Make = (random: Random) => RawFault;

/** Lies about how long a body is, and floods: what no client of `fetch` can send. */
export const RAW_FAULTS: readonly Make[] = [
  (random) => {
    const body = json(random);
    return {
      what: 'a body shorter than it says',
      parts: [head([`Content-Length: ${body.length + random.between(1, 1000)}`]), body],
      end: true,
    };
  },
  (random) => {
    const body = json(random);
    return {
      what: 'a body longer than it says',
      parts: [head([`Content-Length: ${random.between(1, body.length - 1)}`]), body],
      end: true,
    };
  },
  (random) => ({
    what: 'a length that is none',
    parts: [
      head([`Content-Length: ${random.pick(['-1', 'x', '1.5', '1e3', '99999999999999999999999'])}`]),
      json(random),
    ],
  }),
  (random) => ({
    what: 'two lengths',
    parts: [
      head([`Content-Length: ${random.below(100)}`, `Content-Length: ${random.between(100, 200)}`]),
      json(random),
    ],
  }),
  (random) => ({
    what: 'a length and chunks',
    parts: [
      head(['Content-Length: 5', 'Transfer-Encoding: chunked']),
      `${json(random).length.toString(16)}\r\n${json(random)}\r\n0\r\n\r\n`,
    ],
  }),
  (random) => ({
    what: 'chunks that are none',
    parts: [
      head(['Transfer-Encoding: chunked']),
      random.pick(['zz\r\n', '-5\r\nhello\r\n', '5\r\nhello too long\r\n', 'ffffffffffffffffff\r\n']),
    ],
  }),
  (random) => ({
    what: 'chunks beyond what a body may be',
    parts: [
      head(['Transfer-Encoding: chunked']),
      ...random.list(20, () => joined('10000\r\n', new Uint8Array(65_536).fill(32), '\r\n')),
    ],
  }),
  () => ({ what: 'a length beyond what a body may be', parts: [head(['Content-Length: 1000000000']), '{'] }),
  (random) => ({
    what: 'a flood of headers',
    parts: [head(random.list(random.between(3000, 5000), (index) => `X-${index}: ${'x'.repeat(random.below(20))}`))],
  }),
  (random) => ({ what: 'a huge header', parts: [head([`X-Long: ${'x'.repeat(random.between(40_000, 200_000))}`])] }),
  (random) => ({
    what: 'a huge path',
    parts: [head([], `GET /v2/models/${'x'.repeat(random.between(40_000, 100_000))} HTTP/1.1`)],
  }),
  (random) => ({
    what: 'no HTTP',
    parts: [
      random.pick([
        '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
        'HELLO\r\n\r\n',
        'GET\r\n\r\n',
        '\0\0\0\0\r\n\r\n',
        `GET ${INFER} HTTP/9.9\r\n\r\n`,
      ]),
    ],
  }),
  (random) => ({
    what: 'a method that is none',
    parts: [head([], `${random.pick(['FETCH', 'get', 'POST\t'])} ${INFER} HTTP/1.1`)],
  }),
  () => ({ what: 'no host', parts: [`POST ${INFER} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`] }),
  (random) => ({
    what: 'a header that is none',
    parts: [head([random.pick(['no colon', ': no name', 'a b: c', 'x: a\0b'])])],
  }),
  (random) => ({
    what: 'an upgrade that is none',
    parts: [
      `GET /v2/models/lstm/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${random.pick(['websocket', 'h2c', 'x'])}\r\n${random.pick(['', 'Sec-WebSocket-Version: 13\r\n', 'Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 99\r\n'])}\r\n`,
    ],
  }),
  (random) => ({
    what: 'an upgrade of what has none',
    parts: [
      `GET ${random.pick(['/nothing', '/v2/models/nothing/stream'])} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ],
  }),
];

/** Those that take as long as the server lets them. */
export const SLOW_FAULTS: readonly Make[] = [
  (random) => ({
    what: 'a slow body',
    parts: [head([`Content-Length: ${json(random).length}`]), ...[...json(random)].flatMap((letter) => [letter, 100])],
  }),
  (random) => ({ what: 'a body that never comes', parts: [head([`Content-Length: ${random.between(1, 500)}`])] }),
  (random) => ({
    what: 'slow chunks',
    parts: [head(['Transfer-Encoding: chunked']), ...random.list(200, () => ['1\r\n{\r\n', 100] as const).flat()],
  }),
];

export interface RawReply {
  /** Of the first reply; 0: none came. */
  readonly status: number;
  readonly body: string;
}

/** Writes it to a connection of its own, and reads what comes until the server ends it, or has replied. */
export async function send(port: number, { parts, end }: RawFault): Promise<RawReply> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  const closed = new Promise<void>((done) => {
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (parsed(text)) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    // Whoever is refused in the middle of writing is hung up on.
    socket.on('error', () => {});
    socket.on('close', () => done());
  });
  for (const part of parts) {
    if (socket.destroyed) break;
    if (typeof part === 'number') await Promise.race([setTimeout(part, undefined, { ref: false }), closed]);
    else socket.write(part as Uint8Array);
  }
  if (end) socket.end();
  await closed;
  return parsed(text) ?? { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), body: text };
}

/** A whole reply; undefined as long as it is not. */
function parsed(text: string): RawReply | undefined {
  const [, status, rest = ''] = /^HTTP\/1\.1 (\d{3})([\s\S]*)/.exec(text) ?? [];
  const border = rest.indexOf('\r\n\r\n');
  if (status === undefined || border < 0) return undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(rest.slice(0, border))?.[1] ?? Number.NaN);
  const body = rest.slice(border + 4);
  return body.length >= length ? { status: Number(status), body: body.slice(0, length) } : undefined;
}
