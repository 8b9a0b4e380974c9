import { messageOf, type OpenStream, type StreamConnection } from './socket.js';

/** What a WebSocket of Bun's carries for us. */
interface Carried {
  readonly open: OpenStream;
  connection?: StreamConnection;
}

/** A WebSocket as Bun gives it to its handlers. */
interface BunSocket {
  readonly data: unknown;
  send(message: Uint8Array | string): unknown;
  close(code: number, reason: string): unknown;
}

/** Bun's server, which it hands to `fetch` beside the request. */
export interface BunServer {
  upgrade(request: unknown, options: { readonly data: unknown }): boolean;
}

/** What `websocket` of `Bun.serve` is. */
export interface BunHandlers {
  open(socket: BunSocket): void;
  message(socket: BunSocket, message: unknown): void;
  close(socket: BunSocket, code: number): void;
}

export const isBunServer = (by: unknown): by is BunServer =>
  typeof by === 'object' && by !== null && typeof (by as Partial<BunServer>).upgrade === 'function';

/** @throws {Error} no handshake. */
export function upgradeInBun(server: BunServer, request: unknown, open: OpenStream): undefined {
  const data: Carried = { open };
  if (!server.upgrade(request, { data })) throw new Error('Bun has refused it');
}

const carriedBy = ({ data }: BunSocket): Carried => data as Carried;

export const bunHandlers: BunHandlers = {
  open: (socket) => {
    const carried = carriedBy(socket);
    carried.connection = carried.open({
      send: (message) => void socket.send(message),
      close: (code, reason) => void socket.close(code, reason),
    });
  },
  message: (socket, message) => carriedBy(socket).connection?.message(messageOf(message)),
  close: (socket, code) => carriedBy(socket).connection?.closed(code),
};
