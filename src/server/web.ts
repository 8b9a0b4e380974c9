import { type Call, chunksOf, collect, errorReply, type Reply, tooLarge } from './call.js';
import { Refusal, refuse } from './refusal.js';
import { isBunServer, upgradeInBun } from './stream/bun.js';
import { messageOf, type StreamConnection, type StreamSocket } from './stream/socket.js';

/** A web `Request`, in the types of those whose `lib` has it. */
export type WebRequest = typeof globalThis extends { readonly Request: { readonly prototype: infer T } } ? T : object;
/** A web `Response`, likewise. */
export type WebResponse = typeof globalThis extends { readonly Response: { readonly prototype: infer T } } ? T : object;

/** A request as `Call`. */
export function callOf(request: Request): Call {
  const { method, url, headers, signal } = request;
  return {
    method,
    url,
    headers,
    aborted: () => signal.aborted,
    body: async (most, until) => {
      const said = headers.get('content-length');
      if (said !== null && Number(said) > most) tooLarge(most);
      const { body } = request;
      if (!body) return new Uint8Array(0);
      if (request.bodyUsed) refuse('internal', 'request', 'its body has been read');
      const { next, cancel } = chunksOf(body);
      const read = (): Promise<Uint8Array | undefined> => next().catch(() => refuse('cancelled', 'body', 'broken off'));
      try {
        const bytes = await collect(read, most, until);
        if (said !== null && Number(said) !== bytes.length) {
          refuse('malformed', 'content-length', 'not the length of the body', `${bytes.length}`, said.slice(0, 20));
        }
        return bytes;
      } finally {
        cancel();
      }
    },
  };
}

/** Makes a request's connection a WebSocket and opens a stream with it. */
export type Upgrade = (open: (socket: StreamSocket) => StreamConnection) => Response | undefined;

/**
 * What becomes of a reply.
 * @param by an `Upgrade`, or whatever the runtime hands to `fetch` beside the request.
 * @returns undefined: the runtime has taken the connection (Bun).
 */
export function responseOf(reply: Reply, request: Request, by: unknown): Response | undefined {
  if (reply.passed) return reply.passed;
  if (!reply.open) return plain(reply);
  try {
    const how = upgradeOf(request, by);
    if (how) return how(reply.open);
  } catch (cause) {
    reply.abandon?.();
    return plain(errorReply(new Refusal('malformed', 'not a WebSocket handshake', { cause })));
  }
  reply.abandon?.();
  return plain(errorReply(new Refusal('upgrade', 'this server has no WebSockets')));
}

const plain = ({ status, headers, body }: Reply): Response => {
  const length = typeof body === 'string' ? undefined : { 'content-length': `${body.length}` };
  return new Response(body as string, { status, headers: { ...headers, ...length } });
};

/** What `addEventListener` of sockets gives. */
interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
}
interface WebSocketLike extends StreamSocket {
  binaryType?: string;
  accept?(): void;
  addEventListener(type: string, listener: (event: SocketEvent) => void): void;
}
interface Runtime {
  readonly Deno?: { upgradeWebSocket?(request: Request): { socket: WebSocketLike; response: Response } };
  readonly WebSocketPair?: new () => { 0: WebSocketLike; 1: WebSocketLike };
}

/** The caller's, or the runtime's own: Bun's, Deno's, that of Workers. */
function upgradeOf(request: Request, by: unknown): Upgrade | undefined {
  if (typeof by === 'function') return by as Upgrade;
  if (isBunServer(by)) return (open) => upgradeInBun(by, request, open);
  const { Deno, WebSocketPair } = globalThis as Runtime;
  if (Deno?.upgradeWebSocket) {
    return (open) => {
      const { socket, response } = (Deno as Required<NonNullable<Runtime['Deno']>>).upgradeWebSocket(request);
      socket.addEventListener('open', () => listen(socket, open));
      return response;
    };
  }
  if (WebSocketPair) {
    return (open) => {
      const { 0: client, 1: socket } = new WebSocketPair();
      socket.accept?.();
      listen(socket, open);
      return new Response(null, { status: 101, webSocket: client } as ResponseInit);
    };
  }
  return undefined;
}

function listen(socket: WebSocketLike, open: (socket: StreamSocket) => StreamConnection): void {
  // Not a Blob, which is read later.
  socket.binaryType = 'arraybuffer';
  const connection = open(socket);
  socket.addEventListener('message', ({ data }) => connection.message(messageOf(data)));
  socket.addEventListener('close', ({ code = 1006 }) => connection.closed(code));
  socket.addEventListener('error', () => connection.closed(1006));
}
