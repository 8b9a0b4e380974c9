import { type Call, passedOn, type Reply } from '../call.js';
import { type Asked, checkVersion } from '../infer.js';
import type { Served } from '../models.js';
import type { Parts } from '../parts.js';
import { malformed, refuse } from '../refusal.js';
import { keyOf, newEpoch } from '../sequences/sequences.js';
import { Connection, checkReceived } from './connection.js';

/**
 * `GET …/stream`: a stream of its own for a WebSocket, or the one that a token goes on with.
 * @param query `resume`: the token of a stream that was left; `received`: timesteps whose outputs the client has.
 * @returns a reply that opens the stream, which waits for the WebSocket until then.
 * @throws {Refusal} no WebSocket is asked for; no such stream; a model that has more than one input and output, or needs whole sequences.
 */
export async function openStream(
  call: Call,
  server: Parts,
  served: Served,
  query: URLSearchParams,
  { subject, version }: Asked,
): Promise<Reply> {
  if (call.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    refuse('upgrade', 'upgrade', 'not a WebSocket', 'websocket');
  }
  for (const name of query.keys()) {
    if (name !== 'resume' && name !== 'received') malformed('query', 'unknown', 'resume, received', name.slice(0, 100));
  }
  const token = tokenOf(query.get('resume'));
  const received = countOf(query.get('received'));
  const { limits, sequences, connections, options } = server;
  // With a character that no sequence's id can have.
  const keyFor = (token: string): string => `${keyOf(served.name, subject, '')}@${token}`;
  if (options.elsewhere) {
    const own = token ?? newEpoch();
    return passedOn(await options.elsewhere(keyFor(own), call, { token: own }));
  }
  const giveBack = sequences.live.take();
  try {
    const claimed = token === undefined ? undefined : await sequences.claim(await served.versions(), keyFor(token));
    const host = claimed?.host ?? (await served.host());
    if (!claimed) checkVersion(host.version, version);
    const live = claimed ?? sequences.begin(host.streamable());
    if (!claimed) host.hold();
    const own = token ?? options.within?.tokenFor(call) ?? newEpoch();
    let step: number;
    try {
      step = checkReceived(received, live);
    } catch (error) {
      await sequences.leave(keyFor(own), live);
      throw error;
    }
    return {
      status: 101,
      headers: {},
      body: '',
      abandon: () => {
        giveBack();
        // One that has begun is nobody's yet.
        const left = claimed ? sequences.leave(keyFor(own), live) : sequences.finish(keyFor(own), live);
        left.catch(() => {});
      },
      open: (socket) => {
        const connection = new Connection(socket, live, keyFor(own), sequences, limits, () => {
          connections.delete(connection);
          giveBack();
        });
        connections.add(connection);
        connection.greet(own, step);
        return connection;
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

function tokenOf(given: string | null): string | undefined {
  if (given === null) return undefined;
  if (!/^[\da-f]{32}$/.test(given)) malformed('resume', 'not a token', 'what a stream was greeted with');
  return given;
}

function countOf(given: string | null): number | undefined {
  if (given === null) return undefined;
  if (!/^\d{1,15}$/.test(given)) malformed('received', 'not a count', 'timesteps', given.slice(0, 20));
  return Number(given);
}
