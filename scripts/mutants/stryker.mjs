// A folder of src/ by StrykerJS, which has a package.json of its own here: `npm ci --prefix scripts/mutants` first.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Copy } from './copy.mjs';
import { ownModule } from './own-modules.mjs';
import { testsOf } from './rooms.mjs';

/** @returns the number of mutants that survived or that no test reaches. */
export function testFolder(folder, concurrency = '1') {
  const runner = ownModule('@stryker-mutator/vitest-runner/dist/src/index.js');
  const copy = new Copy();
  const test = { ...testsOf(folder), setupFiles: ['./test/support/setup.ts'], testTimeout: 60_000 };
  copy.write('vitest.mutants.config.ts', `export default ${JSON.stringify({ test })};\n`);
  const file = folder.endsWith('.ts');
  const config = {
    testRunner: 'vitest',
    plugins: [runner],
    mutate: [file ? folder : `${folder}/**/*.ts`, '!src/wasm/embedded/**', '!src/**/*.d.ts'],
    vitest: { configFile: 'vitest.mutants.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(concurrency),
    inPlace: true,
    allowEmpty: false,
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 30,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: 'mutants.json' },
  };
  copy.write('stryker.config.json', JSON.stringify(config));
  const stryker = ownModule('@stryker-mutator/core/bin/stryker.js');
  const { status } = spawnSync(process.execPath, [stryker, 'run', 'stryker.config.json'], {
    cwd: copy.folder,
    stdio: 'inherit',
  });
  const report = resolve(copy.folder, 'mutants.json');
  if (status !== 0 || !existsSync(report)) throw new Error(`StrykerJS failed in ${copy.folder}`);
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const left = tell(files);
  copy.remove();
  return left;
}

/** Prints what is left and the scores. */
function tell(files) {
  const count = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
  for (const [path, { source, mutants }] of Object.entries(files).sort()) {
    const own = { ...count, Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 };
    for (const { status, location, replacement, mutatorName } of mutants) {
      if (!(status in count)) continue;
      count[status]++;
      own[status]++;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const line = source.split('\n')[location.start.line - 1].trim();
      console.log(`${status}  ${path}:${location.start.line}  ${mutatorName} → ${replacement?.slice(0, 60)}   ${line}`);
    }
    console.log(`${score(own)}  ${path}`);
  }
  console.log(`${score(count)}  together: ${JSON.stringify(count)}`);
  return count.Survived + count.NoCoverage;
}

function score({ Killed, Timeout, Survived, NoCoverage }) {
  const all = Killed + Timeout + Survived + NoCoverage;
  return all === 0 ? '    –' : `${((100 * (Killed + Timeout)) / all).toFixed(1)} %`;
}
