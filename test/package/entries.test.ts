import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, SourceMap, type SourceMapping } from 'node:module';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.js';
import { needs } from '../support/needs.js';
import { part } from '../support/thorough.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const entries = Object.entries(exports as Record<string, { default?: string }>).flatMap(([name, target]) =>
  target.default?.endsWith('.js') ? [[name, target.default.slice('./dist/'.length)] as const] : [],
);
const SPEC = `{
  inputs: [{ name: 'x', features: 1 }],
  nodes: [
    { type: 'activation', name: 'a', inputs: ['x'], activation: 'relu' },
    { type: 'reverse', name: 'y', inputs: ['a'] },
  ],
  outputs: ['y'],
  tensors: {},
}`;
/** Node 20.19, 22.12 and newer. */
const canRequire = 'require_module' in process.features;
/** Of Node alone. */
const NODE_ALONE = [
  'node/index.js',
  'many/node.js',
  'many/node-worker.js',
  'server/node.js',
  'server/stores/redis.js',
  'chunks/ws.js',
].map((path) => path.split('/').join(sep));
const MAKERS = ['./core', './simd', './relaxed'];

/** What a bundler makes of a script for one file that is no module, as a page, a Worker or a worklet runs it. */
async function script(code: string, minify = false): Promise<string> {
  const bundle = await rolldown({
    input: 'entry',
    cwd: ROOT,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? `${ROOT}entry.js` : null),
        load: (id) => (id === `${ROOT}entry.js` ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'result', minify });
  expect(output).toHaveLength(1);
  return output[0].code;
}

/** In a realm that has what the language has and WebAssembly, not even atob: less than any worklet. */
const run = (code: string): unknown => runInNewContext(`${code}\nresult`, { WebAssembly });

describe('entries', () => {
  it.each(part(entries, 3))('%s exports what its source does', async (name, file) => {
    const [built, source] = await Promise.all([import(`${ROOT}dist/${file}`), import(sourceOf(file))]);
    expect(Object.keys(built).sort()).toEqual(Object.keys(source).sort());
    if (MAKERS.includes(name)) {
      expect(Object.keys(source).sort()).toEqual(Object.keys(await import(sourceOf('index.js'))).sort());
    }
  });

  it('gatewise/many is the same where Node has a file of its own', async () => {
    for (const [web, node] of [
      ['many/index', 'many/node'],
      ['many/worker', 'many/node-worker'],
    ] as const) {
      const [one, other] = await Promise.all([web, node].map((file) => import(`${ROOT}dist/${file}.js`)));
      expect(Object.keys(other).sort()).toEqual(Object.keys(one).sort());
      expect(Object.keys(one).length).toBeGreaterThan(0);
    }
  });

  // The command line is of Node alone.
  const files = readdirSync(`${ROOT}dist`, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.js') && !path.startsWith('cli'),
  );

  it('import one another by their places, so that a page needs neither a bundler nor an import map', () => {
    expect(files.length).toBeGreaterThan(entries.length);
    // Few, for the sake of pages.
    expect(files.length).toBeLessThan(90);
    for (const path of files) {
      const code = readFileSync(`${ROOT}dist/${path}`, 'utf8');
      for (const [, from] of code.matchAll(/(?:^|;)(?:import|export)\b[^"';]*?from\s*["']([^"']+)["']/gm)) {
        const place = NODE_ALONE.includes(path) ? /^(?:\.\.?\/|node:)/ : /^\.\.?\//;
        expect([path, from]).toEqual([path, expect.stringMatching(place)]);
      }
    }
  });

  it('are all there, what they import() too', () => {
    const missing = files.flatMap((path) => {
      const url = pathToFileURL(`${ROOT}dist/${path}`);
      const code = readFileSync(url, 'utf8');
      const named = [...code.matchAll(/(?:\bfrom\s*|\bimport\()["'](\.\.?\/[^"'`]+\.js)["']/g)].map(
        ([, name]) => name as string,
      );
      return named.filter((name) => !existsSync(new URL(name, url))).map((name) => [path, name]);
    });
    expect(missing).toEqual([]);
  });

  // Vite 6 rewrites these by their text, and takes what follows the import() for the module's own: `readOnnx` of undefined.
  it('take what they import() by its name, and never apart in the declaration', () => {
    const apart = files.filter((path) => /\}\s*=\s*await import\(/.test(readFileSync(`${ROOT}dist/${path}`, 'utf8')));
    expect(apart).toEqual([]);
  });

  it(
    'are there for require() too, where Node requires modules',
    needs(canRequire, 'this Node cannot require modules'),
    () => {
      const names = entries.map(([name]) => `gatewise${name.slice(1)}`);
      const code = `for (const name of ${JSON.stringify(names)}) console.log(Object.keys(require(name)).length > 0);`;
      const printed = execFileSync(process.execPath, ['-e', code], { cwd: ROOT, encoding: 'utf8' });
      expect(printed.trim().split('\n')).toEqual(names.map(() => 'true'));
    },
  );

  it('has an entry for Node that exports what the first does', async () => {
    const [node, first] = await Promise.all([import('../../src/index-node.js'), import('../../src/index.js')]);
    expect(Object.keys(node).sort()).toEqual(Object.keys(first).sort());
    expect(Object.keys(await import(`${ROOT}dist/index-node.js`)).sort()).toEqual(Object.keys(first).sort());
  });

  it('of Node is one file beside the errors, which are those of the other entries', async () => {
    const code = readFileSync(`${ROOT}dist/index-node.js`, 'utf8');
    const from = [...code.matchAll(/^import .* from "(.*)";$/gm)].map(([, path]) => path);
    expect(from).toEqual([expect.stringMatching(/^\.\/chunks\/base\.js$/)]);
    const [node, first] = await Promise.all(['index-node', 'index'].map((name) => import(`${ROOT}dist/${name}.js`)));
    for (const name of Object.keys(errors)) expect([name, node[name] === first[name]]).toEqual([name, true]);
    expect(node.createModel).not.toBe(first.createModel);
  });

  it('of Node has what a first step calls compiled at once, and maps it to its sources', () => {
    const file = `${ROOT}dist/index-node.js`;
    const lines = readFileSync(file, 'utf8').split('\n');
    // Of a module that is called, one of a method and one that no first step comes to.
    const packs = lines.findIndex((line) => line.startsWith('var packMatrix = (function packMatrix('));
    expect(packs).toBeGreaterThan(0);
    expect(lines.some((line) => /^\s*pack: \(function pack\(/.test(line))).toBe(true);
    expect(lines.some((line) => line.startsWith('function encodeState('))).toBe(true);
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    const column = (lines[packs] as string).indexOf('packMatrix(');
    const { originalSource, originalLine } = map.findEntry(packs, column) as SourceMapping;
    expect(originalSource).toMatch(/src\/wasm\/pack\.ts$/);
    const source = readFileSync(
      new URL(`../${originalSource.replace(/^(?:\.\.\/)+/, '')}`, `file://${ROOT}dist/`),
      'utf8',
    );
    expect(source.split('\n')[originalLine]).toContain('function packMatrix(');
  });

  it('of Node has its kernels in it, and asks for no other file but those of the errors and of further layers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewise-entry-'));
    try {
      for (const name of ['index-node', 'chunks/base', 'chunks/layers-node']) {
        cpSync(`${ROOT}dist/${name}.js`, join(folder, `${name}.js`));
      }
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      const code = `
        import { createModel } from './index-node.js';
        for (const build of ['simd', undefined]) console.log(...(await createModel(${SPEC}, build && { build })).run([-1, 2, 3]));`;
      writeFileSync(join(folder, 'user.js'), code);
      const printed = execFileSync(process.execPath, ['user.js'], { cwd: folder, encoding: 'utf8' });
      expect(printed.trim().split('\n')).toEqual(['3 2 0', '3 2 0']);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const code = readFileSync(`${ROOT}dist/index-node.js`, 'utf8');
    for (const build of ['simd', 'relaxed']) {
      expect(code).toContain(readFileSync(`${ROOT}dist/kernels/${build}.wasm`).toString('base64'));
    }
  });

  it("is Node's where modules are imported there, and nowhere else", () => {
    const resolve = `console.log(import.meta.resolve('gatewise'))`;
    const found = (...conditions: string[]): string =>
      execFileSync(process.execPath, [...conditions, '--input-type=module', '-e', resolve], {
        cwd: ROOT,
        encoding: 'utf8',
      });
    expect(found()).toMatch(/dist\/index-node\.js$/m);
    expect(found('--conditions=deno')).toMatch(/dist\/index\.js$/m);
    expect(createRequire(`${ROOT}package.json`).resolve('gatewise')).toMatch(/dist.index\.js$/);
  });

  it.each(MAKERS)('%s and what it imports have no import()', (name) => {
    const seen = new Set<string>();
    const read = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const code = readFileSync(new URL(path, `file://${ROOT}dist/`), 'utf8');
      expect([path, /\bimport\(/.test(code)]).toEqual([path, false]);
      for (const [, from] of code.matchAll(/from\s*["'](\.[^"']+)["']/g)) {
        read(new URL(from as string, `file:///${path}`).pathname.slice(1));
      }
    };
    read(`${name.slice(2)}.js`);
    expect([...seen].some((path) => path.includes('kernels-'))).toBe(name !== './core');
  });
});

describe('bundled to one script that is no module', () => {
  it('gatewise/simd has all layers and its kernels, also without waiting', async () => {
    const code = await script(`
      import { createModelSync } from './dist/simd.js';
      const model = createModelSync(${SPEC});
      export default [model.build, ...model.run([-1, 2, 3])];`);
    expect(run(code)).toEqual(['simd', 3, 2, 0]);
  });

  it('gatewise/core brings no kernels, and takes those of the caller and the layers', async () => {
    const code = await script(`
      import { createModelSync } from './dist/core.js';
      export default (options) => [...createModelSync(${SPEC}, options).run([-1, 2, 3])];`);
    expect(code.length).toBeLessThan(150_000);
    expect(code).not.toMatch(/relaxed_madd|kernels-/);
    const call = run(code) as (options: object) => number[];
    const kernels = new WebAssembly.Module(readFileSync(`${ROOT}dist/kernels/simd.wasm`));
    const { allLayers } = await import('../../src/layers/all.js');
    expect(call({ kernels, layers: allLayers })).toEqual([3, 2, 0]);
    expect(() => call({ kernels })).toThrow(/reverse/);
    expect(() => call({})).toThrow(
      'kernels: neither a module nor bytes; expected a WebAssembly.Module, or the bytes of simd.wasm or relaxed.wasm',
    );
  });

  it('errors keep their names and classes when minified', async () => {
    const code = await script(
      `
      import * as gatewise from './dist/simd.js';
      const caught = (act) => { try { act(); } catch (error) { return error; } };
      const { createModelSync } = gatewise;
      const model = createModelSync(${SPEC});
      export default {
        thrown: [caught(() => createModelSync({})), caught(() => model.run('x')), caught(() => createModelSync(${SPEC}, { build: 'relaxed' }))],
        classes: Object.entries(gatewise).filter(([name]) => name.endsWith('Error')).map(([name, Class]) => [name, new Class('w').name]),
      };`,
      true,
    );
    const { thrown, classes } = run(code) as { thrown: Error[]; classes: [string, string][] };
    expect(thrown.map(String)).toEqual([
      expect.stringMatching(/^SpecError: /),
      expect.stringMatching(/^InputError: /),
      'RuntimeError: build: not embedded here; expected simd, or options.kernels, got relaxed',
    ]);
    expect(classes.map(([name]) => name).sort()).toEqual(Object.keys(errors).sort());
    for (const [name, own] of classes) expect(own).toBe(name);
  });
});

/** The TypeScript that a file of dist is made of. */
function sourceOf(file: string): string {
  return `${ROOT}src/${file.replace(/\.js$/, '.ts')}`;
}
