import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../../src/importers/keras/index.js';
import { createModel, ImportError } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { whenThorough } from '../../support/thorough.js';
import { damaged } from '../corpus.js';
import { drawn, expectClose, floats, refusal } from '../support.js';

// `.keras` files whose weights are `model.weights.npz`: what Keras pickles there differs by version, backend and NumPy.

interface Case {
  readonly name: string;
  readonly by: string;
  readonly file: string;
  readonly inputs: { shape: number[]; seed: number }[];
  readonly outputs: { shape: number[]; data: string }[];
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../golden/keras-files/keras-npz.json', import.meta.url), 'utf8'),
);
const file = ({ file }: Case): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(file, 'base64')));

describe('npz weights as Keras wrote them', () => {
  it.each(cases.map((one) => [`${one.name}, by ${one.by}`, one] as const))('%s', async (_, one) => {
    const { spec, report } = readKeras(file(one));
    const model = await createModel(spec);
    const [input] = spec.inputs;
    const [y] = Object.values(model.runNamed({ [input?.name as string]: drawn(one.inputs[0] as Case['inputs'][0]) }));
    expect(y?.shape).toEqual(one.outputs[0]?.shape);
    expectClose(y?.data as Float32Array, floats(one.outputs[0]?.data as string));
    model.dispose();
    expect(new Set(report.tensors.map(({ becomes }) => becomes))).toEqual(new Set(Object.keys(spec.tensors)));
    expect(report.tensors[0]?.tensor).toMatch(/^layers\/.*vars\/\d$/);
  });

  it('of Keras 2 and 3, of three backends, and of NumPy before 2', () => {
    const by = cases.map((one) => one.by).join('\n');
    for (const wanted of [/^keras 2\./m, /^keras 3\.0/m, /^keras 3\.15/m, /numpy 1\./, /jax/, /, numpy,/, /tensorflow/])
      expect(by).toMatch(wanted);
  });
});

/** An `.npy` file with one pickle, given as opcodes: text, and numbers for bytes. */
function npy(type: string, parts: (string | number)[]): Uint8Array {
  const header = `${`{'descr': '${type}', 'fortran_order': False, 'shape': (), }`.padEnd(117)}\n`;
  const bytes = parts.flatMap((part) => (typeof part === 'string' ? [...strToU8(part)] : [part]));
  return Uint8Array.from([0x93, ...strToU8('NUMPY'), 1, 0, header.length, 0, ...strToU8(header), ...bytes]);
}
const pickled = (...parts: (string | number)[]): Uint8Array => npy('|O', parts);
const RECONSTRUCT = [
  'cnumpy._core.multiarray\n_reconstruct\n',
  'cnumpy\nndarray\n',
  'K',
  0,
  0x85,
  'C',
  1,
  'b',
  0x87,
  'R',
];
const dtype = (type: string) => ['cnumpy\ndtype\n', 0x8c, type.length, type, 0x89, 0x88, 0x87, 'R'];
/** `np.array(object)`. */
const holding = (...object: (string | number)[]) =>
  pickled(...RECONSTRUCT, '(K', 1, ')', ...dtype('O8'), 0x89, '](', ...object, 'etb.');

describe('refused', () => {
  const [stack] = cases.filter(
    ({ by, name }) => by.startsWith('keras 3.15') && by.includes('tensorflow') && name === 'stack',
  );
  const parts = unzipSync(file(stack as Case));
  const weights = unzipSync(parts['model.weights.npz'] as Uint8Array);
  /** The file with other weights. */
  const withWeights = (change: Record<string, Uint8Array>, without?: string): Uint8Array => {
    const kept = Object.fromEntries(Object.entries(weights).filter(([name]) => name !== without));
    return zipSync({ ...parts, 'model.weights.npz': zipSync({ ...kept, ...change }) });
  };
  const said = (cell: Uint8Array): string => refusal(() => readKeras(withWeights({ 'layers/dense.npy': cell })));
  const WHERE = 'model.weights.npz, "layers/dense';

  it('the file that is changed is a good one', () => {
    expect(refusal(() => readKeras(withWeights({})))).toBe('nothing was thrown');
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a function of Python, which is not run',
      holding('}cposix\nsystem\n', 0x8c, 4, 'true', 0x85, 'R'),
      `${WHERE}": an object that is not honoured; expected arrays of NumPy, variables of Keras, got posix.system`,
    ],
    [
      'a tensor of PyTorch',
      holding('ctorch._utils\n_rebuild_tensor_v2\n'),
      `${WHERE}": an object that is not honoured; expected arrays of NumPy, variables of Keras, got torch._utils._rebuild_tensor_v2`,
    ],
    [
      'an object elsewhere',
      holding('K', 1, 'Q'),
      `${WHERE}": an object outside of the file; expected plain data, got 1`,
    ],
    ['no dict', holding('K', 1), `${WHERE}": not the variables of a layer; expected a dict, got 1`],
    [
      'an array of nothing',
      pickled(...RECONSTRUCT, '.'),
      `${WHERE}": not the variables of a layer; expected a dict, got nothing`,
    ],
    [
      'bytes behind it',
      Uint8Array.from([...holding('}'), 0]),
      `${WHERE}": bytes behind the object; expected ${holding('}').length} bytes, got ${holding('}').length + 1}`,
    ],
    [
      'a dict without the kernel',
      holding('}'),
      `${WHERE}/vars/0": no such array; expected an array of weights, got nothing`,
    ],
    [
      'a number instead of the kernel',
      holding('}', 0x8c, 1, '0', 'K', 7, 's'),
      `${WHERE}/vars/0": no such array; expected an array of weights, got 7`,
    ],
    [
      'an array of objects instead of the kernel',
      holding('}', 0x8c, 1, '0', ...RECONSTRUCT, 's'),
      `${WHERE}/vars/0": no such array; expected an array of weights, got {type, little, fortran, shape, content}`,
    ],
    [
      'plain numbers, which hold no dict',
      npy('<f4', []),
      `${WHERE}": not the variables of a layer; expected one object, got {'descr': '<f4', 'fortran_order': False, 'shape': (), }`,
    ],
    [
      'other bytes',
      strToU8('nothing of this kind'),
      `${WHERE}": not a NumPy array; expected the magic \\x93NUMPY, got other bytes`,
    ],
    [
      'an array of a class that is none',
      pickled('cnumpy._core.multiarray\n_reconstruct\n', 'K', 0, 0x85, 'R.'),
      'numpy _reconstruct: not an array; expected numpy.ndarray, got 0',
    ],
    [
      'a type that is no name',
      pickled('cnumpy\ndtype\n', 'K', 0, 0x85, 'R.'),
      'numpy.dtype: not an element type; expected a text, got 0',
    ],
    [
      'a call of something else',
      pickled('cfunctools\npartial\n', 'cnumpy\nndarray\n', 0x85, 'R.'),
      'functools.partial: a call that is not honoured; expected ResourceVariable',
    ],
    [
      'an array of JAX that something else makes',
      pickled('cjax._src.array\n_reconstruct_array\n', 'K', 0, 0x85, 'R.'),
      "jax _reconstruct_array: not an array; expected NumPy's _reconstruct",
    ],
    [
      'a state that is none',
      pickled(...RECONSTRUCT, 'K', 1, 'b.'),
      'numpy.ndarray: not an array; expected (version, shape, dtype, order, content), got 1',
    ],
    [
      'a shape that cannot be',
      pickled(...RECONSTRUCT, '(K', 1, 'J', 255, 255, 255, 255, 0x85, ...dtype('f4'), 0x89, 'C', 0, 'tb.'),
      'numpy.ndarray: not an array; expected (version, shape, dtype, order, content), got [1, […], {type, order}, false, {}]',
    ],
    [
      'attributes of a class',
      pickled('cnumpy\nndarray\n', '}b.'),
      'sets attributes; expected arrays of NumPy, variables of Keras',
    ],
  ])('%s', (_, cell, expected) => {
    expect(said(cell)).toContain(expected);
  });

  /** A kernel of this type, shape and bytes. */
  const kernel = (type: string, shape: number[], bytes: number[]) => {
    const state = ['(K', 1, '(', ...shape.flatMap((n) => ['K', n]), 't', ...dtype(type), 0x89, 'C', bytes.length];
    return holding('}', 0x8c, 1, '0', ...RECONSTRUCT, ...state, ...bytes, 'tb', 's');
  };
  it('an array of another type, of the wrong size, of the wrong shape', () => {
    expect(said(kernel('c8', [1], [0, 0, 0, 0, 0, 0, 0, 0]))).toMatch(
      /dense\/vars\/0": a type that is not read; .*got c8/,
    );
    expect(said(kernel('f4', [6, 2], [0, 0, 0, 0]))).toContain(
      'dense/vars/0": wrong size; expected 48 bytes for (6, 2), got 4',
    );
    expect(said(kernel('f4', [255, 255, 255], [0]))).toContain('wrong size; expected 66325500 bytes');
    const two = { '0': kernel('f4', [1, 2], [0, 0, 0, 0, 0, 0, 0, 0]) };
    expect(said(two[0])).toMatch(/dense\/vars\/1": no such array; expected an array of weights, got nothing/);
  });

  it('a layer without an entry, and weights twice', () => {
    expect(refusal(() => readKeras(withWeights({}, 'layers/dense.npy')))).toContain(
      `${WHERE}": no such layer; expected layers/dropout.npy, layers/lstm.npy, `,
    );
    expect(refusal(() => readKeras(zipSync({ ...parts, 'model.weights.h5': new Uint8Array(8) })))).toBe(
      'file: weights twice; expected model.weights.h5 or model.weights.npz, got both',
    );
  });

  it('an archive in an archive that unpacks to more than the file can hold', whenThorough, () => {
    const wide = zipSync(
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`layers/${i}.npy`, new Uint8Array(10_000_000)])),
    );
    const twice = zipSync({
      'config.json': strToU8('{}'),
      'metadata.json': strToU8('{"keras_version":"3.1.0"}'),
      'model.weights.npz': wide,
    });
    expect(twice.length).toBeLessThan(20_000);
    expect(refusal(() => readKeras(twice))).toMatch(
      /too many bytes for a file of \d+ bytes; expected at most \d+ in all/,
    );
  });
});

describe('damage', () => {
  const small = cases.filter(({ name }) => name === 'stack');
  it.each(small.map((one) => [one.by, one] as const))('%s: an error of ours, or a model', (_, one) => {
    const parts = unzipSync(file(one));
    const weights = unzipSync(parts['model.weights.npz'] as Uint8Array);
    const draws = randomFloats(100_000, 7);
    let at = 0;
    const next = (): number => draws[at++] as number;
    const names = Object.keys(weights).filter(
      (name) => name.startsWith('layers/') && (weights[name]?.length ?? 0) > 400,
    );
    let refused = 0;
    for (let round = 0; round < 50; round++) {
      const name = names[round % names.length] as string;
      const broken = damaged(weights[name] as Uint8Array, next);
      // Stored again, so that no checksum of the archive stands before the pickle.
      const bytes = zipSync(
        { ...parts, 'model.weights.npz': zipSync({ ...weights, [name]: broken }, { level: 0 }) },
        { level: 0 },
      );
      try {
        readKeras(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
        refused++;
      }
    }
    // The rest hit numbers of weights, or names that mean nothing here.
    expect(refused).toBeGreaterThan(15);
  });

  it('every truncation is refused', () => {
    const whole = file(small[0] as Case);
    for (let end = 0; end < whole.length; end += 97) {
      expect(refusal(() => readKeras(whole.slice(0, end)))).not.toBe('nothing was thrown');
    }
  });
});
