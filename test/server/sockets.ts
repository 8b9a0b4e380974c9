import { expect, vi } from 'vitest';
import type { Call, Greeting, ModelServer, StreamConnection } from '../../src/server/index.js';

// Streams of a server without a port: the other end of WebSockets.

export const callOf = (query: string, headers: Record<string, string>): Call => ({
  method: 'GET',
  url: `/v2/models/m/stream${query}`,
  headers: { get: (name) => ({ upgrade: 'websocket', ...headers })[name as 'upgrade'] ?? null },
  aborted: () => false,
  body: async () => new Uint8Array(0),
});

/** The other end of a WebSocket without a network. */
export class Client {
  readonly #connection: StreamConnection;
  readonly texts: string[] = [];
  readonly frames: Float32Array[] = [];
  closed: readonly [number, string] | undefined;

  constructor(open: NonNullable<Awaited<ReturnType<ModelServer['handle']>>['open']>) {
    this.#connection = open({
      send: (message) => {
        if (typeof message === 'string') this.texts.push(message);
        else this.frames.push(new Float32Array(new Uint8Array(message).buffer));
      },
      close: (code, reason) => {
        this.closed = [code, reason];
        this.#connection.closed(code);
      },
    });
  }

  get greeting(): Greeting {
    return JSON.parse(this.texts[0] as string);
  }

  send(frames: ArrayLike<number> | string): void {
    this.#connection.message(typeof frames === 'string' ? frames : new Uint8Array(Float32Array.from(frames).buffer));
  }

  bytes(message: Uint8Array): void {
    this.#connection.message(message);
  }

  leave(code: number): void {
    this.#connection.closed(code);
  }

  /** All outputs, as soon as there are so many numbers. */
  async outputs(count: number): Promise<number[]> {
    const numbers = (): number[] => this.frames.flatMap((frame) => [...frame]);
    await vi.waitFor(() => expect(numbers().length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 1 });
    return numbers();
  }
}

export async function connect(server: ModelServer, query = '', headers: Record<string, string> = {}): Promise<Client> {
  const { status, open, body } = await server.handle(callOf(query, headers));
  expect([status, body]).toEqual([101, '']);
  return new Client(open as NonNullable<typeof open>);
}

export const refused = async (server: ModelServer, query: string, headers = {}): Promise<[number, string]> => {
  const { status, body } = await server.handle(callOf(query, headers));
  return [status, JSON.parse(body as string).error];
};

/** So that all has been done that can be. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};
