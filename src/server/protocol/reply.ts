import type { Reply } from '../call.js';
import { json } from '../call.js';
import { toJson } from './datatypes.js';
import type { WantedOutput } from './request.js';

export interface OutputTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What is said beside the outputs. */
export interface ReplyHead {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string | undefined;
  readonly parameters?: Readonly<Record<string, string | number | boolean>> | undefined;
}

const encoder = new TextEncoder();

/** An inference reply: JSON, with the bytes of outputs that are wanted as such behind it. */
export function inferReply(
  head: ReplyHead,
  wanted: readonly WantedOutput[],
  outputs: Readonly<Record<string, OutputTensor>>,
): Reply {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const tensors = wanted.map(({ name, binary }) => {
    const { data, shape } = outputs[name] as OutputTensor;
    const about = `"name":${JSON.stringify(name)},"shape":[${shape}],"datatype":"FP32"`;
    if (!binary) return `{${about},"data":${toJson(data)}}`;
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    bytes += data.byteLength;
    return `{${about},"parameters":{"binary_data_size":${data.byteLength}}}`;
  });
  const text = `${JSON.stringify(head).slice(0, -1)},"outputs":[${tensors}]}`;
  if (!wanted.some(({ binary }) => binary)) return { ...json(null), body: text };
  // In one piece of memory, as long as names are ASCII.
  let body = new Uint8Array(text.length + bytes);
  let { read, written } = encoder.encodeInto(text, body);
  if (read < text.length || written > text.length) {
    body = new Uint8Array(3 * text.length + bytes);
    ({ read, written } = encoder.encodeInto(text, body));
  }
  const size = `${written}`;
  for (const part of parts) {
    body.set(part, written);
    written += part.length;
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': size },
    body: body.subarray(0, written),
  };
}
