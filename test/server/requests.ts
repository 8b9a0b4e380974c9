/** Requests of the Open Inference Protocol, written down by hand as its texts say, so that the server is not tested with its own words. */

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export const JSON_SIZE = 'inference-header-content-length';

/** Several pieces in a row, texts as UTF-8. */
export const joined = (...parts: readonly (Uint8Array | string)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));

export const bytesOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

export function post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}): Sent {
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: joined(body) };
}

/** A request whose tensors follow its JSON. */
export const withTensors = (path: string, header: unknown, ...tensors: readonly Uint8Array[]): Sent => {
  const json = joined(JSON.stringify(header));
  const headers = { 'content-type': 'application/octet-stream', [JSON_SIZE]: `${json.length}` };
  return post(path, joined(json, ...tensors), headers);
};

/** What `fetch` is called with. */
export const asRequest = ({ method, path, headers, body }: Sent): Request =>
  new Request(`http://localhost${path}`, { method, headers, ...(body && { body: body as BodyInit }) });

/** The float32 outputs of a reply, by name, whichever way they come; refuses what is no reply. */
export async function outputsOf(response: Response): Promise<Record<string, Float32Array>> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Number(response.headers.get(JSON_SIZE) ?? bytes.length);
  const text = Buffer.from(bytes.subarray(0, size)).toString();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  let at = size;
  const outputs: Record<string, Float32Array> = {};
  for (const { name, shape, datatype, data, parameters } of JSON.parse(text).outputs) {
    if (datatype !== 'FP32') throw new Error(`${name}: ${datatype}`);
    const length = parameters?.binary_data_size;
    outputs[name] =
      length === undefined
        ? Float32Array.from(data.flat(Infinity))
        : new Float32Array(bytes.slice(at, at + length).buffer);
    at += length ?? 0;
    const expected = shape.reduce((product: number, axis: number) => product * axis, 1);
    if (outputs[name]?.length !== expected) throw new Error(`${name}: ${outputs[name]?.length} numbers of ${shape}`);
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes too many`);
  return outputs;
}
