import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { type DeployOptions, deploy } from '../../src/deploy/index.js';
import { createModel, type Model, type ModelSpec, type ModelValue, type Stream, type Tensor } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats } from '../support/random.js';

/** What a built file exports, as far as tests go. */
export interface BuiltFile {
  createModel(options?: object): Promise<Model>;
  createModelSync(options?: object): Model;
  readonly GatewiseError: new () => Error;
}

const folder = mkdtempSync(join(tmpdir(), 'gatewise-deploy-'));
// Not after all tests of a file: other files in this process go on with it.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** By Node itself, out of a module that the test runner has not rewritten: it would read each file first. */
writeFileSync(join(folder, 'import.cjs'), 'module.exports = (url) => import(url);');
const nativeImport: (url: string) => Promise<BuiltFile> = createRequire(import.meta.url)(join(folder, 'import.cjs'));

/** Imports the text of a module. */
export async function imported(text: string | Uint8Array): Promise<BuiltFile> {
  const path = join(folder, `${files++}.mjs`);
  writeFileSync(path, text);
  return nativeImport(pathToFileURL(path).href);
}

const TIME = 5;

/** Any numbers for an input: those of ids within every vocabulary. */
function inputFor(
  { features, dtype, kind, time, batch: fixed, axes }: ModelValue,
  batch: number,
  seed: number,
): Tensor {
  const steps = kind === 'vector' ? 1 : typeof time === 'number' ? time : TIME;
  const rows = fixed ?? batch;
  const length = rows * steps * features;
  const data = dtype === 'int32' ? new Int32Array(length).fill(seed % 2) : randomFloats(length, seed);
  const sizes = { batch: rows, time: steps };
  return { data, shape: axes.map((axis) => (typeof axis === 'number' ? axis : sizes[axis])) };
}

const inputsOf = (model: Model, batch: number): Record<string, Tensor> =>
  Object.fromEntries(model.inputs.map((info, index) => [info.name, inputFor(info, batch, index + 1)]));

/** The same results, or the same refusal. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** That both give the same bits and say the same of themselves, in all that a model can do. */
function expectSame(model: Model, other: Model): void {
  expect(other.build).toBe(model.build);
  expect(other.inputs).toEqual(model.inputs);
  expect(other.outputs).toEqual(model.outputs);
  for (const batch of [1, 3]) {
    const inputs = inputsOf(model, batch);
    const wanted = outcome(() => model.runNamed(inputs));
    if (batch === 1) expect(typeof wanted).toBe('object');
    expect(outcome(() => other.runNamed(inputs))).toEqual(wanted);
    expect(outcome(() => other.runNamed(inputs, { lengths: Array(batch).fill(2) }))).toEqual(
      outcome(() => model.runNamed(inputs, { lengths: Array(batch).fill(2) })),
    );
  }
  const rows = model.inputs.find(({ batch }) => batch !== undefined)?.batch ?? 1;
  const streams = [model, other].map((one) => outcome(() => one.createStream({ batch: rows })));
  if (typeof streams[0] === 'string') expect(streams[1]).toBe(streams[0]);
  else expectSameStreams(model, streams as never);
}

/** Steps of both in turn, each going on from what the other saved. */
function expectSameStreams(model: Model, [one, other]: [Stream, Stream]): void {
  for (let t = 0; t < 3; t++) {
    const frame = Object.fromEntries(
      model.inputs.map((info, index) => [
        info.name,
        inputFor(
          { ...info, time: info.kind === 'vector' ? 1 : typeof info.time === 'number' ? info.time : 1 },
          1,
          10 * t + index,
        ),
      ]),
    );
    const wanted = one.runNamed(frame);
    expect(other.runNamed(frame)).toEqual(wanted);
    expect(other.getState()).toEqual(one.getState());
    const saved = one.save();
    expectSameBits(other.save(), saved);
    one.restore(other.save());
    other.restore(saved);
  }
}

/** Builds a model, imports it, and compares it with what `createModel` makes. */
export async function expectSameWhenBuilt(spec: ModelSpec, options: DeployOptions = {}): Promise<void> {
  const { build = 'simd' } = options;
  const { module, beside } = await deploy(spec, options);
  const file = await imported(module);
  const given = beside && { [options.weights === 'wasm' ? 'kernels' : 'weights']: beside.bytes };
  const built = file.createModelSync(given);
  const model = await createModel(spec, { build, layers: allLayers });
  expectSame(model, built);
  built.dispose();
  model.dispose();
}
