/**
 * All that built files are put together of: `scripts/build-runtime.mjs` cuts what this exports into the statements that it is made of, with
 * `../replay/` in the place of what reads, checks and packs a spec. Layers have their types as names, in camel case.
 */
export { checkIds } from '../../call/input.js';
export { placesOf } from '../../call/layout.js';
export { GatewiseError } from '../../errors.js';
export { clockText, fixedTime, openName, timesteps } from '../../graph/clock.js';
export { batchNorm, prelu, scaleShift } from '../../layers/around/affine.js';
export { argReduce } from '../../layers/around/arg-reduce.js';
export { attention } from '../../layers/around/attention.js';
export { conv1d, convTranspose1d } from '../../layers/around/conv.js';
export { cumsum } from '../../layers/around/cumsum.js';
export { dense } from '../../layers/around/dense.js';
export { embedding } from '../../layers/around/embedding.js';
export { gatherTime } from '../../layers/around/gather-time.js';
export { linearAttention } from '../../layers/around/linear-attention.js';
export { logSoftmax } from '../../layers/around/log-softmax.js';
export { masking, unmask } from '../../layers/around/masking.js';
export { matmul } from '../../layers/around/matmul.js';
export { merges } from '../../layers/around/merge.js';
export { pad } from '../../layers/around/pad.js';
export { activation, dropout, layerNorm, softmax } from '../../layers/around/pointwise.js';
export { pool1d as averagePool1d, pool1d as maxPool1d } from '../../layers/around/pool.js';
export { reduce } from '../../layers/around/reduce.js';
export { constant, rearrange, regroup, reshape, transpose } from '../../layers/around/shape.js';
export { repeat, reverse, slice, timestep } from '../../layers/around/time.js';
export { where } from '../../layers/around/where.js';
export { convLstm } from '../../layers/frequency/conv-lstm.js';
export { convTranspose2d } from '../../layers/frequency/conv-transpose2d.js';
export { conv2d } from '../../layers/frequency/conv2d.js';
export { eachFrame } from '../../layers/frequency/each-frame.js';
export { eachFrame2d } from '../../layers/frequency/each-frame2d.js';
export { eachFrequency } from '../../layers/frequency/each-frequency.js';
export { groupNorm } from '../../layers/frequency/group-norm.js';
export { pool2d as averagePool2d, pool2d as maxPool2d } from '../../layers/frequency/pool2d.js';
export { upsampleFrequency } from '../../layers/frequency/upsample.js';
export { supportOf } from '../../layers/int8/support.js';
export { bidirectionalOf } from '../../layers/recurrent/bidirectional.js';
export { gru } from '../../layers/recurrent/gru.js';
export { withLengths } from '../../layers/recurrent/lengths.js';
export { lstm } from '../../layers/recurrent/lstm.js';
export { recurrent } from '../../layers/recurrent/recurrent.js';
export { rnn } from '../../layers/recurrent/rnn.js';
export { copyInts, isInts } from '../../typed.js';
export { NUMBERS } from '../replay/activations.js';
export { fromBase64 } from './base64.js';
export { beside } from './beside.js';
export { open } from './open.js';
