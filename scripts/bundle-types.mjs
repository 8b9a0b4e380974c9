// Bundles the declarations that tsc makes of src/ (build/types) into dist/: a file for each entry of package.json, and one with what they
// are made of, so that an editor reads few files and shows no place inside of the package.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FROM = 'build/types';
/** What Workers and bundlers make of an imported kernel file: the types of all of them. */
const KERNELS = 'kernels/module';

writeFileSync(
  join(ROOT, FROM, 'kernels.d.ts'),
  "declare const kernels: import('./wasm/runtime-types.js').WasmModule;\nexport default kernels;\n",
);

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const types = Object.values(exports).flatMap((target) => /^\.\/dist\/(.*)\.d\.ts$/.exec(target.types)?.[1] ?? []);
const fileOf = (name) => `${FROM}/${name === KERNELS ? 'kernels' : name}.d.ts`;

await build({
  cwd: ROOT,
  input: Object.fromEntries(types.map((name) => [name, fileOf(name)])),
  // Declarations are all that it reads, so no compiler is asked; TypeScript 7 has none that could be (hence overrides in package.json).
  plugins: [dts({ dtsInput: true, emitDtsOnly: true, oxc: true, tsconfig: false })],
  external: [/^node:/],
  output: {
    dir: 'dist',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'chunks/[name].d.ts',
    minifyInternalExports: false,
    codeSplitting: { groups: [{ name: 'types', test: /./ }] },
  },
});
rmSync(join(ROOT, FROM), { recursive: true });
