import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { whenThorough } from '../../support/thorough.js';
import { type Graph, ModelSchema } from './proto/onnx_pb.js';

/** Attributes that golden models must show to matter: what comes of the file without them is something else. */
const MATTER: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['activations', 'activation_alpha', 'activation_beta', 'clip', 'direction', 'input_forget'],
  GRU: ['activations', 'activation_alpha', 'activation_beta', 'clip', 'direction', 'linear_before_reset'],
  RNN: ['activations', 'activation_alpha', 'activation_beta', 'clip', 'direction'],
  Conv: ['auto_pad', 'dilations', 'group', 'pads', 'strides'],
  ConvTranspose: ['dilations', 'group', 'output_padding', 'pads', 'strides'],
  MaxPool: ['ceil_mode', 'kernel_shape', 'pads', 'strides'],
  AveragePool: ['ceil_mode', 'count_include_pad', 'kernel_shape', 'pads', 'strides'],
  BatchNormalization: ['epsilon'],
  LayerNormalization: ['epsilon'],
  Softmax: ['axis'],
  LogSoftmax: ['axis'],
  ReduceMean: ['axes', 'keepdims'],
  ReduceSum: ['axes', 'keepdims'],
  ReduceMax: ['axes', 'keepdims'],
  ReduceMin: ['axes', 'keepdims'],
  Gemm: ['alpha', 'beta', 'transB'],
  Pad: ['mode', 'pads', 'value'],
  Gather: ['axis'],
  Concat: ['axis'],
  Split: ['axis', 'split'],
  Slice: ['axes', 'ends', 'starts'],
  Transpose: ['perm'],
  Squeeze: ['axes'],
  Unsqueeze: ['axes'],
  Cast: ['to'],
  Clip: ['max', 'min'],
  Gelu: ['approximate'],
  ConstantOfShape: ['value'],
  DequantizeLinear: ['axis'],
  ReverseSequence: ['time_axis'],
  FusedMatMul: ['alpha', 'transA', 'transB', 'transBatchB'],
  FusedGemm: ['activation', 'activation_alpha', 'activation_beta', 'alpha', 'beta', 'transB'],
  FusedConv: ['activation', 'activation_params', 'pads'],
  SkipLayerNormalization: ['epsilon'],
  LinearAttention: ['kv_num_heads', 'q_num_heads', 'scale', 'update_rule'],
  CausalConvWithState: ['activation'],
};

interface Case {
  readonly model: string;
  readonly options: OnnxOptions;
}

/** What comes of a file, as text; a refusal is something else, too. */
function outcome(bytes: Uint8Array, options: OnnxOptions): string {
  try {
    return JSON.stringify(fromOnnx(bytes, options));
  } catch (error) {
    return (error as Error).message;
  }
}

it('every attribute makes a difference in some model that ONNX Runtime agrees on', whenThorough, () => {
  const found = new Set<string>();
  for (const name of ['models', 'exports', 'graphs', 'torch', 'keras3', 'keras2', 'stateful']) {
    const cases: Case[] = JSON.parse(
      readFileSync(new URL(`../../golden/onnx-files/${name}.json`, import.meta.url), 'utf8'),
    );
    for (const { model, options } of cases) {
      const raw = Buffer.from(model, 'base64');
      const bytes = new Uint8Array(raw[0] === 0x1f ? gunzipSync(raw) : raw);
      const file = fromBinary(ModelSchema, bytes);
      let whole: string | undefined;
      for (const node of (file.graph as Graph).node) {
        const all = node.attribute;
        for (const { name: attribute } of all) {
          const key = `${node.opType}.${attribute}`;
          if (found.has(key) || !MATTER[node.opType]?.includes(attribute)) continue;
          whole ??= outcome(bytes, options);
          node.attribute = all.filter((one) => one.name !== attribute);
          if (outcome(toBinary(ModelSchema, file), options) !== whole) found.add(key);
          node.attribute = all;
        }
      }
    }
  }
  const wanted = Object.entries(MATTER).flatMap(([type, names]) => names.map((name) => `${type}.${name}`));
  expect(wanted.filter((key) => !found.has(key))).toEqual([]);
});
