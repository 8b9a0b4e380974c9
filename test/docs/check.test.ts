import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Per file, imports that `npm run check` must refuse there, and imports that it must not. */
const DIRECTIONS: Record<string, { refused: string[]; allowed: string[] }> = {
  'src/spec.ts': { refused: ['./errors.js', './graph/value.js', 'node:fs'], allowed: [] },
  'src/refuse.ts': { refused: ['./graph/value.js', './index.js'], allowed: ['./errors.js', './spec.js'] },
  'src/wasm/arena.ts': {
    refused: ['../graph/value.js', '../layers/layer.js', '../model.js'],
    allowed: ['./abi.js', '../errors.js', '../refuse.js'],
  },
  'src/graph/value.ts': {
    refused: ['../layers/common.js', '../wasm/abi.js', '../engine/plan.js'],
    allowed: ['./clock.js', '../spec.js'],
  },
  'src/layers/common.ts': {
    refused: ['../engine/plan.js', '../state/access.js', '../importers/shared/report.js'],
    allowed: ['./layer.js', './around/dense.js', '../graph/value.js', '../wasm/pack.js'],
  },
  'src/layers/recurrent/cell.ts': {
    refused: ['../../engine/plan.js', '../../stream.js'],
    allowed: ['./slot.js', '../layer.js', '../around/values.js', '../../wasm/pack.js', '../../spec.js'],
  },
  'src/state/access.ts': {
    refused: ['../engine/engine.js', '../call/input.js', '../model.js'],
    allowed: ['../layers/recurrent/slot.js', '../refuse.js'],
  },
  'src/engine/engine.ts': {
    refused: ['../call/request.js', '../inspect/trace.js', '../stream.js'],
    allowed: ['../state/access.js', '../layers/common.js'],
  },
  'src/call/request.ts': { refused: ['../inspect/trace.js', '../model.js'], allowed: ['../engine/engine.js'] },
  'src/inspect/trace.ts': { refused: ['../model.js', '../index.js'], allowed: ['../engine/engine.js'] },
  'src/inspect/explain.ts': {
    refused: ['../model.js', './trace.js', '../engine/engine.js'],
    allowed: ['../index.js', '../refuse.js'],
  },
  'src/model.ts': {
    refused: ['./index.js', './importers/load/load.js'],
    allowed: ['./stream.js', './engine/engine.js'],
  },
  'src/importers/onnx/read.ts': {
    refused: [
      '../keras/graph.js',
      '../../layers/common.js',
      '../../graph/value.js',
      '../../index.js',
      '../../refuse.js',
    ],
    allowed: ['./ops/all.js', '../shared/report.js', '../formats/zip.js', '../../spec.js', '../../graph/clock.js'],
  },
  'src/importers/keras/layers/dense.ts': {
    refused: ['../../../layers/common.js', '../../onnx/fold.js', '../../../wasm/abi.js'],
    allowed: ['./layer.js', '../files/weights.js', '../../shared/fields.js', '../../../graph/window-steps.js'],
  },
  'src/importers/tfjs/read.ts': {
    refused: ['../onnx/read.js', '../../engine/plan.js'],
    allowed: ['../keras/graph.js', '../formats/json.js'],
  },
  'src/importers/load/load.ts': {
    refused: ['../../index.js', '../../layers/common.js'],
    allowed: ['../onnx/read.js', '../../errors.js'],
  },
  'src/importers/shared/report.ts': {
    refused: ['../onnx/read.js', '../../layers/layer.js'],
    allowed: ['../../spec.js'],
  },
  'src/importers/formats/zip.ts': {
    refused: ['../shared/report.js', '../keras/read.js'],
    allowed: ['./crc.js', '../shared/refuse.js', '../../errors.js'],
  },
  'src/quantize/index.ts': {
    refused: ['../engine/engine.js', '../importers/onnx/read.js', '../layers/common.js'],
    allowed: ['./rounding.js', '../index.js', '../spec.js', '../importers/onnx/index.js', '../layers/all.js'],
  },
  'src/decode/beam.ts': {
    refused: ['../engine/engine.js', '../call/input.js', '../importers/onnx/read.js'],
    allowed: ['./align.js', '../index.js', '../refuse.js', '../typed.js', '../call/options.js'],
  },
  'src/cli/commands/run.ts': {
    refused: ['../../model.js', '../../wasm/abi.js'],
    allowed: ['../print.js', '../../index.js'],
  },
  'examples/weather/demo.mjs': { refused: ['../../src/index.js', '../../dist/index.js'], allowed: ['gatewise'] },
  'bench/suites/step.mjs': { refused: ['../../dist/index.js'], allowed: ['gatewise', '../support/kernels.mjs'] },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
  for (const file of ['biome.json', 'knip.json', '.gitignore']) copyFileSync(join(ROOT, file), join(folder, file));
  write('package.json', '{ "name": "seeded", "type": "module" }');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Runs one of the tools of `npm run check`, with this project's configuration, on the folder of seeded faults. */
function run(script: string, ...options: string[]): string {
  const command = [join(ROOT, 'node_modules', script), ...options];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  return (stdout + stderr).replaceAll(`${folder}/`, '');
}

/** `file:line` of every place that biome's rule refuses. */
function refusals(rule: string): string[] {
  const printed = run('@biomejs/biome/bin/biome', 'lint', `--only=${rule}`, '--reporter=github');
  return [...printed.matchAll(/file=([^,]+),line=(\d+)/g)].map(([, file, line]) => `${file}:${line}`).sort();
}

describe('npm run check refuses', () => {
  it('imports against the directions, and no others', () => {
    for (const [path, { refused, allowed }] of Object.entries(DIRECTIONS)) {
      write(path, [...refused, ...allowed].map((name) => `import '${name}';\n`).join(''));
    }
    const expected = Object.entries(DIRECTIONS).flatMap(([path, { refused }]) =>
      refused.map((_, index) => `${path}:${index + 1}`),
    );
    expect(refusals('style/noRestrictedImports')).toEqual(expected.sort());
  });

  it('circles of imports, of types too', () => {
    write('src/graph/one.ts', "import type { Two } from './two.js';\nexport type One = Two;\n");
    write('src/graph/two.ts', "import type { One } from './one.js';\nexport type Two = One | undefined;\n");
    expect(refusals('suspicious/noImportCycles')).toEqual(['src/graph/one.ts:1', 'src/graph/two.ts:1']);
  });

  it('exports that nobody imports', () => {
    write('src/index.ts', "export { used } from './used.js';\n");
    write('src/used.ts', 'export const used = 1;\nexport const forgotten = 2;\n');
    write('src/nobody.ts', 'export const alone = 1;\n');
    const printed = run('knip/bin/knip.js', '--include=files,exports', '--no-config-hints', '--no-progress');
    expect(printed).toContain('src/nobody.ts');
    expect(printed).toMatch(/forgotten\s+src\/used\.ts/);
    expect(printed).not.toMatch(/\bused\s+src\/used\.ts/);
  });
});
