import type { LoadOptions, load } from '../../src/importers/load/index.js';
import type { Model, ModelSpec } from '../../src/index.js';
import { fromBase64 } from './base64.js';

/** A model file as base64, and what its format needs to be told. */
export interface File {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly options?: LoadOptions;
}

/** `load`, of bytes by name. */
export type Opener = (bytes: Record<string, Uint8Array>, options?: LoadOptions) => ReturnType<typeof load>;

/** Opens each file and runs it: the first numbers of what comes out, as text. */
export async function openAll(
  all: readonly File[],
  open: Opener,
  make: (spec: ModelSpec) => Promise<Model>,
): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const { name, files, options } of all) {
    const bytes = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, fromBase64(text)]));
    const { spec, report } = await open(bytes, options);
    const model = await make(spec);
    const inputs = model.graph.inputs.map(({ name: input, features, kind, dtype, vocabulary }) => {
      const shape = kind === 'sequence' ? [1, 6, features] : [1, features];
      const count = shape.reduce((product, n) => product * n, 1);
      const data = Float32Array.from({ length: count }, (_, i) =>
        dtype === 'int32' ? i % Math.min(vocabulary, 5) : Math.sin(i),
      );
      return [input, { data, shape }] as const;
    });
    const outputs = model.runNamed(Object.fromEntries(inputs));
    const numbers = Object.values(outputs).map(({ data }) => [...data.subarray(0, 4)].join(' '));
    results[name] = `${report.format.split(/[ ,]/)[0]}: ${numbers.join('; ')}`;
  }
  return results;
}
