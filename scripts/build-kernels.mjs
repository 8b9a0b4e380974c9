// Compiles assembly/ to dist/kernels/*.wasm, the committed assembly/wat/*.wat and src/wasm/embedded/*.ts
// (the same bytes as text, for runtimes that cannot load files). Does nothing when the sources are those of the last run.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILDS = ['simd', 'relaxed', 'int8-simd', 'int8-relaxed'];
const STAMP = 'dist/kernels/sources.sha256';
const BASE64 = 'src/wasm/embedded/base64.ts';

const inRoot = (path) => join(ROOT, path);
const outputs = (build) => [`dist/kernels/${build}.wasm`, `assembly/wat/${build}.wat`, `src/wasm/embedded/${build}.ts`];

/** Digest of everything the outputs depend on, and of the committed text, so that an edited one is remade. */
function digest() {
  const hash = createHash('sha256');
  const sources = readdirSync(inRoot('assembly'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const wat = BUILDS.map((build) => `assembly/wat/${build}.wat`).filter((path) => existsSync(inRoot(path)));
  const files = [
    ...sources.sort().map((name) => `assembly/${name}`),
    'asconfig.json',
    'asconfig.int8.json',
    'package-lock.json',
    ...wat,
  ];
  for (const file of [...files, 'scripts/build-kernels.mjs']) hash.update(file).update(readFileSync(inRoot(file)));
  return hash.digest('hex');
}

/** What `src/wasm/text.ts` reads. */
function text(bytes) {
  const letters = (byte) => (byte < 64 ? '' : 'xyz'[(byte >> 6) - 1]) + String.fromCharCode(48 + (byte & 63));
  return Array.from(bytes, letters).join('');
}

/** For `src/index-node.ts`: what Node decodes by itself, in no time, while reading `text` takes code that has just been loaded 2 ms. */
function base64(build) {
  const text = readFileSync(inRoot(`dist/kernels/${build}.wasm`)).toString('base64');
  return `export const ${build} = '${text}';\n`;
}

async function compile(build) {
  // Loaded here because the compiler takes most of a second to load.
  const { default: asc } = await import('assemblyscript/asc');
  const [target, family] = build.split('-').reverse();
  const config = family === undefined ? 'asconfig.json' : `asconfig.${family}.json`;
  const { error, stderr } = await asc.main(['--config', config, '--target', target, '--baseDir', ROOT]);
  if (error) throw new Error(`asc: ${build}: ${error.message}\n${stderr.toString()}`);
  const wasm = readFileSync(inRoot(`dist/kernels/${build}.wasm`));
  writeFileSync(inRoot(`src/wasm/embedded/${build}.ts`), `export default ${JSON.stringify(text(wasm))};\n`);
  console.log(`${build}.wasm ${wasm.length} bytes`);
}

const fresh =
  existsSync(inRoot(STAMP)) &&
  [BASE64, ...BUILDS.flatMap(outputs)].every((path) => existsSync(inRoot(path))) &&
  readFileSync(inRoot(STAMP), 'utf8') === digest();

if (!fresh) {
  for (const folder of ['dist/kernels', 'assembly/wat', 'src/wasm/embedded']) {
    mkdirSync(inRoot(folder), { recursive: true });
  }
  for (const build of BUILDS) await compile(build);
  writeFileSync(inRoot(BASE64), ['simd', 'relaxed'].map(base64).join(''));
  writeFileSync(inRoot(STAMP), digest());
}
