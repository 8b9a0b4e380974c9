import { batchNorm, prelu, scaleShift } from './around/affine.js';
import { conv1d, convTranspose1d } from './around/conv.js';
import { broadcastMerge, where } from './around/elementwise.js';
import { logSoftmax } from './around/log-softmax.js';
import { masking } from './around/masking.js';
import { matmul } from './around/matmul.js';
import { pool1d, reduce } from './around/pool.js';
import { constant, rearrange, regroup, reshape, transpose } from './around/shape.js';
import { pad, repeat, reverse, slice, timestep } from './around/time.js';
import { KINDS, type LayerKinds } from './common.js';
import { bidirectional } from './recurrent/bidirectional.js';

/** Every type of node there is: the common ones, and what surrounds recurrent layers in real model files. */
export const allLayers: LayerKinds = {
  ...KINDS,
  bidirectional,
  masking,
  add: broadcastMerge,
  subtract: broadcastMerge,
  multiply: broadcastMerge,
  divide: broadcastMerge,
  maximum: broadcastMerge,
  minimum: broadcastMerge,
  average: broadcastMerge,
  power: broadcastMerge,
  equal: broadcastMerge,
  less: broadcastMerge,
  less_equal: broadcastMerge,
  greater: broadcastMerge,
  greater_equal: broadcastMerge,
  concatenate: broadcastMerge,
  where,
  constant,
  scale_shift: scaleShift,
  batch_norm: batchNorm,
  prelu,
  log_softmax: logSoftmax,
  conv1d,
  conv_transpose1d: convTranspose1d,
  max_pool1d: pool1d,
  average_pool1d: pool1d,
  reduce,
  pad,
  slice,
  timestep,
  reverse,
  reshape,
  regroup,
  transpose,
  rearrange,
  repeat,
  matmul,
};
