import { describe, expect, it } from 'vitest';
import { load, sniff } from '../../../src/importers/load/index.js';
import {
  fromSketchRnn,
  fromTensorFlow,
  readSketchRnn,
  readTensorFlow,
  type TensorFlowConfig,
  type TensorFlowLayer,
} from '../../../src/importers/tensorflow/index.js';
import { createModel } from '../../../src/index.js';
import { below } from '../../golden/prng.js';
import { builds } from '../../support/builds.js';
import { drawn, expectClose, floats, refusal } from '../support.js';
import { filesOf, json, type ManifestCase, manifests, type SketchCase, sketch } from './manifests.js';

// Weights without a topology as browsers have them: Magenta.js, ml5, sketch-rnn.

const named = (name: string): ManifestCase => manifests.find((one) => one.name === name) as ManifestCase;
const given = (one: ManifestCase | SketchCase) =>
  one.tokens === undefined
    ? drawn(one)
    : {
        data: below(
          one.seed,
          one.shape.reduce((product, n) => product * n, 1),
          one.tokens,
        ),
        shape: one.shape,
      };

describe.each(builds)('what TensorFlow computes, %s', (build) => {
  it.each(manifests.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const model = await createModel(fromTensorFlow(filesOf(one), one.config), { build });
    const [y] = Object.values(model.runNamed({ input: given(one) }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
    model.dispose();
  });

  it('a decoder of sketch-rnn', async () => {
    const model = await createModel(fromSketchRnn(json(sketch.sketch)), { build });
    const [y] = Object.values(model.runNamed({ input: given(sketch) }));
    expect(y?.shape).toEqual(sketch.output.shape);
    expectClose(y?.data as Float32Array, floats(sketch.output.data));
    model.dispose();
  });
});

it('of every kind: plain, quantised in all three ways, in several shards, a file for each variable', () => {
  expect(manifests.map(({ name }) => name)).toEqual([
    'magenta',
    'magenta_uint8',
    'magenta_uint16',
    'magenta_float16',
    'magenta_shards',
    'ml5',
    'vae',
    'bidirectional',
  ]);
  expect(Object.keys(named('magenta_shards').files).length).toBeGreaterThan(3);
});

describe('the report', () => {
  it('says what was dequantised', () => {
    const { report } = readTensorFlow(filesOf(named('magenta_uint8')), named('magenta_uint8').config);
    expect(report.notes).toContainEqual(
      expect.stringMatching(/^"fully_connected\/weights": uint8, [\d.]+·q \+ -[\d.]+, dequantised to float32$/),
    );
    expect(report.notes).toContain('layer "fully_connected": variables as named by TensorFlow 1.0 and 1.1');
  });

  it('says of a sketch-rnn what is not applied, and its name', () => {
    const { spec, report } = readSketchRnn(json(sketch.sketch));
    expect(spec.name).toBe('cat');
    expect(report.format).toBe('sketch-rnn decoder');
    expect(report.notes).toContain('inputs dx and dy are in units of scale_factor, 87.5, which is not applied');
    expect(report.tensors.map(({ tensor }) => tensor)).toEqual([
      'lstm/{W_xh,W_hh}',
      'lstm/{W_xh,W_hh}',
      'lstm/bias',
      'output_w',
      'output_b',
    ]);
    expect(report.attributes).toContainEqual({ layer: 'lstm', attribute: 'forgetBias', value: '1', source: 'config' });
  });
});

describe('load', () => {
  it('by the manifest of each kind, and the files beside it', async () => {
    for (const name of ['magenta_shards', 'ml5']) {
      const one = named(name);
      const { manifest, shards } = filesOf(one);
      expect(sniff(manifest)).toBe('tensorflow');
      const main = name === 'ml5' ? 'manifest.json' : 'weights_manifest.json';
      const beside = { 'config.json': json({ type: 'MusicRNN' }), 'vocab.json': json({ a: 0 }) };
      const { spec } = await load({ ...beside, [main]: manifest, ...shards }, { tensorflow: one.config });
      expect(spec).toEqual(fromTensorFlow({ manifest, shards }, one.config));
    }
  });

  it('a model.json without a topology', async () => {
    const one = named('magenta');
    const { manifest, shards } = filesOf(one);
    const wanted = fromTensorFlow({ manifest, shards }, one.config);
    for (const more of [{}, { modelTopology: null }]) {
      const model = json({ ...more, weightsManifest: one.manifest });
      expect(sniff(model)).toBe('tensorflow');
      expect((await load({ 'model.json': model, ...shards }, { tensorflow: one.config })).spec).toEqual(wanted);
    }
  });

  it('a sketch-rnn, which needs no config', async () => {
    const bytes = json(sketch.sketch);
    expect(sniff(bytes)).toBe('sketch-rnn');
    expect((await load(bytes)).spec).toEqual(fromSketchRnn(bytes));
  });

  it('other lists are told', () => {
    expect(refusal(() => sniff(json([{ a: 1 }])))).toBe(
      'file: a JSON list of no known format; expected that of weights_manifest.json ({ paths, weights }) or of sketch-rnn, got [{a}]',
    );
  });
});

describe('refused: manifests', () => {
  const one = named('magenta');
  const ml5 = named('ml5');
  const read = (manifest: unknown, shards: unknown = filesOf(one).shards) =>
    refusal(() => fromTensorFlow({ manifest: json(manifest), shards: shards as never }, one.config));
  const each = (change: object, shards: unknown = filesOf(ml5).shards) =>
    refusal(() =>
      fromTensorFlow(
        { manifest: json({ ...(ml5.manifest as object), ...change }), shards: shards as never },
        ml5.config,
      ),
    );

  it.each<[string, () => string, string]>([
    [
      'a topology beside the weights',
      () => read({ modelTopology: { node: [] }, weightsManifest: one.manifest }),
      'manifest: a topology beside the weights; expected weights alone; fromTfjs reads a layers model, got {node}',
    ],
    ['a number', () => read(3), 'weightsManifest: no weights; expected a list of groups, got 3'],
    [
      'shards that are none',
      () => read(one.manifest, 3),
      'shards: not files; expected files in a list, or by their paths, got number',
    ],
    [
      'a shard that is not there',
      () => read(one.manifest, {}),
      'weightsManifest[0]: a shard that is not given; expected "group1-shard1of1.bin", got no files',
    ],
    [
      'files of variables without names',
      () => each({}, Object.values(filesOf(ml5).shards)),
      'shards: files without names; expected each by the name that the manifest has, got 8 files',
    ],
    [
      'a variable that is none',
      () => each({ embedding: { shape: [7, 4] } }),
      'variable "embedding": not a variable; expected { filename, shape }, got {shape}',
    ],
    [
      'a type, which no player would hear',
      () => each({ embedding: { filename: 'embedding', shape: [7, 4], dtype: 'float16' } }),
      'variable "embedding": a key that is not known; expected filename, shape, got "dtype"',
    ],
    [
      'a size that is none',
      () => each({ embedding: { filename: 'embedding', shape: [7, -4] } }),
      'variable "embedding": a shape that cannot be; expected sizes, got [7, -4]',
    ],
    [
      'a file that is not there',
      () => each({ embedding: { filename: 'table', shape: [7, 4] } }, { embedding: new Uint8Array(112) }),
      'variable "embedding": a file that is not given; expected "table", got embedding',
    ],
    [
      'a file of another size',
      () => each({ embedding: { filename: 'embedding', shape: [7, 5] } }),
      'variable "embedding": wrong size; expected 140 bytes of float32, got 112',
    ],
  ])('%s', (_, message, expected) => {
    expect(message()).toBe(expected);
  });

  it('more than the limits of the config', () => {
    const config = { ...ml5.config, limits: { bytes: 3000 } };
    expect(refusal(() => fromTensorFlow(filesOf(ml5), config))).toContain('too many bytes');
  });
});

describe('refused: sketch-rnn', () => {
  const [info, shapes, arrays] = sketch.sketch;
  const read = (...parts: unknown[]) => refusal(() => fromSketchRnn(json(parts)));
  const replaced = <T>(list: readonly T[], at: number, value: unknown) =>
    list.map((own, k) => (k === at ? value : own));

  it.each<[string, () => string, string]>([
    [
      'other JSON',
      () => read(info, shapes),
      'file: no model of sketch-rnn; expected [ info, shapes, arrays ], got [{max_seq_len, mode, name, scale_factor, version}, […]]',
    ],
    [
      'more than its three parts',
      () => read(3, shapes, arrays),
      'file: no model of sketch-rnn; expected [ info, shapes, arrays ], got [3, […], […]]',
    ],
    [
      'an encoder',
      () => read(info, shapes, Array(17).fill('')),
      'file: a sketch-rnn with an encoder; expected the decoder alone (.gen.json), of 5 arrays, got 17',
    ],
    [
      'an array too few',
      () => read(info, shapes, arrays.slice(1)),
      'file: another number of arrays; expected 5, got 5 shapes, 4 arrays',
    ],
    [
      'no shape',
      () => read(info, replaced(shapes, 0, 'four'), arrays),
      'array output_w: no shape; expected a list of sizes, got "four"',
    ],
    [
      'no numbers',
      () => read(info, shapes, replaced(arrays, 1, [1, 2])),
      'array output_b: no numbers; expected a text in base64, got [1, 2]',
    ],
    [
      'another size',
      () => read(info, replaced(shapes, 4, [17]), arrays),
      'array lstm/bias: wrong size; expected 34 bytes for (17), got 32',
    ],
    [
      'no base64 by its length',
      () => read(info, shapes, replaced(arrays, 1, 'AAA')),
      'array output_b: not base64; expected a multiple of 4 characters, got 3',
    ],
    [
      'no base64 by its letters',
      () => read(info, shapes, replaced(arrays, 1, 'AA A')),
      'array output_b: not base64; expected one of ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/, got " "',
    ],
    [
      'arrays that are no LSTM',
      () => read(info, replaced(shapes, 3, [16, 4]), arrays),
      'variable "lstm/W_xh": has the wrong shape; expected (3, 64), got (3, 16)',
    ],
  ])('%s', (_, message, expected) => {
    expect(message()).toBe(expected);
  });

  it('an unknown option, and more than the limits', () => {
    const bytes = json(sketch.sketch);
    expect(refusal(() => fromSketchRnn(bytes, { scale: 2 } as never))).toBe(
      'options: unknown field; expected limits, got "scale"',
    );
    expect(refusal(() => fromSketchRnn(bytes, { limits: { bytes: 2000 } }))).toContain('too many bytes');
  });
});

describe('two cells, one from each end', () => {
  const one = named('vae');
  const [both, mu] = one.config.layers as [Extract<TensorFlowLayer, { type: 'bidirectional_rnn' }>, TensorFlowLayer];
  const read = (...layers: unknown[]) =>
    refusal(() => fromTensorFlow(filesOf(one), { ...one.config, layers } as TensorFlowConfig));

  it('are named in the report by which they are', () => {
    const { report } = readTensorFlow(filesOf(one), one.config);
    expect(report.tensors.map(({ becomes }) => becomes)).toContain('encoder.backward.weightHh');
    expect(report.attributes).toContainEqual({
      layer: 'encoder.forward',
      attribute: 'forgetBias',
      value: '1',
      source: 'default',
      rule: "TensorFlow 1's default",
    });
    expect(report.attributes).toContainEqual({
      layer: 'encoder',
      attribute: 'returnSequences',
      value: 'false',
      source: 'config',
    });
  });

  it('have the name of the first, if none is given', () => {
    const { name: _, ...unnamed } = both;
    const { spec } = readTensorFlow(filesOf(one), { ...one.config, layers: [unnamed, mu] } as TensorFlowConfig);
    expect(spec.nodes[0]?.name).toBe('encoder/cell_0/bidirectional_rnn/fw/multi_rnn_cell/cell_0/lstm_cell');
  });

  it.each<[string, () => string, string]>([
    [
      'a cell behind their last outputs',
      () => read(both, { ...both.forward, name: 'again' }),
      'layer "again": a cell behind the last outputs; expected dense layers, got lstm_cell',
    ],
    [
      'what is no cell',
      () => read({ ...both, backward: { type: 'dense', prefix: 'a', units: 2 } }, mu),
      'config.layers[0].backward.type: a cell that is not honoured; expected basic_lstm_cell, lstm_cell, layer_norm_basic_lstm_cell, sketch_layer_norm_lstm_cell, gru_cell, basic_rnn_cell, got "dense"',
    ],
    [
      'a setting that the cell does not have',
      () => read({ ...both, forward: { ...both.forward, units: 4 } }, mu),
      'config.layers[0].forward: unknown field; expected prefix, name, numUnits, activation, forgetBias, usePeepholes, numProj, cellClip, got "units"',
    ],
    [
      'one cell alone',
      () => read({ ...both, backward: undefined }, mu),
      'config.layers[0].backward: not usable; expected a cell, got nothing',
    ],
    [
      'the variables of an output that is not asked for',
      () => read(both),
      'file: variables that no layer of the config uses; expected every variable used, or listed in config.ignore, got encoder/mu/kernel, encoder/mu/bias',
    ],
  ])('refused: %s', (_, message, expected) => {
    expect(message()).toBe(expected);
  });
});

describe('without layers the error drafts them', () => {
  const draftOf = (source: Parameters<typeof fromTensorFlow>[0], config?: TensorFlowConfig) => {
    const message = refusal(() => fromTensorFlow(source, config));
    const [, draft, open] =
      /^file: weights without a topology; expected a config; draft: (\{.*\}), got (.*)$/.exec(message) ?? [];
    return { draft: JSON.parse(draft ?? 'null'), open };
  };
  const nothing =
    'no variable holds activations, what happens between layers, or the forget bias of a cell (1 is the default of the cells)';

  // Two cells from each end are layers by themselves to names and shapes.
  const plain = manifests.filter(({ name }) => !['vae', 'bidirectional'].includes(name));
  it.each(plain.map((one) => [one.name, one] as const))('%s: as its config is', (_, one) => {
    const { draft, open } = draftOf(filesOf(one));
    const layers = one.config.layers?.map((layer) =>
      layer.type === 'basic_lstm_cell' ? { ...layer, forgetBias: 1 } : layer,
    );
    expect(draft).toEqual({ ...one.config, layers });
    expect(open).toBe(nothing);
    // What it drafts opens the file.
    expect(fromTensorFlow(filesOf(one), draft)).toEqual(fromTensorFlow(filesOf(one), one.config));
  });

  const rows = (count: number, columns: number): number[][] =>
    Array.from({ length: count }, () => Array(columns).fill(1));
  it('all that names and shapes tell of cells', () => {
    const arrays = {
      'a/lstm_cell/kernel': rows(6, 16),
      'a/lstm_cell/bias': Array(16).fill(0),
      'a/lstm_cell/w_i_diag': [1, 1, 1, 1],
      'a/lstm_cell/w_f_diag': [1, 1, 1, 1],
      'a/lstm_cell/w_o_diag': [1, 1, 1, 1],
      'a/lstm_cell/projection/kernel': rows(4, 3),
      'b/GRUCell/Gates/Linear/Matrix': rows(5, 4),
      'b/GRUCell/Gates/Linear/Bias': [1, 1, 1, 1],
      'b/GRUCell/Candidate/Linear/Matrix': rows(5, 2),
      'b/GRUCell/Candidate/Linear/Bias': [1, 1],
      'c/basic_rnn_cell/weights': rows(7, 5),
      'c/basic_rnn_cell/biases': Array(5).fill(0),
      'd/W_xh': rows(5, 8),
      'd/W_hh': rows(2, 8),
      'd/bias': Array(8).fill(0),
      'head/kernel': rows(2, 3),
      temperature: 1,
    };
    const { draft, open } = draftOf({ arrays });
    const layers = [
      { type: 'lstm_cell', prefix: 'a/lstm_cell', numUnits: 4, forgetBias: 1, usePeepholes: true, numProj: 3 },
      { type: 'gru_cell', prefix: 'b/GRUCell', numUnits: 2 },
      { type: 'basic_rnn_cell', prefix: 'c/basic_rnn_cell', numUnits: 5 },
      { type: 'basic_lstm_cell', prefix: 'd', numUnits: 2, forgetBias: 1 },
      { type: 'dense', prefix: 'head', units: 3, bias: false },
    ];
    expect(draft).toEqual({ inputSize: 3, layers });
    expect(open).toBe(`${nothing}; of no layer that is known: temperature`);
    expect(refusal(() => fromTensorFlow({ arrays }, { ...draft, ignore: ['temperature'] }))).toBe('nothing was thrown');
  });

  it('the forget bias of the cells that cuDNN can run is 0', () => {
    const cell = 'rnn/cudnn_compatible_lstm_cell';
    const { draft } = draftOf({ arrays: { [`${cell}/kernel`]: rows(5, 8), [`${cell}/bias`]: Array(8).fill(0) } });
    expect(draft.layers).toEqual([{ type: 'basic_lstm_cell', prefix: cell, numUnits: 2, forgetBias: 0 }]);
  });

  it('cells of other gates are of no layer', () => {
    for (const [name, columns] of [
      ['coupled_input_forget_gate_lstm_cell', 12],
      ['ugrnn_cell', 8],
    ] as const) {
      const { draft, open } = draftOf({ arrays: { [`rnn/${name}/kernel`]: rows(14, columns) } });
      expect(draft).toEqual({ layers: [] });
      expect(open).toBe(`${nothing}; of no layer that is known: rnn/${name}/kernel`);
    }
  });

  it('layers that fit in no order, and an order that fits but is not that of their names', () => {
    const arrays = { 'a/kernel': rows(2, 3), 'b/kernel': rows(4, 2) };
    expect(draftOf({ arrays }).draft.layers.map(({ prefix }: { prefix: string }) => prefix)).toEqual(['b', 'a']);
    expect(draftOf({ arrays: { ...arrays, 'c/kernel': rows(7, 7) } }).open).toBe(
      `${nothing}; in no order each layer reads what the one before it makes`,
    );
  });

  it('what a trainer keeps, and what is ignored, is no part of it', () => {
    const arrays = { 'a/kernel': rows(2, 3), global_step: 7, other: [1] };
    expect(draftOf({ arrays }, { ignore: ['other'] }).open).toBe(nothing);
  });
});
