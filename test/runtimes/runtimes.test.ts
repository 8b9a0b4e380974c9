import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { seeds } from '../importers/corpus.js';
import { stack } from '../support/random.js';
import { SIMD_HASH } from '../support/stacks.js';
import { type File, openAll } from './importers.js';

/** Other runtimes, taken from the PATH; each skipped by name where it is not there. */
const RUNTIMES = [
  { name: 'Deno', command: 'deno', run: ['run', '--no-config', '--no-lock'] },
  { name: 'Bun (JavaScriptCore)', command: 'bun', run: ['run'] },
];

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One file of every format. */
function oneOfEach(): File[] {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const json = (path: string) => JSON.parse(readFileSync(new URL(`../golden/${path}`, import.meta.url), 'utf8'));
  const wanted = [
    'ONNX zero_state',
    'ONNX embedding',
    'Keras lstm.keras',
    'Keras lstm.h5',
    '.nam',
    'RTNeural torch style',
  ];
  const [checkpoint] = json('tensorflow-files/checkpoints.json');
  const [tfjs] = json('tfjs-files/models.json');
  const paths: string[] = tfjs.model.weightsManifest[0].paths;
  const shards = paths.map((path, index) => [path, tfjs.shards[index]] as const);
  return [
    ...seeds()
      .filter(({ name }) => wanted.includes(name))
      .map(({ name, bytes }) => ({ name, files: { model: base64(bytes) } })),
    { name: 'container', files: { model: base64(toSafetensors(stack('lstm', 2, 3))) } },
    {
      name: 'tfjs',
      files: { 'model.json': base64(Buffer.from(JSON.stringify(tfjs.model))), ...Object.fromEntries(shards) },
    },
    {
      name: 'tensorflow',
      files: { index: checkpoint.index, data: checkpoint.data },
      options: { tensorflow: checkpoint.config },
    },
  ];
}

let folder: string;
let bundle: string;
let importers: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatewise-'));
  bundle = join(folder, 'smoke.mjs');
  const entry = fileURLToPath(new URL('smoke.ts', import.meta.url));
  await build({ input: entry, output: { file: bundle, codeSplitting: false }, logLevel: 'silent' });
  // For browsers: nothing of Node may be asked for.
  importers = join(folder, 'importers.mjs');
  await build({
    input: fileURLToPath(new URL('importers.ts', import.meta.url)),
    platform: 'browser',
    output: { file: importers, codeSplitting: false },
    logLevel: 'silent',
  });
  const script = readFileSync(importers, 'utf8');
  expect(script).not.toMatch(/from\s*["']node:/);
  writeFileSync(importers, `globalThis.FILES = ${JSON.stringify(oneOfEach())};\n${script}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(RUNTIMES)('$name', ({ command, run }) => {
  it.runIf(isInstalled(command))('loads the embedded kernels and gives the committed bits', () => {
    const printed = execFileSync(command, [...run, bundle], { cwd: folder, encoding: 'utf8' });
    const { hash, build: chosen, relaxed, difference } = JSON.parse(printed);
    expect(hash).toBe(SIMD_HASH);
    expect(chosen).toBe(relaxed ? 'relaxed' : 'simd');
    expect(difference).toBeLessThan(2e-6);
  });

  it.runIf(isInstalled(command))('opens a file of every format, to the bits that Node gives', async () => {
    const here = await openAll(oneOfEach());
    expect(Object.keys(here)).toHaveLength(9);
    const printed = execFileSync(command, [...run, importers], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(here);
  });
});
