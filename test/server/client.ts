import type { ModelServer } from '../../src/server/index.js';

/** A client of the protocol, by `fetch` of a server without a port. */
const ORIGIN = 'http://localhost';

export interface Given {
  /** Of one input. */
  readonly data: Float32Array;
  readonly shape?: readonly number[];
  readonly name?: string;
  readonly parameters?: Record<string, unknown>;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
  /** Whether outputs are wanted as JSON. */
  readonly json?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is what tests find out
  readonly json: any;
  /** Outputs that came as bytes, by name. */
  readonly outputs: Record<string, Float32Array>;
}

export const get = (server: ModelServer, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.fetch(new Request(`${ORIGIN}${path}`, { headers })).then(read);

export const post = (server: ModelServer, path: string, body: unknown): Promise<Answer> =>
  server.fetch(new Request(`${ORIGIN}${path}`, { method: 'POST', body: JSON.stringify(body) })).then(read);

/** One request with one input, as bytes, with all outputs as bytes. */
export async function infer(server: ModelServer, model: string, given: Given): Promise<Answer> {
  const { body, headers } = binaryBody(given);
  const init = { method: 'POST', body, headers: { ...headers, ...given.headers }, signal: given.signal ?? null };
  return read(await server.fetch(new Request(`${ORIGIN}/v2/models/${model}/infer`, init)));
}

export function binaryBody({
  data,
  shape = [1, 1, data.length],
  name = 'x',
  parameters = {},
  json: asJson = false,
}: Given): {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Record<string, string>;
} {
  const input = { name, datatype: 'FP32', shape, parameters: { binary_data_size: data.byteLength } };
  const request = { inputs: [input], parameters: { ...parameters, binary_data_output: !asJson } };
  const json = new TextEncoder().encode(JSON.stringify(request));
  const body = new Uint8Array(json.length + data.byteLength);
  body.set(json);
  body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), json.length);
  return { body, headers: { 'inference-header-content-length': `${json.length}` } };
}

export async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = headers.get('inference-header-content-length');
  const type = headers.get('content-type') ?? '';
  const text = new TextDecoder().decode(length === null ? bytes : bytes.subarray(0, Number(length)));
  const json = length !== null || type === 'application/json' ? JSON.parse(text) : text;
  const outputs: Record<string, Float32Array> = {};
  let at = Number(length ?? 0);
  for (const { name, parameters } of length === null ? [] : json.outputs) {
    outputs[name] = new Float32Array(bytes.slice(at, at + parameters.binary_data_size).buffer);
    at += parameters.binary_data_size;
  }
  return { status, headers, json, outputs };
}
