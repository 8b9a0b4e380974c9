/** The server's end of a WebSocket, of whichever runtime. */
export interface StreamSocket {
  send(message: Uint8Array | string): void;
  close(code: number, reason: string): void;
}

/** What a runtime tells a stream of its WebSocket. */
export interface StreamConnection {
  /** @param message bytes, or text. */
  message(message: Uint8Array | string): void;
  /** @param code as the other end gave it; 1006 if it gave none. */
  closed(code: number): void;
}

export type OpenStream = (socket: StreamSocket) => StreamConnection;

/** What a WebSocket has received: bytes, or text. */
export function messageOf(data: unknown): Uint8Array | string {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : String(data);
}
