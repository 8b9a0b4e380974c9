import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type simd from 'gatewise/kernels/simd.wasm';
import { expect, expectTypeOf, it } from 'vitest';
import type { LayerState, Model, NamedOutput, Stream } from '../../src/index.js';
import { whenThorough } from '../support/thorough.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const entries = Object.keys(exports).filter((name) => name !== './package.json');

/** What the compiler says to a strict project that has the package installed and no types but those of the language. */
function compile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-types-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/gatewise'), 'junction');
    const compilerOptions = {
      lib: ['ES2022'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    };
    const modules = { skipLibCheck: false, module: 'nodenext', target: 'es2022' };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...modules } }),
    );
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'user.ts'), source);
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    return '';
  } catch (error) {
    return `${(error as { stdout: Buffer }).stdout}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('compile without the DOM, every entry, libraries checked', whenThorough, () => {
  const imports = entries.map((name, i) => `export * as all${i} from 'gatewise${name.slice(1)}';\n`);
  expect(entries.length).toBeGreaterThan(15);
  expect(compile(imports.join(''))).toBe('');
  // That it would say so.
  expect(compile(`${imports.join('')}export const wrong: Response = 1;`)).toContain("Cannot find name 'Response'");
});

it('are a file for each entry, and one that they share', () => {
  const files = readdirSync(`${ROOT}dist`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.d.ts'),
  );
  const types = Object.values(exports as Record<string, { types?: string }>).flatMap((target) => target.types ?? []);
  expect(files.map((path) => `./dist/${path.replaceAll('\\', '/')}`).sort()).toEqual(
    [...new Set([...types, './dist/chunks/types.d.ts'])].sort(),
  );
});

it('have nothing that is ours alone', () => {
  const source = `
    import type { Model } from 'gatewise';
    export const ours = (model: Model) => model.cannotBeCloned;`;
  expect(compile(source)).toContain("'cannotBeCloned' does not exist");
});

it('kernels are imported as modules', () => {
  expectTypeOf<typeof simd>().toEqualTypeOf<WebAssembly.Module>();
});

it('results can be passed on, and an `out` keeps its type', () => {
  type Floats = Float32Array<ArrayBuffer>;
  const results = (model: Model, stream: Stream, shared: Float32Array<SharedArrayBuffer>) => ({
    run: model.run([1]),
    batch: model.run([1], { batch: 1 }),
    out: model.run([1], { out: shared }),
    step: stream.step([1]),
    stepOut: stream.step([1], shared),
    steps: stream.run([1]),
  });
  type Results = ReturnType<typeof results>;
  expectTypeOf<Results['run' | 'batch' | 'step' | 'steps']>().toEqualTypeOf<Floats>();
  expectTypeOf<Results['out' | 'stepOut']>().toEqualTypeOf<Float32Array<SharedArrayBuffer>>();
  expectTypeOf<NamedOutput['data']>().toEqualTypeOf<Floats>();
  expectTypeOf<LayerState['h']>().toEqualTypeOf<Floats>();
});
