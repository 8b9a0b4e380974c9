import { batchNorm, prelu, scaleShift } from './around/affine.js';
import { argReduce } from './around/arg-reduce.js';
import { attention } from './around/attention.js';
import { conv1d, convTranspose1d } from './around/conv.js';
import { cumsum } from './around/cumsum.js';
import { gatherTime } from './around/gather-time.js';
import { linearAttention } from './around/linear-attention.js';
import { logSoftmax } from './around/log-softmax.js';
import { masking, unmask } from './around/masking.js';
import { matmul } from './around/matmul.js';
import { merges } from './around/merge.js';
import { pad } from './around/pad.js';
import { pool1d } from './around/pool.js';
import { reduce } from './around/reduce.js';
import { constant, rearrange, regroup, reshape, transpose } from './around/shape.js';
import { repeat, reverse, slice, timestep } from './around/time.js';
import { where } from './around/where.js';
import { KINDS } from './common.js';
import type { LayerKinds } from './layer.js';
import { bidirectional } from './recurrent/bidirectional.js';
import { CELLS } from './recurrent/cells.js';
import { withLengths } from './recurrent/lengths.js';
import { recurrent } from './recurrent/recurrent.js';

/** The common types of node, and what surrounds recurrent layers in real model files; not those of `frequency/`. */
// By `assign`: a minifier that writes constants out in a literal of spreads makes two `__proto__` of one.
export const furtherLayers: LayerKinds = /* @__PURE__ */ Object.assign(
  Object.create(null),
  KINDS,
  {
    lstm: withLengths(recurrent(CELLS.lstm)),
    gru: withLengths(recurrent(CELLS.gru)),
    rnn: withLengths(recurrent(CELLS.rnn)),
    bidirectional: withLengths(bidirectional),
    masking,
  },
  merges,
  {
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
    gather_time: gatherTime,
    unmask,
    reverse,
    reshape,
    regroup,
    transpose,
    rearrange,
    repeat,
    matmul,
    arg_reduce: argReduce,
    cumsum,
    attention,
    linear_attention: linearAttention,
  } satisfies LayerKinds,
);
