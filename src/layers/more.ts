import { KINDS, type LayerKinds } from './index.js';
import { batchNorm, prelu, scaleShift } from './more/affine.js';
import { bidirectional } from './more/bidirectional.js';
import { conv1d, convTranspose1d } from './more/conv.js';
import { broadcastMerge, where } from './more/elementwise.js';
import { logSoftmax } from './more/log-softmax.js';
import { masking } from './more/masking.js';
import { matmul } from './more/matmul.js';
import { pool1d, reduce } from './more/pool.js';
import { constant, rearrange, regroup, reshape, transpose } from './more/shape.js';
import { pad, repeat, reverse, slice, timestep } from './more/time.js';

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
