// Which functions of built files a first step calls: found by taking one, of models with the usual layers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const UNITS = 4;
const tensor = (...shape) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape });

/** A cell and what comes behind it. */
const specOf = (type, gates, settings) => ({
  inputs: [{ name: 'x', features: UNITS }],
  nodes: [
    {
      type,
      ...settings,
      name: 'h',
      inputs: ['x'],
      units: UNITS,
      tensors: { weightIh: 'wIh', weightHh: 'wHh', biasIh: 'bIh', biasHh: 'bHh' },
    },
    { type: 'dense', name: 'y', inputs: ['h'], units: UNITS, activation: 'tanh', tensors: { weight: 'w', bias: 'b' } },
  ],
  outputs: ['y'],
  tensors: {
    wIh: tensor(gates * UNITS, UNITS),
    wHh: tensor(gates * UNITS, UNITS),
    bIh: tensor(gates * UNITS),
    bHh: tensor(gates * UNITS),
    w: tensor(UNITS, UNITS),
    b: tensor(UNITS),
  },
});

const SPECS = [specOf('lstm', 4), specOf('gru', 3, { resetAfter: true }), specOf('rnn', 1)];

/**
 * @param root the folder of the package, in which built files are put together of the pieces that are written there.
 * @returns their texts.
 */
export async function firstCalls(root) {
  const folder = mkdtempSync(join(tmpdir(), 'first-calls-'));
  const session = new Session();
  session.connect();
  try {
    const { deploy } = await deployIn(root, folder);
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    const called = new Set();
    for (const [index, spec] of SPECS.entries()) {
      for (const weights of ['module', 'wasm']) {
        const { module, beside } = await deploy(spec, { weights });
        const file = join(folder, `${index}-${weights}.mjs`);
        writeFileSync(file, module);
        const { createModelSync } = await import(pathToFileURL(file).href);
        createModelSync(beside && { kernels: beside.bytes })
          .createStream()
          .step(new Float32Array(UNITS));
        for (const [start, end] of await rangesIn(session, file)) called.add(module.slice(start, end));
      }
    }
    return called;
  } finally {
    session.disconnect();
    rmSync(folder, { recursive: true });
  }
}

/** `gatewise/deploy` out of the sources. */
async function deployIn(root, folder) {
  const file = join(folder, 'deploy.mjs');
  await build({
    input: join(root, 'src/deploy/index.ts'),
    cwd: root,
    platform: 'neutral',
    tsconfig: 'tsconfig.build.json',
    output: { file, codeSplitting: false },
  });
  return import(pathToFileURL(file).href);
}

/** Where the functions of a file begin and end that were called. */
async function rangesIn(session, file) {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const { functions } = result.find(({ url }) => url === pathToFileURL(file).href);
  return functions.flatMap(({ ranges: [{ count, startOffset, endOffset }] }) =>
    count > 0 ? [[startOffset, endOffset]] : [],
  );
}
