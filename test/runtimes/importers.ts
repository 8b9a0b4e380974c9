import { type LoadOptions, load } from '../../src/importers/load/index.js';
import { createModel, type KernelSource } from '../../src/index.js';

/** A model file as base64, and what its format needs to be told. */
export interface File {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly options?: LoadOptions;
}

/**
 * Opens each file and runs it: the first numbers of what comes out, as text.
 * @param kernels the `simd` build, where compiling bytes is forbidden.
 */
export async function openAll(all: readonly File[], kernels?: KernelSource): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const { name, files, options } of all) {
    const bytes = Object.fromEntries(
      Object.entries(files).map(([file, text]) => [
        file,
        Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
      ]),
    );
    const { spec, report } = await load(bytes, options);
    const model = await createModel(spec, { build: 'simd', ...(kernels && { kernels }) });
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
