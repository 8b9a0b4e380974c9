import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A file, and what Keras (text) or PyTorch (blob) computes for the input that the seed gives. */
export interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: number[];
  readonly file: string;
  readonly gains: string;
  readonly vad: string;
}

const read = (what: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/rnnoise-files/${what}.json`, import.meta.url), 'utf8'));

export const goldenCases = ['text', 'blob'].flatMap((what) =>
  read(what).map((one) => [`${what}, ${one.name}`, one] as const),
);
export const fileOf = ({ file }: Case): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(file, 'base64')));
