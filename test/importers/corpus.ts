import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { readKeras } from '../../src/importers/keras/index.js';
import { readNam } from '../../src/importers/nam/index.js';
import { readOnnx } from '../../src/importers/onnx/index.js';
import { type PyTorchConfig, readPyTorch } from '../../src/importers/pytorch/index.js';
import { readRNNoise } from '../../src/importers/rnnoise/index.js';
import { readRTNeural } from '../../src/importers/rtneural/index.js';
import { fromSafetensors, toSafetensors } from '../../src/importers/safetensors/index.js';
import { readBundle } from '../../src/importers/tensorflow/bundle.js';
import { readSketchRnn, readTensorFlow } from '../../src/importers/tensorflow/index.js';
import { readTfGraph } from '../../src/importers/tfgraph/index.js';
import { readTfjs } from '../../src/importers/tfjs/index.js';
import { readTflite } from '../../src/importers/tflite/index.js';
import type { ModelSpec } from '../../src/index.js';
import { int8Spec } from '../support/int8.js';
import { stack } from '../support/random.js';
import { byLayers, weightCases, filesOf as weightFiles } from './keras/weight-files.js';
import { npy } from './npy.js';
import { filesOf, manifests, sketch } from './tensorflow/manifests.js';
import { caseOf } from './tfgraph/cases.js';

/** Whole files of every format, and how each is read. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly read: (bytes: Uint8Array) => ModelSpec;
}

const golden = (path: string): Uint8Array => readFileSync(new URL(`../golden/${path}`, import.meta.url));
const json = (path: string) => JSON.parse(golden(path).toString());
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const named = <Case extends { name: string }>(all: Case[], ...names: string[]): Case[] =>
  all.filter(({ name }) => names.includes(name));

function keras(version: string, ...names: string[]): Seed[] {
  const blob = golden(`keras-files/${version}.bin`);
  return named(
    json(`keras-files/${version}.json`) as { name: string; format: string; at: number; bytes: number }[],
    ...names,
  ).map((one) => ({
    name: `Keras ${one.name}.${one.format}`,
    bytes: gunzipSync(blob.subarray(one.at, one.at + one.bytes)),
    read: (bytes) => readKeras(bytes).spec,
  }));
}

/** Of PyTorch's containers, by the files that `test/golden/pytorch_case.py` keeps them in. */
const TORCH: Readonly<Record<string, readonly string[]>> = {
  'wrapped.json': ['lightning_average', 'compiled_part'],
  'script-2.15.json': ['around_script', 'lstm_trace', 'quantised_lstm'],
  'export-2.15.json': ['shared_storage'],
  'export-2.6.json': ['lstm'],
  'quantised-2.15.json': ['lstm_per_channel', 'gru_both_directions'],
};
const torchCases = (): Seed[] =>
  Object.entries(TORCH).flatMap(([file, names]) =>
    named(json(`pytorch-files/${file}`) as { name: string; file: string; config: PyTorchConfig }[], ...names).map(
      ({ name, file, config }): Seed => ({
        name: `PyTorch ${name}`,
        bytes: new Uint8Array(gunzipSync(base64(file))),
        read: (bytes) => readPyTorch(bytes, config).spec,
      }),
    ),
  );
/** State dicts of packages. */
const SCAN: readonly { name: string; file: string; config: PyTorchConfig }[] = JSON.parse(
  gunzipSync(golden('pytorch-files/scan.json.gz')).toString(),
);

export function seeds(): Seed[] {
  const onnx = named(
    json('onnx-files/models.json') as { name: string; model: string }[],
    'lstm_peepholes',
    'zero_state',
    'if_shape',
    'conv_groups',
    'slice_two_axes',
    'composition_3',
    'embedding',
  );
  const exports = ['keras3', 'graphs', 'torch', 'times', 'states', 'time-first'].flatMap((file) =>
    named(
      json(`onnx-files/${file}.json`) as { name: string; model: string }[],
      'keras3_export_gru_sequence',
      'keras3_export_lstm_hard',
      'function_attribute',
      'heads_fixed',
      'fused_gemm_hard',
      'dequantised_columns',
      'torch_legacy_steps',
      'legacy_encoder_decoder_lstm_open',
      'legacy_numbered_by_torch_lstm',
      'legacy_two_inputs_one_row',
    ).map(
      ({ name, model }): Seed => ({
        name: `ONNX ${name}`,
        bytes: new Uint8Array(gunzipSync(base64(model))),
        read: (bytes) => readOnnx(bytes).spec,
      }),
    ),
  );
  const npzWeights = (json('keras-files/keras-npz.json') as { name: string; by: string; file: string }[])
    .filter(({ name, by }) => name === 'stack' && by.includes('3.15'))
    .map(
      ({ by, file }): Seed => ({
        name: `Keras npz (${by}).keras`,
        bytes: new Uint8Array(gunzipSync(base64(file))),
        read: (bytes) => readKeras(bytes).spec,
      }),
    );
  const lite = ['keras2', 'keras3', 'fused'].flatMap((flavour) =>
    named(
      json(`tflite-files/${flavour}.json`) as { name: string; model: string }[],
      'lstm_sequence',
      'lstm_sequence_int8',
      'gru_unrolled',
      'integer_projection',
      'hybrid_lstm_asymmetric',
    ).map(
      ({ name, model }): Seed => ({
        name: `TensorFlow Lite ${flavour} ${name}`,
        bytes: new Uint8Array(gunzipSync(base64(model))),
        read: (bytes) => readTflite(bytes).spec,
      }),
    ),
  );
  const rnnoise = ['text', 'blob'].map((what): Seed => {
    const [{ file }] = json(`rnnoise-files/${what}.json`);
    const bytes = new Uint8Array(gunzipSync(base64(file)));
    return { name: `RNNoise ${what}`, bytes, read: (bytes) => readRNNoise(bytes).spec };
  });
  const graphs = (
    [
      ['keras3', 'lstm_last'],
      ['keras3', 'gru_sequence'],
      ['frozen', 'dynamic_head'],
      ['frozen', 'lstm_sequence_lowered'],
    ] as const
  ).map(([flavour, name]): Seed => {
    const { model, files } = caseOf(flavour, name);
    return {
      name: `TensorFlow graph ${flavour} ${name}`,
      bytes: model,
      read: (bytes) => readTfGraph(bytes, { files }).spec,
    };
  });
  const [checkpoint] = json('tensorflow-files/checkpoints.json');
  const [index, data] = [base64(checkpoint.index), base64(checkpoint.data)];
  const [tfjs] = json('tfjs-files/models.json');
  const [nam] = json('nam-files/models.json');
  const rtneural = {
    in_shape: [null, null, 1],
    layers: [
      {
        type: 'lstm',
        activation: 'tanh',
        shape: [null, null, 1],
        weights: [[[1, 2, 3, 4]], [[1, 2, 3, 4]], [1, 2, 3, 4]],
      },
      { type: 'dense', activation: '', shape: [null, null, 1], weights: [[[2]], [1]] },
    ],
  };
  const capture = {
    model_data: { model: 'RecNet', skip: 0 },
    blocks: {
      0: { block_type: 'RNN', input_size: 1, output_size: 1, hidden_size: 1 },
      1: { block_type: 'GRU', input_size: 1, output_size: 1, hidden_size: 1, num_layers: 1, lin_bias: true, skip: 0 },
    },
    training_info: { current_epoch: 1 },
    state_dict: {
      'layers.block_1.rec.weight_ih_l0': [[1]],
      'layers.block_1.rec.weight_hh_l0': [[1]],
      'layers.block_1.rec.bias_ih_l0': [1],
      'layers.block_1.rec.bias_hh_l0': [1],
      'layers.block_1.lin.weight': [[2]],
      'layers.block_2.rec.weight_ih_l0': [[1], [2], [3]],
      'layers.block_2.rec.weight_hh_l0': [[1], [2], [3]],
      'layers.block_2.rec.bias_ih_l0': [1, 2, 3],
      'layers.block_2.rec.bias_hh_l0': [1, 2, 3],
      'layers.block_2.lin.weight': [[2]],
      'layers.block_2.lin.bias': [1],
    },
  };
  const torch = {
    'lstm.weight_ih_l0': [[1], [2], [3], [4]],
    'lstm.weight_hh_l0': [[1], [2], [3], [4]],
    'lstm.bias_ih_l0': [1, 2, 3, 4],
    'lstm.bias_hh_l0': [1, 2, 3, 4],
    'dense.weight': [[1]],
    'dense.bias': [1],
  };
  const weather = readFileSync(new URL('../../examples/weather/model.safetensors', import.meta.url));
  const npz = zipSync(
    Object.fromEntries(
      [...readBundle(index, [data])].map(([name, array]) => [
        `${name}.npy`,
        npy('<f4', array.shape, new Uint8Array(array.data.slice().buffer)),
      ]),
    ),
  );
  return [
    ...onnx.map(
      ({ name, model }): Seed => ({
        name: `ONNX ${name}`,
        bytes: base64(model),
        read: (bytes) => readOnnx(bytes).spec,
      }),
    ),
    ...keras(
      'keras3',
      'lstm',
      'shared_layer',
      'conv1d_groups',
      'bidirectional_lstm_sum',
      'gru_no_bias',
      'nested_model',
    ),
    ...keras('keras2', 'lstm', 'gru_go_backwards', 'nested_model', 'embedding_mask_zero'),
    ...keras('keras3-options', 'functional_embedding_masked', 'rnn_lstm_states'),
    ...keras('keras3-masks', 'two_masks_Concatenate'),
    ...keras('keras-old', 'packed_lstm'),
    ...npzWeights,
    ...exports,
    {
      name: 'TensorFlow index',
      bytes: index,
      read: (bytes) => readTensorFlow({ index: bytes, data }, checkpoint.config).spec,
    },
    {
      name: 'TensorFlow data',
      bytes: data,
      read: (bytes) => readTensorFlow({ index, data: bytes }, checkpoint.config).spec,
    },
    { name: '.npz', bytes: npz, read: (bytes) => readTensorFlow({ npz: bytes }, checkpoint.config).spec },
    {
      name: 'tfjs model.json',
      bytes: strToU8(JSON.stringify(tfjs.model)),
      read: (bytes) => readTfjs(bytes, tfjs.shards.map(base64)).spec,
    },
    ...manifests
      .filter(({ name }) => ['magenta_uint8', 'ml5'].includes(name))
      .map((one): Seed => {
        const { manifest, shards } = filesOf(one);
        const read = (bytes: Uint8Array) => readTensorFlow({ manifest: bytes, shards }, one.config).spec;
        return { name: `manifest of ${one.name}`, bytes: manifest, read };
      }),
    { name: 'sketch-rnn', bytes: strToU8(JSON.stringify(sketch.sketch)), read: (bytes) => readSketchRnn(bytes).spec },
    ...weightCases
      .filter(({ name, version }) => /^tokens_(h5|weights.h5)$/.test(name) && version.startsWith('2'))
      .map((one): Seed => {
        const [bytes] = weightFiles(one) as [Uint8Array];
        return { name: `Keras weights ${one.form}`, bytes, read: (file) => readKeras(file, byLayers(one)).spec };
      }),
    ...lite,
    ...rnnoise,
    ...graphs,
    { name: '.nam', bytes: strToU8(JSON.stringify(nam.file)), read: (bytes) => readNam(bytes).spec },
    {
      name: 'RTNeural Keras style',
      bytes: strToU8(JSON.stringify(rtneural)),
      read: (bytes) => readRTNeural(bytes).spec,
    },
    { name: 'RTNeural GuitarML', bytes: strToU8(JSON.stringify(capture)), read: (bytes) => readRTNeural(bytes).spec },
    { name: 'RTNeural torch style', bytes: strToU8(JSON.stringify(torch)), read: (bytes) => readRTNeural(bytes).spec },
    ...['proven-lstm-fc.pt', 'proven-lstm-fc.pth', 'proven-cells.pt', 'proven-numbered.pt'].map(
      (name): Seed => ({
        name: `PyTorch ${name}`,
        bytes: golden(`pytorch-files/${name}`),
        read: (bytes) => readPyTorch(bytes, { assume: 'chain' }).spec,
      }),
    ),
    ...torchCases(),
    ...named([...SCAN], 'sru-low-rank', 'qrnn-4-3-window-2', 'min-lstm-wide').map(
      ({ name, file, config }): Seed => ({
        name: `PyTorch ${name}`,
        bytes: base64(file),
        read: (bytes) => readPyTorch(bytes, config).spec,
      }),
    ),
    {
      name: 'PyTorch safetensors',
      bytes: weather.subarray(0, weather.length),
      read: (bytes) => readPyTorch(bytes, { assume: 'chain' }).spec,
    },
    ...packages(
      'layer-norm-lstm-4',
      'cfc-auto-ncp-default',
      'cfc-mixed',
      'ltc-auto-ncp',
      'slstm-conv',
      'fast-grnn-low-rank',
    ),
    { name: 'own container', bytes: toSafetensors(stack('lstm', 2, 3)), read: (bytes) => fromSafetensors(bytes) },
    {
      name: 'own container, int8',
      bytes: toSafetensors(int8Spec(stack('gru', 2, 3))),
      read: (bytes) => fromSafetensors(bytes),
    },
  ];
}

/** State dicts of other packages, by the names of their cases. */
const packages = (...names: string[]): Seed[] => {
  const cases = JSON.parse(gunzipSync(golden('pytorch-files/packages.json.gz')).toString()) as {
    name: string;
    file: string;
    config: object;
  }[];
  return named(cases, ...names).map(({ name, file, config }) => ({
    name: `PyTorch ${name}`,
    bytes: base64(file),
    read: (bytes) => readPyTorch(bytes, config).spec,
  }));
};

/** Seeded damage of one file: bits, bytes, cuts, repeats, lies of size. */
export function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  const pick = (limit: number): number => Math.min(limit - 1, Math.floor(((next() + 1) / 2) * limit));
  let out = bytes.slice();
  for (let n = 1 + pick(4); n > 0; n--) {
    const at = pick(Math.max(1, out.length));
    switch (pick(8)) {
      case 0:
      case 1:
      case 2:
        out[at] = (out[at] as number) ^ (1 << pick(8));
        break;
      case 3:
        out[at] = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b][pick(8)] as number;
        break;
      case 4:
        out = out.slice(0, at);
        break;
      case 5: {
        const length = pick(32);
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + length)]);
        break;
      }
      case 6: {
        const piece = out.subarray(at, at + pick(64));
        out = Uint8Array.from([...out.subarray(0, at), ...piece, ...out.subarray(at)]);
        break;
      }
      default:
        new DataView(out.buffer).setUint32(Math.min(at, Math.max(0, out.length - 4)), pick(2 ** 32), true);
    }
    if (out.length < 4) return out;
  }
  return out;
}
