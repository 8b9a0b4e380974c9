import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { build } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { load, sniff } from '../../src/importers/load/index.js';
import { fromSafetensors, toSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel, ImportError, type ModelSpec } from '../../src/index.js';
import { FRAMEWORKS, goldenCases } from '../golden/cases.js';
import { randomFloats, stack } from '../support/random.js';

const golden = (path: string): Uint8Array => readFileSync(new URL(`../golden/${path}`, import.meta.url));
const json = (path: string) => JSON.parse(golden(path).toString());
const keras = (version: string, format: string): Uint8Array => {
  const one = json(`keras-files/${version}.json`).find((file: { format: string }) => file.format === format);
  return gunzipSync(golden(`keras-files/${version}.bin`).subarray(one.at, one.at + one.bytes));
};
const checkpoint = json('tensorflow-files/checkpoints.json')[0];
const index = new Uint8Array(Buffer.from(checkpoint.index, 'base64'));
const data = new Uint8Array(Buffer.from(checkpoint.data, 'base64'));
const nam = json('nam-files/models.json')[0].file;

describe('formats are told from the bytes', () => {
  it.each<[string, Uint8Array, string]>([
    ['Keras 3, .keras', keras('keras3', 'keras'), 'keras'],
    ['Keras 3, .h5', keras('keras3', 'h5'), 'keras'],
    ['Keras 2, .h5', keras('keras2', 'h5'), 'keras'],
    ['a checkpoint index', index, 'tensorflow'],
    ['.npz', zipSync({ 'a.npy': strToU8('x') }), 'tensorflow'],
    ['.nam', strToU8(JSON.stringify(nam)), 'nam'],
    ['RTNeural, Keras style', strToU8('{"in_shape":[null,1],"layers":[]}'), 'rtneural'],
    ['RTNeural, torch style', strToU8('  {"lstm.weight_ih_l0":[[1]],"dense.bias":[1]}'), 'rtneural'],
    ['TensorFlow.js', strToU8('{"format":"layers-model","modelTopology":{},"weightsManifest":[]}'), 'tfjs'],
    [
      'safetensors of PyTorch',
      readFileSync(new URL('../../examples/weather/model.safetensors', import.meta.url)),
      'pytorch',
    ],
    ['the own container', toSafetensors(stack('lstm', 2, 3)), 'safetensors'],
    ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 10), 'pytorch'],
  ])('%s', (_, bytes, format) => {
    expect(sniff(bytes)).toBe(format);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /of no known format; expected ONNX, .*got an empty file/],
    ['text', strToU8('hello there'), /of no known format; .*got bytes 68 65 6c 6c/],
    ['other JSON', strToU8('{"a":1}'), /JSON of no known format; .*got a/],
    ['another archive', zipSync({ 'a.txt': strToU8('b') }), /a zip archive of no known format; .*got a.txt/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => sniff(bytes)).toThrow(message);
  });
});

describe('load', () => {
  it('loads no importer before the format is known', async () => {
    const entry = fileURLToPath(new URL('../../src/importers/load/index.ts', import.meta.url));
    const { output } = await build({ input: entry, write: false, logLevel: 'silent' });
    const [first, ...others] = output.filter((chunk) => chunk.type === 'chunk');
    const reads = (ids: readonly string[]): string[] => ids.filter((id) => /importers\/\w+\/read\.ts$/.test(id));
    expect(first?.isEntry).toBe(true);
    expect(reads(first?.moduleIds ?? [])).toEqual([]);
    expect(first?.moduleIds.filter((id) => /jsfive|bufbuild/.test(id))).toEqual([]);
    expect(new Set(others.flatMap((chunk) => reads(chunk.moduleIds))).size).toBe(7);
  });

  it('opens what needs nothing else', async () => {
    expect((await load(keras('keras3', 'keras'))).report.format).toMatch(/^Keras 3/);
    expect((await load(keras('keras2', 'h5'))).report.format).toMatch(/^Keras 2/);
    expect((await load(strToU8(JSON.stringify(nam)))).report.format).toMatch(/^Neural Amp Modeler/);
    const spec = stack('gru', 2, 3);
    expect((await load(toSafetensors(spec))).spec).toEqual(spec);
  });

  it('opens files that belong together, whatever their names', async () => {
    const { spec } = await load({ a: data, b: index }, { tensorflow: checkpoint.config });
    expect(spec.nodes[0]?.type).toBe('lstm');
    await expect(load({ a: data, b: index })).rejects.toThrow('options.tensorflow: weights without a topology');
    await expect(load({ a: strToU8('?') })).rejects.toThrow(
      'source: no file of a known format; expected one that describes a model, got a',
    );
    await expect(load(null as never)).rejects.toThrow(
      'source: nothing to open; expected bytes, or files by name, got null',
    );
  });
});

describe('the own container', () => {
  const bits = ({ data: numbers }: { data: Float32Array }): Uint32Array => new Uint32Array(numbers.slice().buffer);

  it('every golden model comes back bit for bit, and runs to the same bits', async () => {
    const seen = FRAMEWORKS.flatMap((framework) => [...goldenCases(framework)]).filter((_, i) => i % 9 === 0);
    expect(seen.length).toBeGreaterThan(50);
    for (const { spec, inputs } of seen) {
      const back = fromSafetensors(toSafetensors(spec));
      expect({ ...back, tensors: {} }).toEqual({
        ...(JSON.parse(JSON.stringify({ ...spec, tensors: {} })) as ModelSpec),
      });
      expect(Object.keys(back.tensors)).toEqual(Object.keys(spec.tensors));
      for (const [name, tensor] of Object.entries(spec.tensors)) {
        expect(back.tensors[name]?.shape).toEqual(tensor.shape);
        expect(bits(back.tensors[name] as { data: Float32Array })).toEqual(bits(tensor));
      }
      const [a, b] = [await createModel(spec), await createModel(back)];
      expect(b.runNamed(inputs as never)).toEqual(a.runNamed(inputs as never));
      a.dispose();
      b.dispose();
    }
  });

  it('bits of NaN, signed zeros, denormals; names of any characters', () => {
    const words = Uint32Array.of(0x7fa12345, 0xffc00001, 0x80000000, 1, 0x7f800000, 0xff800000);
    const tensors = {
      'a "b"\n🎈': { shape: [6], data: new Float32Array(words.buffer) },
      __proto: { shape: [1], data: randomFloats(1, 2) },
    };
    const spec = {
      inputs: [{ name: 'x', features: 6 }],
      nodes: [{ type: 'scale_shift', name: 'y', inputs: ['x'], tensors: { scale: 'a "b"\n🎈' } }],
      outputs: ['y'],
      tensors,
    } as ModelSpec;
    expect(bits(fromSafetensors(toSafetensors(spec)).tensors['a "b"\n🎈'] as { data: Float32Array })).toEqual(words);
  });

  it.each<[string, (spec: Record<string, unknown>) => unknown, RegExp]>([
    ['metadata that is no model', () => [1], /^metadata, gatewise: not a model; expected an object, got \[1\]$/],
    ['a newer version', (spec) => Object.assign(spec, { version: 2 }), /a version that is not read; expected 1, got 2/],
    ['an unknown field', (spec) => Object.assign(spec, { code: [] }), /not a field of a model; .*got code/],
    ['nodes that are no list', (spec) => Object.assign(spec, { nodes: {} }), /not a field of a model; .*got nodes/],
  ])('refuses %s', (_, change, message) => {
    const bytes = toSafetensors(stack('lstm', 2, 3));
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const spec = JSON.parse(header.__metadata__.gatewise);
    header.__metadata__.gatewise = JSON.stringify(change(spec) ?? spec);
    const text = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + text.length + bytes.length - 8 - length);
    new DataView(file.buffer).setUint32(0, text.length, true);
    file.set(text, 8);
    file.set(bytes.subarray(8 + length), 8 + text.length);
    expect(() => fromSafetensors(file)).toThrow(message);
    expect(() => fromSafetensors(file)).toThrow(ImportError);
  });

  it('refuses weights alone', () => {
    const weights = readFileSync(new URL('../../examples/weather/model.safetensors', import.meta.url));
    expect(() => fromSafetensors(weights)).toThrow(/no model in the metadata; expected a file of toSafetensors/);
  });
});
