import { convLstm } from './frequency/conv-lstm.js';
import { convTranspose2d } from './frequency/conv-transpose2d.js';
import { conv2d } from './frequency/conv2d.js';
import { eachFrame } from './frequency/each-frame.js';
import { eachFrame2d } from './frequency/each-frame2d.js';
import { eachFrequency } from './frequency/each-frequency.js';
import { groupNorm } from './frequency/group-norm.js';
import { pool2d } from './frequency/pool2d.js';
import { upsampleFrequency } from './frequency/upsample.js';
import type { LayerKinds } from './layer.js';
import { newerLayers } from './newer.js';

/** Every type of node there is: the common ones, what surrounds recurrent layers in real model files, newer cells, and those over time and frequency. */
// By `assign`, as `furtherLayers`.
export const allLayers: LayerKinds = /* @__PURE__ */ Object.assign(Object.create(null), newerLayers, {
  conv2d,
  conv_transpose2d: convTranspose2d,
  max_pool2d: pool2d,
  average_pool2d: pool2d,
  group_norm: groupNorm,
  upsample_frequency: upsampleFrequency,
  each_frame: eachFrame,
  each_frame2d: eachFrame2d,
  conv_lstm: convLstm,
  each_frequency: eachFrequency,
} satisfies LayerKinds);
