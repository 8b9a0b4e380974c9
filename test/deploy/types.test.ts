import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type DeployOptions, deploy, LOOKS, METHODS } from '../../src/deploy/index.js';
import type { ModelSpec } from '../../src/index.js';
import { SpecBuilder, stack } from '../support/random.js';
import { whenThorough } from '../support/thorough.js';

// The types of a built file are of its model: what it does not take is an error where it is written.

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** What the compiler says, without places, to a strict project that has a built file and no other types than the language's. */
async function compile(spec: ModelSpec, source: string, options: DeployOptions = {}): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-built-types-'));
  try {
    const compilerOptions = {
      lib: ['ES2022', 'ESNext.Disposable'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      module: 'nodenext',
      target: 'es2022',
    };
    const files = {
      'tsconfig.json': JSON.stringify({ compilerOptions, include: ['user.mts', 'model.d.mts'] }),
      'model.d.mts': (await deploy(spec, options)).types,
      'user.mts': source,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    execFileSync(process.execPath, [TSC, '-p', folder], { cwd: folder });
    return [];
  } catch (error) {
    return `${(error as { stdout: Buffer }).stdout}`.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const BEGIN = "import { createModel, createModelSync, type Model, type Outputs, type Stream } from './model.mjs';\n";

it('of one input and one output', whenThorough, async () => {
  const right = `${BEGIN}
const model: Model = await createModel({ memoryLimit: 1e8 });
const y: Float32Array = model.run([[1, 2, 3]], { batch: 1, out: new Float32Array(5) });
const stream: Stream = createModelSync().createStream({ batch: 2 });
const out: Float32Array = stream.step(new Float32Array(3), new Float32Array(5), [1]);
stream.restore(stream.save(0), 1);
const { head } = model.runNamed({ x: { data: y, shape: [1, 3] } });
const sum: number = (head.data[0] ?? 0) + (head.shape[0] ?? 0) + out.length;
for await (const part of stream.frames([[1, 2, 3]])) model.stepMany([stream, stream.fork()], part);
export { sum };
`;
  const spec = stack('lstm', 3, 5);
  expect(await compile(spec, right)).toEqual([]);
  const wrong = `${BEGIN}
const model = createModelSync();
model.createStream().step('three');
model.createStream().step(new Uint8Array(3));
model.runNamed({ y: [1] });
const { tail } = model.runNamed({ x: [1, 2, 3] });
createModelSync({ kernels: new Uint8Array(1) });
model.trace([1, 2, 3]);
`;
  const errors = await compile(spec, wrong);
  expect(errors).toHaveLength(6);
  for (const word of ['string', 'Uint8Array', 'y', 'tail', 'kernels', 'trace']) {
    expect(
      errors.filter((line) => line.includes(`'${word}`)),
      word,
    ).not.toEqual([]);
  }
});

it('of what looks inside', whenThorough, async () => {
  const source = `${BEGIN}
const model = createModelSync();
const { layers, parameters } = model.summary();
const text: string = \`\${model.summary()} \${layers[0]?.units}\`;
const features: number | undefined = model.graph.values.get('head')?.features;
const [layer] = model.layers;
const type: string = layer?.node.type ?? '';
const gates: string[] = (layer?.cells ?? []).flatMap((cell) => Object.keys(cell.words.gates));
const h: Float32Array | undefined = model.trace([1, 2, 3]).layers[0]?.h;
export { features, gates, h, parameters, text, type };
`;
  const methods = [...METHODS, ...LOOKS];
  expect(await compile(stack('lstm', 3, 5), source, { methods })).toEqual([]);
  // Each alone names no type that the others declare.
  for (const look of LOOKS)
    expect(await compile(stack('lstm', 3, 5), BEGIN, { methods: [...METHODS, look] })).toEqual([]);
});

it('of a model that cannot stream, whose names are no identifiers', async () => {
  const spec: ModelSpec = {
    ...new SpecBuilder(8).bidirectional('gru', 'a*/ "b"', 'x', 3, 4).spec(3, ['a*/ "b"']),
    name: 'two\u2028lines */ and more',
  };
  const use = (more: string): string => `${BEGIN}const model = createModelSync();
const outputs: Outputs = model.runNamed({ x: [1, 2, 3] });
export const numbers: Float32Array = outputs['a*/ "b"'].data;
${more}`;
  expect(await compile(spec, use('').replace(', type Stream', ''))).toEqual([]);
  expect(await compile(spec, use('model.createStream();').replace(', type Stream', ''))).toEqual([
    expect.stringContaining("'createStream' does not exist"),
  ]);
});

it('of token ids, and of files beside the module', whenThorough, async () => {
  const builder = new SpecBuilder(3);
  const spec: ModelSpec = {
    inputs: [{ name: 'ids', features: 1, dtype: 'int32' }],
    nodes: [{ type: 'embedding', name: 'y', inputs: ['ids'], tensors: { weight: builder.tensor('w', 9, 3) } }],
    outputs: ['y'],
    tensors: builder.tensors,
  };
  const step = 'createModelSync({ weights: new Uint8Array(9) }).createStream().step';
  expect(await compile(spec, `${BEGIN}${step}(Int32Array.of(1));`, { weights: 'split' })).toEqual([]);
  expect(await compile(spec, `${BEGIN}${step}(Float32Array.of(1));`, { weights: 'split' })).toHaveLength(1);
  expect(await compile(spec, `${BEGIN}createModelSync();`, { weights: 'split' })).toHaveLength(1);
  expect(await compile(spec, `${BEGIN}createModelSync({ kernels: new Uint8Array(1) });`, { weights: 'wasm' })).toEqual(
    [],
  );
});
