import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createModelSync, GatewiseError, type ModelSpec } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { loadInt8 } from '../../src/layers/int8/index.js';
import { cut } from '../../src/specs/cut.js';
import { NAMES } from '../importers/renamed-files.js';
import { modelOf } from '../support/every-layer.js';
import { int8Spec } from '../support/int8.js';
import { stack } from '../support/random.js';
import { part } from '../support/thorough.js';

// Any text of a spec, and any name of an option, may be that of something of Object.prototype: what is made of it is a model that runs, or a
// GatewiseError.

/** Compiled once for tens of thousands of models. */
const kernels = new WebAssembly.Module(readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url)));

/** The spec with each of its texts, keys and values, in turn a name; tensors keep their numbers. */
function renamed({ tensors, ...rest }: ModelSpec, name: string): ModelSpec[] {
  const shapes = Object.keys(tensors).map((key) => [key, { tensor: key }]);
  const text = JSON.stringify({ ...rest, tensors: Object.fromEntries(shapes) });
  return [...text.matchAll(/"[^"]*"/g)].map(({ 0: token, index }) => {
    const changed = `${text.slice(0, index)}"${name}"${text.slice(index + token.length)}`;
    return JSON.parse(changed, (_, value) => tensors[value?.tensor] ?? value);
  });
}

function outcomeOf(spec: ModelSpec, int8?: Awaited<ReturnType<typeof loadInt8>>): string {
  try {
    const model = createModelSync(spec, { kernels, layers: allLayers, ...(int8 && { int8 }) });
    const inputs = model.inputs.map(({ name, features, dtype, time }) => {
      const length = features * (typeof time === 'number' ? time : 1);
      return [name, dtype === 'int32' ? new Int32Array(length) : new Float32Array(length)];
    });
    const given = Object.fromEntries(inputs);
    model.runNamed(given);
    model.trace(given);
    model.summary();
    model.dispose();
    return 'made';
  } catch (error) {
    return error instanceof GatewiseError ? 'refused' : `${(error as Error).stack}`;
  }
}

/** For each type of layer the name that is a setter, and one of the others in turn: each of them meets what all types share. */
const OF_TYPES = Object.keys(allLayers).flatMap((type, index) =>
  ['__proto__', NAMES.filter((name) => name !== '__proto__')[index % (NAMES.length - 1)] as string].map(
    (name) => [name, type] as const,
  ),
);

it.each(part(OF_TYPES, 3))('%s in the place of any text of a spec with %s', (name, type) => {
  const outcomes = renamed(modelOf(type), name).map((spec) => outcomeOf(spec));
  expect(outcomes.filter((outcome) => outcome !== 'made' && outcome !== 'refused')).toEqual([]);
  expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThan(10);
});

describe.each(NAMES)('%s in the place of', (name) => {
  it('the name or a field of an int8 tensor', async () => {
    const int8 = await loadInt8({ build: 'simd' });
    const spec = int8Spec(stack('lstm', 2, 3));
    const named = Object.entries(spec.int8 ?? {}).map(([key, tensor], at, all) => ({
      ...spec,
      int8: Object.fromEntries([...all.slice(0, at), [name, tensor], ...all.slice(at + 1)]),
      nodes: JSON.parse(JSON.stringify(spec.nodes).replaceAll(`"${key}"`, `"${name}"`)),
    }));
    expect(named.map((one) => outcomeOf(one, int8))).toEqual(named.map(() => 'made'));
    const field = { ...spec, nodes: JSON.parse(JSON.stringify(spec.nodes).replaceAll('"weightIh"', `"${name}"`)) };
    expect(outcomeOf(field, int8)).toBe('refused');
  });

  it('any option', () => {
    const own = Object.defineProperty({}, name, { value: 1, enumerable: true, configurable: true });
    const spec = stack('lstm', 2, 3);
    const model = createModelSync(spec, { kernels });
    const stream = model.createStream();
    const calls: [string, () => unknown][] = [
      ['createModel', () => createModelSync(spec, { kernels, ...own })],
      ['build', () => createModelSync(spec, { kernels, build: name as 'simd' })],
      ['layers', () => createModelSync(spec, { kernels, layers: name as never })],
      ['run', () => model.run([1, 2], own)],
      ['runNamed', () => model.runNamed(own)],
      ['trace', () => model.trace([1, 2], own)],
      ['createStream', () => model.createStream(own)],
      ['stream.run', () => stream.run([1, 2], own)],
      ['stream.runNamed', () => stream.runNamed(own)],
      ['setState', () => stream.setState(own as never)],
      ['cut', () => cut(spec, { outputs: [name] })],
      ['cut', () => cut(spec, own as never)],
    ];
    for (const [what, call] of calls) expect(call, what).toThrow(GatewiseError);
  });
});
