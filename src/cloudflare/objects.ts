import type { Elsewhere, RequestHead } from '../server/options.js';
import { Refusal, refuse } from '../server/refusal.js';

/** What is used of a namespace of Durable Objects. */
export interface ObjectNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string, given: object): Promise<unknown> };
}

/** A stream's token, on the way to its object. Who asks from outside cannot send it, since headers are not passed on but these. */
const TOKEN = 'gatewise-token';
const PASSED = ['content-type', 'inference-header-content-length', 'idempotency-key', 'upgrade'];

/** The token of a stream that begins in an object. */
export const tokenFor = ({ headers }: RequestHead): string | undefined => headers.get(TOKEN) ?? undefined;

/**
 * Sends what belongs to a sequence or a stream to the object of its key.
 * @param binding the namespace's name, for who has forgotten it.
 */
export function inObjects(namespace: ObjectNamespace | undefined, binding: string): Elsewhere {
  return async (key, { method, url, headers }, { body, token }) => {
    if (!namespace) return refuse('internal', 'environment', 'no binding of Durable Objects', binding);
    const passed: [string, string][] = PASSED.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    if (token !== undefined) passed.push([TOKEN, token]);
    try {
      const object = namespace.get(namespace.idFromName(key));
      return (await object.fetch(url, { method, headers: passed, body })) as Response;
    } catch (cause) {
      // It is about to end, or has ended: whoever asks again finds it elsewhere, with all that it has answered.
      throw new Refusal('store', 'its object cannot be reached; the request may be repeated', {
        where: 'sequence',
        cause,
      });
    }
  };
}
