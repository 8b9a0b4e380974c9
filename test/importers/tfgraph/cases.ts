import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface Value {
  readonly name: string;
  readonly dims: number[];
  readonly data: number[];
}

/** A graph that TensorFlow wrote, and what it computes. */
export interface Case {
  readonly name: string;
  /** The bytes of `saved_model.pb`, or of a frozen graph. */
  readonly model: Uint8Array;
  /** Those beside it, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly runs: readonly { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] }[];
}

export const FLAVOURS = ['keras3', 'keras2', 'modules', 'frozen', 'tensorflow1.15', 'tensorflow2.4'] as const;

const bytesOf = (text: string): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(text, 'base64')));

export function casesOf(flavour: (typeof FLAVOURS)[number]): Case[] {
  const url = new URL(`../../golden/tfgraph-files/${flavour}.json`, import.meta.url);
  const all = JSON.parse(readFileSync(url, 'utf8')) as readonly {
    readonly name: string;
    readonly model: string;
    readonly files: Readonly<Record<string, string>>;
    readonly runs: Case['runs'];
  }[];
  return all.map(({ name, model, files, runs }) => ({
    name,
    model: bytesOf(model),
    files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, bytesOf(text)])),
    runs,
  }));
}

/** One of them. */
export const caseOf = (flavour: (typeof FLAVOURS)[number], name: string): Case =>
  casesOf(flavour).find((one) => one.name === name) as Case;
