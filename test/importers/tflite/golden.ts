import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface Value {
  readonly name: string;
  readonly dims: number[];
  readonly data: number[];
}

export interface Case {
  readonly name: string;
  readonly how: 'float' | 'float16' | 'dynamic' | 'int8' | 'integers';
  readonly model: string;
  readonly runs: readonly { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] }[];
}

export const FLAVOURS = ['keras2', 'keras3', 'fused'] as const;

/** Files that TensorFlow's converter or `fused.ts` made, and what LiteRT computes of them. */
export const cases = (flavour: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/tflite-files/${flavour}.json`, import.meta.url), 'utf8'));

export const bytesOf = ({ model }: Pick<Case, 'model'>): Uint8Array =>
  new Uint8Array(gunzipSync(Buffer.from(model, 'base64')));
