import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Seed } from './corpus.js';

/** JSON inside a file, and the file with other text in its place. */
export interface Inside {
  readonly how: string;
  readonly text: string;
  put(text: string): Uint8Array;
}

/** The JSON that a file is, or has inside where it is known how to put other text. */
export function jsonInside({ name, bytes }: Seed): Inside[] {
  if (/^(tfjs|manifest|sketch-rnn|\.nam|RTNeural)/.test(name))
    return [{ how: 'JSON', text: strFromU8(bytes), put: strToU8 }];
  if (/^Keras .*\.keras$/.test(name)) {
    const { 'config.json': config, ...rest } = unzipSync(bytes);
    const put = (text: string): Uint8Array => zipSync({ ...rest, 'config.json': strToU8(text) }, { level: 0 });
    return [{ how: 'config.json', text: strFromU8(config as Uint8Array), put }];
  }
  return /safetensors|container/.test(name) ? headers(bytes) : [];
}

/** The JSON in front of a safetensors file, and the spec inside it. */
function headers(bytes: Uint8Array): Inside[] {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = strFromU8(bytes.subarray(8, 8 + length));
  const data = bytes.subarray(8 + length);
  const put = (changed: string): Uint8Array => {
    const json = strToU8(changed);
    const size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(json.length), true);
    return Uint8Array.from([...size, ...json, ...data]);
  };
  const header = JSON.parse(text);
  const own: string | undefined = header.__metadata__?.gatewise;
  const inner = (spec: string): Uint8Array => put(JSON.stringify({ ...header, __metadata__: { gatewise: spec } }));
  return [{ how: 'header', text, put }, ...(own === undefined ? [] : [{ how: 'spec', text: own, put: inner }])];
}
