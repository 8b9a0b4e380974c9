// Fails when what `npm pack` makes of an unbuilt clone is no working package: packs a copy of the tracked files, installs the
// tarball in an empty project, imports every entry, compiles a Worker on it, and has publint and arethetypeswrong read it. Wants the
// registry.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PUBLINT = 'publint@0.3.25';
const WORKERS_TYPES = '@cloudflare/workers-types@5.20261117.1';
const ATTW = '@arethetypeswrong/cli@0.18.5';

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const clone = join(folder, 'clone');
  const files = git('ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  for (const file of files.filter((name) => name !== '' && name !== 'node_modules')) {
    cpSync(join(ROOT, file), join(clone, file), { recursive: true });
  }

  // Without what it is built with, packing must fail: a package without dist would be worse than none.
  const bare = npm(clone, 'pack', '--pack-destination', folder);
  if (bare.status === 0) {
    throw new Error(`npm pack of a clone that cannot be built made a package:\n${bare.stdout}`);
  }

  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const packed = npm(clone, 'pack', '--pack-destination', folder);
  if (packed.status !== 0) throw new Error(`npm pack of an unbuilt clone failed:\n${packed.stderr}`);
  const tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );

  const user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
  const installed = npm(user, 'install', '--no-audit', '--no-fund', tarball);
  if (installed.status !== 0) throw new Error(`npm install of the tarball failed:\n${installed.stderr}`);
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packages = readdirSync(join(user, 'node_modules')).filter((name) => !name.startsWith('.'));
  if (packages.join() !== 'gatewise') throw new Error(`the package brings others along: ${packages}`);
  writeFileSync(join(user, 'use.mjs'), use(Object.keys(exports)));
  console.log(execFileSync(process.execPath, ['use.mjs'], { cwd: user, encoding: 'utf8' }).trim());

  compileWorker(user);
  npx(PUBLINT, 'publint', tarball, '--strict');
  // CommonJS users get it by import() or, in newer Nodes, by require of an ES module.
  npx(ATTW, 'attw', tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** A module that imports every entry by its name and runs a model. */
function use(entries) {
  const code = entries.filter((name) => !/\.(wasm|json)$/.test(name));
  return `
    import { readFileSync } from 'node:fs';
    import { fileURLToPath } from 'node:url';
    import { createModel } from 'gatewise';
    for (const name of ${JSON.stringify(code)}) await import('gatewise' + name.slice(1));
    const spec = {
      inputs: [{ name: 'x', features: 2 }],
      nodes: [{ type: 'activation', name: 'y', inputs: ['x'], activation: 'relu' }],
      outputs: ['y'],
      tensors: {},
    };
    const kernels = readFileSync(fileURLToPath(import.meta.resolve('gatewise/kernels/simd.wasm')));
    const y = (await createModel(spec, { kernels })).run([1, -1]);
    if (y.join() !== '1,0') throw new Error('the installed package gives ' + y.join());
    console.log('packed, installed, ${code.length} entries imported, a model run');
  `;
}

/** A Worker in TypeScript, with Cloudflare's types, which are not those of the DOM, and every declaration checked. */
function compileWorker(user) {
  const installed = npm(user, 'install', '--no-audit', '--no-fund', WORKERS_TYPES);
  if (installed.status !== 0) throw new Error(`npm install ${WORKERS_TYPES} failed:\n${installed.stderr}`);
  writeFileSync(
    join(user, 'worker.ts'),
    `import { createModelSync, type ModelSpec } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import { load } from 'gatewise/load';
export default {
  async fetch(request): Promise<Response> {
    const module: WebAssembly.Module = kernels;
    const { spec }: { spec: ModelSpec } = await load(new Uint8Array(await request.arrayBuffer()));
    return new Response(createModelSync(spec, { kernels: module }).run([1]));
  },
} satisfies ExportedHandler;
`,
  );
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const types = ['--lib', 'es2022', '--types', '@cloudflare/workers-types', '--skipLibCheck', 'false'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, ...types, 'worker.ts'], {
    cwd: user,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`a Worker does not compile:\n${stdout}`);
  console.log('a Worker compiles');
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}

function npm(cwd, ...args) {
  return spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}

function npx(spec, command, ...args) {
  const { status, stdout, stderr } = npm(folder, 'exec', '--yes', `--package=${spec}`, '--', command, ...args);
  if (status !== 0) throw new Error(`${command}:\n${stdout}${stderr}`);
  console.log(`${command}: nothing to say`);
}
