import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { fromRNNoise, readRNNoise } from '../../../src/importers/rnnoise/index.js';
import { refusal } from '../support.js';
import { type BlobLayer, blobFile, drawBlob, drawText, type Record64, recordsOf, textFile } from './drawn.js';

const text = new TextDecoder().decode(
  textFile(drawText(1, { features: 3, dense: 2, vad: 2, noise: 2, denoise: 3, bands: 4 })),
);
const words = text.trim().split(/\s+/);
/** The text with one of its numbers another: the first is the version. */
const changed = (index: number, word: string): string =>
  words.map((one, k) => (k === index + 4 ? word : one)).join(' ');
const read = (file: string | Uint8Array): unknown => fromRNNoise(typeof file === 'string' ? Buffer.from(file) : file);

describe('a text', () => {
  it('as it is', () => {
    expect(changed(0, '1').split(' ')).toEqual(words);
    expect(fromRNNoise(Buffer.from(changed(0, '1'))).nodes.length).toBe(8);
    // As C reads numbers.
    expect(fromRNNoise(Buffer.from(changed(1, '+0003')))).toEqual(fromRNNoise(Buffer.from(text)));
  });

  // Of input_dense: 1 inputs, 2 units, 3 activation, 4… 6 weights, 10… 2 biases; of vad_gru: 12 inputs, 13 units, 14 activation.
  it.each<[string, string, string]>([
    ['another version', changed(0, '2'), 'version: one that is not read; expected 1, got 2'],
    [
      'no version',
      words.slice(0, 4).join(' '),
      'file: not RNNoise\'s; expected a text that begins "rnnoise-nu model file version 1", or DNNw records, got "rnnoise-nu model file version"',
    ],
    ['a version that is none', changed(0, 'one'), 'version: not a number; expected a whole number, got "one"'],
    ['a size of nothing', changed(1, '0'), 'input_dense, inputs: a size that does not fit; expected 1 to 128, got 0'],
    [
      'a size that no reader takes',
      changed(2, '129'),
      'input_dense, units: a size that does not fit; expected 1 to 128, got 129',
    ],
    [
      'a size with a point, as Python 3 divides',
      changed(13, '2.0'),
      'vad_gru, units: not a number; expected a whole number, got "2.0"',
    ],
    ['inputs that nothing makes', changed(12, '3'), 'vad_gru, inputs: a size that does not fit; expected 2, got 3'],
    [
      'an activation that is unknown',
      changed(3, '3'),
      'input_dense, activation: unknown; expected 0 (tanh), 1 (sigmoid), 2 (relu), got 3',
    ],
    [
      'an activation below all',
      changed(3, '-1'),
      'input_dense, activation: unknown; expected 0 (tanh), 1 (sigmoid), 2 (relu), got -1',
    ],
    ['a weight above int8', changed(5, '128'), 'input_dense, weights[1]: not an int8; expected -128 to 127, got 128'],
    ['a weight below int8', changed(4, '-129'), 'input_dense, weights[0]: not an int8; expected -128 to 127, got -129'],
    ['a bias above int8', changed(11, '200'), 'input_dense, bias[1]: not an int8; expected -128 to 127, got 200'],
    [
      'a weight in hexadecimal',
      changed(4, '0x1'),
      'input_dense, weights: not a number; expected a whole number, got "0x1"',
    ],
    [
      'a weight longer than any',
      changed(4, `${'0'.repeat(40)}1`),
      'input_dense, weights: not a number; expected a whole number, got "000000000000000000000000"',
    ],
    [
      'more units than there are numbers',
      `${words.slice(0, 5).join(' ')} 128 128 0 1 2 3`,
      'input_dense, weights: more numbers than the file has; expected 16384, got 6 bytes',
    ],
    [
      'a number too few',
      words.slice(0, -1).join(' '),
      'vad_output, bias: more numbers than the file has; expected 1, got 0 bytes',
    ],
    ['a number too many', `${text}5`, 'file: more than the layers of the network; expected its end, got "5"'],
  ])('%s', (_, file, message) => {
    expect(refusal(() => read(file))).toBe(message);
  });

  it.each<[string, 'noise' | 'denoise' | 'dense' | 'vad', RegExp]>([
    ['noise_gru that reads less', 'noise', /^noise_gru, inputs: a size that does not fit; expected 7, got 6$/],
    ['denoise_gru that reads less', 'denoise', /^denoise_gru, inputs: a size that does not fit; expected 7, got 6$/],
    [
      'denoise_output that reads less',
      'dense',
      /^denoise_output, inputs: a size that does not fit; expected 3, got 2$/,
    ],
    ['two probabilities', 'vad', /^vad_output, units: a size that does not fit; expected 1, got 2$/],
  ])('%s', (_, which, message) => {
    const network = drawText(1, { features: 3, dense: 2, vad: 2, noise: 2, denoise: 3, bands: 4 });
    const name = { noise: 'noise_gru', denoise: 'denoise_gru', dense: 'denoise_output', vad: 'vad_output' } as const;
    const layer = network[name[which]];
    const other = which === 'vad' ? { ...layer, units: 2 } : { ...layer, inputs: layer.inputs - 1 };
    expect(refusal(() => read(textFile({ ...network, [name[which]]: other })))).toMatch(message);
  });
});

const SMALL = { features: 3, conv1: 8, units: 8, bands: 3 };
const network = drawBlob(1, SMALL);
const records = recordsOf(network);
/** The blob with one array another, without it, or with more. */
const withArray = (name: string, change: Partial<Record64> | undefined): Record64[] =>
  records.flatMap((one) => (one.name !== name ? [one] : change ? [{ ...one, ...change }] : []));
const refused = (all: readonly Record64[], little = true): string => refusal(() => read(blobFile(all, little)));
const first = records[0] as Record64;
const rest = blobFile(records).length - 64;

describe('a blob', () => {
  it('as it is, and of more than needs be between records', () => {
    const spec = fromRNNoise(blobFile(records));
    expect(spec.nodes.length).toBe(8);
    const looser = Buffer.concat([blobFile([{ ...first, block: 128 }]), Buffer.alloc(64), blobFile(records.slice(1))]);
    expect(fromRNNoise(looser)).toEqual(spec);
    expect(fromRNNoise(blobFile([...records].reverse()))).toEqual(spec);
  });

  it.each<[string, Partial<Record64>, string]>([
    ['another version', { version: 1 }, 'record 0, from byte 0 on: a version that is not read; expected 0, got 1'],
    [
      'a type above all',
      { type: 4 },
      'record 0, from byte 0 on: an unknown type; expected 0 (float), 1 (int), 2 (qweight), 3 (int8), got 4',
    ],
    [
      'a type below all',
      { type: -1 },
      'record 0, from byte 0 on: an unknown type; expected 0 (float), 1 (int), 2 (qweight), 3 (int8), got -1',
    ],
    ['another type', { type: 2 }, 'conv1_bias: of another type; expected float, got qweight'],
    [
      'a size of nothing',
      { size: 0 },
      `record 0, from byte 0 on: an array that does not fit; expected 1 to ${rest} bytes, in a block as large, got 0, in 64`,
    ],
    [
      'a size below nothing',
      { size: -4 },
      `record 0, from byte 0 on: an array that does not fit; expected 1 to ${rest} bytes, in a block as large, got -4, in 64`,
    ],
    [
      'a size beyond its block',
      { size: 65 },
      `record 0, from byte 0 on: an array that does not fit; expected 1 to ${rest} bytes, in a block as large, got 65, in 64`,
    ],
    [
      'a block beyond the file',
      { block: rest + 1 },
      `record 0, from byte 0 on: an array that does not fit; expected 1 to ${rest} bytes, in a block as large, got 32, in ${rest + 1}`,
    ],
    [
      'no name',
      { name: '' },
      'record 0, from byte 0 on: no name; expected letters, digits and _, and a 0 behind them, got ""',
    ],
    [
      'a name of other letters',
      { name: 'conv1\x01bias' },
      'record 0, from byte 0 on: no name; expected letters, digits and _, and a 0 behind them, got "conv1·bias"',
    ],
    [
      'a name without end',
      { name: 'a'.repeat(44) },
      `record 0, from byte 0 on: no name; expected letters, digits and _, and a 0 behind them, got "${'a'.repeat(44)}"`,
    ],
  ])('%s', (_, change, message) => {
    expect(refused([{ ...first, ...change }, ...records.slice(1)])).toBe(message);
  });

  it('records that are none, cut off, twice, in another order of bytes', () => {
    const file = blobFile(records);
    const second = 64 + 64;
    expect(refused([first, { ...first, magic: 'DNNv' }])).toBe(
      `record 1, from byte ${second} on: not a record; expected "DNNw", got "DNNv"`,
    );
    expect(refusal(() => read(file.subarray(0, second + 4)))).toBe(
      `record 1, from byte ${second} on: cut off; expected a head of 64 bytes, got 4`,
    );
    expect(refusal(() => read(file.subarray(0, file.length - 64)))).toMatch(
      /^record \d+, from byte \d+ on: an array that does not fit; expected 1 to 64 bytes, in a block as large, got 128, in 128$/,
    );
    expect(refused([first, first])).toBe(
      `record 1, from byte ${second} on: a name used twice; expected another name, got "conv1_bias"`,
    );
    expect(refused(records, false)).toBe(
      'record 0, from byte 0 on: written by a big-endian machine; expected little-endian numbers, got a size of 536870912',
    );
  });

  it.each<[string, string, Partial<Record64> | undefined, string]>([
    [
      'an array that is not there',
      'gru2_input_bias',
      undefined,
      'gru2_input_bias: missing; expected an array of this name, got conv1_bias, conv1_weights_float, conv2_bias, conv2_weights_int8, conv2_scale, …',
    ],
    [
      'weights that are not there',
      'dense_out_weights_float',
      undefined,
      'dense_out_weights: missing; expected dense_out_weights_float or dense_out_weights_int8, got dense_out_bias alone',
    ],
    [
      'sparse weights that are not there',
      'gru1_input_weights_int8',
      undefined,
      'gru1_input_weights: missing; expected gru1_input_weights_float or gru1_input_weights_int8, got gru1_input_weights_idx alone',
    ],
    [
      'weights of the first layer that are not there',
      'conv1_weights_float',
      undefined,
      'conv1_weights_int8: missing; expected an array of this name, got conv1_bias, conv2_bias, conv2_weights_int8, conv2_scale, conv2_subias, …',
    ],
    [
      'a scale that is not there',
      'conv2_scale',
      undefined,
      'conv2_scale: missing; expected an array of this name, got conv1_bias, conv1_weights_float, conv2_bias, conv2_weights_int8, conv2_subias, …',
    ],
    [
      'a list that is not there',
      'gru1_input_weights_idx',
      undefined,
      'gru1_input_weights_int8: of another length; expected 192 bytes, got 128',
    ],
    [
      'a bias that is no float32',
      'conv1_bias',
      { data: new Uint8Array(30), type: 0 },
      'conv1_bias: of another length; expected 28 bytes, got 30',
    ],
    [
      'a bias that is less than one number',
      'conv1_bias',
      { data: new Uint8Array(3), type: 0 },
      'conv1_bias: of another length; expected 4 bytes, got 3',
    ],
    [
      'weights of no whole row',
      'conv1_weights_float',
      { data: new Float32Array(73) },
      'conv1_weights: of another length; expected a multiple of the 8 outputs, got 73 elements',
    ],
    [
      'a convolution over two frames',
      'conv1_weights_float',
      { data: new Float32Array(64) },
      'conv1_weights: no convolution over 3 frames; expected a multiple of 3 inputs, got 8',
    ],
    [
      'a GRU of two gates',
      'gru1_input_bias',
      { data: new Float32Array(16) },
      'gru1_input_weights_idx[5]: more than the blocks of all outputs; expected 5 numbers, got 7',
    ],
    [
      'two probabilities',
      'vad_dense_bias',
      { data: new Float32Array(2) },
      'vad_dense_weights_float: of another length; expected 256 bytes, got 128',
    ],
  ])('%s', (_, name, change, message) => {
    expect(refused(withArray(name, change))).toBe(message);
  });

  it('sizes that fit their own arrays, and not one another', () => {
    const layer = (name: string, outputs: number, inputs: number): Record64[] => [
      { name: `${name}_bias`, data: new Float32Array(outputs) },
      { name: `${name}_weights_float`, data: new Float32Array(outputs * inputs) },
    ];
    const without = (...names: string[]): Record64[] =>
      records.filter(({ name }) => !names.some((one) => name.startsWith(one)));
    expect(refused([...without('gru1_input'), ...layer('gru1_input', 25, 8)])).toBe(
      'gru1_input_bias: no GRU; expected a multiple of 3 numbers, got 25',
    );
    expect(refused([...without('gru1_recurrent'), ...layer('gru1_recurrent', 27, 8)])).toBe(
      'gru1_recurrent_bias: of another length; expected 24 numbers, got 27',
    );
    expect(refused([...without('vad_dense'), ...layer('vad_dense', 2, 32)])).toBe(
      'vad_dense_bias: of another length; expected 1 number, got 2',
    );
  });

  it.each<[string, number[], string]>([
    ['no list', [-1], 'gru1_input_weights_idx[0]: no number of blocks; expected 0 to 0, got -1'],
    ['less than it says', [2, 0], 'gru1_input_weights_idx[0]: no number of blocks; expected 0 to 1, got 2'],
    [
      'blocks of less than all outputs',
      [1, 0, 0],
      'gru1_input_weights_idx[3]: no number of blocks; expected 0 to 0, got the end',
    ],
    [
      'blocks of more',
      [1, 0, 1, 0, 0, 0],
      'gru1_input_weights_idx[5]: more than the blocks of all outputs; expected 5 numbers, got 6',
    ],
    [
      'a block between two',
      [1, 2, 0, 0],
      'gru1_input_weights_idx: a block outside of the matrix; expected a multiple of 4 from 0 to 4, got 2',
    ],
    [
      'a block beyond the inputs',
      [1, 8, 0, 0],
      'gru1_input_weights_idx: a block outside of the matrix; expected a multiple of 4 from 0 to 4, got 8',
    ],
    [
      'a block before them',
      [1, -4, 0, 0],
      'gru1_input_weights_idx: a block outside of the matrix; expected a multiple of 4 from 0 to 4, got -4',
    ],
    [
      'blocks without weights',
      [1, 0, 1, 4, 1, 4],
      'gru1_input_weights_int8: of another length; expected 96 bytes, got 128',
    ],
  ])('a list of blocks: %s', (_, list, message) => {
    expect(refused(withArray('gru1_input_weights_idx', { data: Int32Array.from(list) }))).toBe(message);
  });

  it('a diagonal of another length, or where none belongs', () => {
    expect(refused(withArray('gru1_recurrent_weights_diag', { data: new Float32Array(23) }))).toBe(
      'gru1_recurrent_weights_diag: of another length; expected 96 bytes, got 92',
    );
    const diagonal = { name: 'gru1_input_weights_diag', data: new Float32Array(24) };
    expect(refused([...records, diagonal])).toBe(
      'gru1_input_weights_diag: an array that RNNoise has not; expected conv1, conv2, gru1 to gru3, dense_out, vad_dense, got gru1_input_weights_diag',
    );
  });

  it('int8 weights of no whole blocks', () => {
    const odd = withArray('conv2_bias', { data: new Float32Array(12) });
    expect(
      refused(
        odd
          .map((one) => (one.name === 'conv2_weights_int8' ? { ...one, data: new Int8Array(288) } : one))
          .map((one) => (one.name === 'conv2_scale' ? { ...one, data: new Float32Array(12) } : one)),
      ),
    ).toBe('conv2_weights: no whole blocks; expected a multiple of 4 inputs and of 8 outputs, got 24 and 12');
  });

  it('a subias that is not that of the bias', () => {
    const { bias, scale = bias, subias: right = bias } = network.conv2 as BlobLayer;
    const subias = right.slice();
    // What some versions of the tools round is not refused, a thousandth of the sum is.
    subias[3] = (subias[3] as number) + 1e-6;
    expect(fromRNNoise(blobFile(withArray('conv2_subias', { data: subias }))).nodes.length).toBe(8);
    subias[3] = (bias[3] as number) + 100 * (scale[3] as number);
    expect(refused(withArray('conv2_subias', { data: subias }))).toMatch(
      /^conv2_subias\[3\]: another bias on some processors than on others; expected -?\d+\.\d+, got -?\d+\.\d+$/,
    );
    subias[3] = Number.NaN;
    expect(refused(withArray('conv2_subias', { data: subias }))).toMatch(/^conv2_subias\[3\]: .* got NaN$/);
  });

  it.each([
    ['gru_a_dense_feature_bias', 'LPCNet, a speech synthesiser'],
    ['plc_dense_in_bias', "Opus' packet loss concealment"],
    ['cond_net_pembed_bias', "FARGAN, Opus' speech synthesiser"],
    ['enc_dense1_bias', "RDOVAE, Opus' deep redundancy"],
    ['dense_if_upsampler_1_bias', "PitchDNN, Opus' pitch estimator"],
    ['lace_pitch_embedding_bias', "LACE, Opus' speech enhancement"],
    ['nolace_pitch_embedding_bias', "NoLACE, Opus' speech enhancement"],
    ['bbwenet_fnet_conv1_bias', "BBWENet, Opus' bandwidth extension"],
  ])('%s is of %s', (name, what) => {
    const message = `file: weights of ${what}; expected RNNoise's alone: conv1, conv2, gru1 to gru3, dense_out, vad_dense, got ${name}`;
    expect(refused([{ name, data: new Float32Array(8) }])).toBe(message);
    expect(refused([...records, { name, data: new Float32Array(8) }])).toBe(message);
  });
});

it('neither', () => {
  expect(refusal(() => read('\x00rnnoise'))).toBe(
    'file: not RNNoise\'s; expected a text that begins "rnnoise-nu model file version 1", or DNNw records, got "·rnnoise"',
  );
  expect(refusal(() => read('DNNx'))).toContain('got "DNNx"');
});

it('weights as C source, which is no model file', async () => {
  const source = Buffer.from(
    '/*This file is automatically generated from a Keras model*/\n\n#include "rnn.h"\n\nstatic',
  );
  await expect(load(source)).rejects.toThrow(
    'file: RNNoise weights as C source; expected the .rnnn text, or the blob that dump_weights_blob writes of it',
  );
});

describe('limits', () => {
  it.each([
    ['text', Buffer.from(text)],
    ['blob', blobFile(records)],
  ])('%s', (_, file) => {
    expect(refusal(() => readRNNoise(file, { limits: { bytes: 1000 } }))).toMatch(
      /too many bytes for a file of \d+ bytes/,
    );
    expect(refusal(() => readRNNoise(file, { limits: { operations: 10 } }))).toMatch(/too many operations/);
    expect(refusal(() => readRNNoise(file, { limits: { nodes: 1 } }))).toMatch(/too many nodes/);
    expect(refusal(() => readRNNoise(file, { limits: { characters: 10 } }))).toMatch(/too many characters/);
  });

  it('a matrix of few blocks takes what it is large, not what the file is', () => {
    const wide = 30_000;
    const records: Record64[] = [
      { name: 'conv1_bias', data: new Float32Array(1) },
      { name: 'conv1_weights_float', data: new Float32Array(3) },
      { name: 'conv2_bias', data: new Float32Array(4) },
      { name: 'conv2_weights_float', data: new Float32Array(12) },
      { name: 'gru1_input_bias', data: new Float32Array(3 * wide) },
      { name: 'gru1_input_weights_idx', data: new Int32Array((3 * wide) / 8) },
      { name: 'gru1_input_weights_float', data: new Float32Array(1) },
    ];
    expect(refused(records)).toBe('gru1_input_weights_float: of another length; expected 0 bytes, got 4');
    const recurrent: Record64[] = [
      ...records.slice(0, 5),
      { name: 'gru1_input_weights_float', data: new Float32Array(12 * wide) },
      { name: 'gru1_recurrent_bias', data: new Float32Array(3 * wide) },
      { name: 'gru1_recurrent_weights_idx', data: new Int32Array((3 * wide) / 8) },
    ];
    expect(refused(recurrent)).toMatch(/^gru1_recurrent_weights: too many bytes for a file of \d+ bytes/);
  });
});
