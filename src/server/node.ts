/// <reference types="node" />
/** The server in Node, by `node:http` and WebSockets of `ws`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Call, errorReply, type Reply } from './call.js';
import { hostCheck } from './node/hosts.js';
import { endLate, type Read, read } from './node/read.js';
import { asRefusal, type Reason, Refusal, refuse } from './refusal.js';
import { messageOf } from './stream/socket.js';

/** What `createServer` of `gatewise/server` makes, or what stands in front of it. */
export interface Handler {
  handle(call: Call): Promise<Reply>;
}

export interface ListenOptions {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /** 0: any that is free. Default 8080. */
  readonly port?: number;
  /** Bytes of a request's headers, together. Default 16 KiB. */
  readonly headerBytes?: number;
  /** Bytes of a WebSocket's message. Default 16 MiB. */
  readonly frameBytes?: number;
  /**
   * Names that requests may give in `Host` beside addresses and `localhost`, without ports, as a proxy passes on; `*`: any. Others are refused with 421.
   * Default: none where `host` is this machine alone, so that no page whose domain is made to resolve to it (DNS rebinding) comes in; any elsewhere.
   */
  readonly hosts?: readonly string[];
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Takes no further connections, and resolves when those that there are have ended: idle ones at once. */
  close(): Promise<void>;
}

/** Milliseconds for the headers of a request. */
const HEADERS_TIMEOUT = 10_000;
/** Milliseconds between two questions whether a WebSocket's other end is there. */
const PING_EVERY = 30_000;
/** Milliseconds between two looks for bodies that do not come. */
const LOOK_EVERY = 100;
/** Most bytes that wait for a client that does not read. */
const MOST_BUFFERED = 2 ** 26;
/** Milliseconds in which a client may read an answer that came before it had sent everything. */
const LINGER = 1000;

/**
 * Listens for requests and WebSockets.
 * @throws {InputError} `hosts` that are none. @throws {Error} of Node's: the port is taken, or may not be used.
 */
export async function listen(server: Handler, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 8080, headerBytes = 2 ** 14, frameBytes = 2 ** 24, hosts } = options;
  const checkHost = hostCheck(host, hosts);
  const http = createServer({
    maxHeaderSize: headerBytes,
    headersTimeout: HEADERS_TIMEOUT,
    // The server's own limit holds for what comes after the headers.
    requestTimeout: 0,
    // Refused with a reason by us.
    requireHostHeader: false,
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytes, perMessageDeflate: false });
  const reads = new Set<Read>();
  http.on('request', (request, response) => void answer(server, checkHost, reads, request, response));
  http.on(
    'upgrade',
    (request, socket, head) => void upgrade(server, checkHost, sockets, request, socket as Socket, head),
  );
  http.on('clientError', refuseUnread);
  sockets.on('wsClientError', (error, socket) =>
    writeRaw(socket as Socket, errorReply(new Refusal('malformed', error.message, { where: 'upgrade' }))),
  );
  const pings = pingAll(sockets);
  const looks = setInterval(() => endLate(reads), LOOK_EVERY).unref();
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
  const address = http.address() as AddressInfo;
  return {
    host,
    port: address.port,
    close: async () => {
      clearInterval(pings);
      await ended(http);
      clearInterval(looks);
    },
  };
}

const ended = (http: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    http.close((error) => (error ? reject(error) : resolve()));
    http.closeIdleConnections();
  });

async function answer(
  server: Handler,
  checkHost: HostCheck,
  reads: Set<Read>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = await replyOf(server, checkHost, request, new NodeCall(request, reads));
  // A stream without an upgrade is refused before it begins.
  reply.abandon?.();
  if (response.destroyed) return;
  const { status, headers, body } = reply;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const whole = request.complete;
  const list = whole ? [] : ['connection', 'close'];
  for (const name in headers) list.push(name, headers[name] as string);
  list.push('content-length', `${length}`);
  response.writeHead(status, list);
  response.end(body);
  if (!whole) linger(request);
}

type HostCheck = ReturnType<typeof hostCheck>;

/** Who stands in front of a server may reject; the process is not to end for it. */
async function replyOf(server: Handler, checkHost: HostCheck, request: IncomingMessage, call: Call): Promise<Reply> {
  try {
    const { host } = request.headers;
    if (host !== undefined) checkHost?.(host);
    // Programs of HTTP/1.0 name none.
    else if (request.httpVersion === '1.1') refuse('malformed', 'host', 'missing');
    return await server.handle(call);
  } catch (error) {
    return errorReply(asRefusal(error));
  }
}

/** Reads what a client still sends, for a moment, so that it comes to read why nobody wants it. */
function linger(request: IncomingMessage): void {
  const { socket } = request;
  request.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.on('error', () => {});
}

/** A request of Node's, which is its own headers too. */
class NodeCall implements Call {
  readonly method: string;
  readonly url: string;
  readonly headers = this;
  readonly #request: IncomingMessage;
  readonly #reads: Set<Read>;

  constructor(request: IncomingMessage, reads: Set<Read>) {
    this.method = request.method ?? 'GET';
    this.url = request.url ?? '/';
    this.#request = request;
    this.#reads = reads;
  }

  get(name: string): string | null {
    const value = this.#request.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
  }

  aborted(): boolean {
    return this.#request.socket.destroyed;
  }

  body(most: number, until: number): Promise<Uint8Array> {
    return read(this.#request, this.#reads, most, until);
  }
}

/** A WebSocket's handshake, which has no body. */
class Handshake extends NodeCall {
  constructor(request: IncomingMessage) {
    super(request, new Set());
  }

  override body(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(0));
  }
}

async function upgrade(
  server: Handler,
  checkHost: HostCheck,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  // Until `ws` listens.
  const ignore = (): void => {};
  socket.on('error', ignore);
  const reply = await replyOf(server, checkHost, request, new Handshake(request));
  const { open } = reply;
  if (!open) {
    writeRaw(socket, reply);
    return;
  }
  let opened = false;
  if (!socket.destroyed) {
    socket.off('error', ignore);
    sockets.handleUpgrade(request, socket, head, (web) => {
      opened = true;
      const connection = open({
        send: (message) => (web.bufferedAmount > MOST_BUFFERED ? web.terminate() : web.send(message)),
        close: (code, reason) => web.close(code, reason),
      });
      web.on('message', (data, isBinary) => connection.message(isBinary ? messageOf(data) : String(data)));
      web.on('close', (code) => connection.closed(code));
      // It closes with it.
      web.on('error', ignore);
    });
  }
  if (!opened) reply.abandon?.();
}

/** Ends WebSockets whose other end is gone without a word. */
function pingAll(sockets: WebSocketServer): NodeJS.Timeout {
  const silent = new WeakSet<WebSocket>();
  const ping = (): void => {
    for (const web of sockets.clients) {
      if (silent.has(web)) web.terminate();
      else {
        silent.add(web);
        web.once('pong', () => silent.delete(web));
        web.ping();
      }
    }
  };
  return setInterval(ping, PING_EVERY).unref();
}

const UNREAD: Readonly<Record<string, readonly [Reason, string] | undefined>> = {
  __proto__: null as never,
  HPE_HEADER_OVERFLOW: ['too-large', 'headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['timeout', 'the request did not come in time'],
};

/** What is no HTTP, or too much of it, before there is a request. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Socket): void {
  const [reason, message] = UNREAD[error.code ?? ''] ?? ['malformed', 'not HTTP'];
  const reply = errorReply(asRefusal(new Refusal(reason, message)));
  writeRaw(socket, error.code === 'HPE_HEADER_OVERFLOW' ? { ...reply, status: 431 } : reply);
}

function writeRaw(socket: Socket, { status, headers, body }: Reply): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const all = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
