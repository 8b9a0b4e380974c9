/**
 * The kernels' only exports. Addresses and strides are bytes, numbers are float32, a vector is 4 of them; blocks of vectors
 * start at multiples of 16. No kernel allocates or keeps anything between calls.
 */

/** 1 in the build with relaxed SIMD. */
export const relaxed: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 0;

export { activate } from './activations';
export { gemm } from './gemm';
export { gru, gruReset } from './gru';
export { lstm } from './lstm';
export { rnn } from './rnn';
export { binary, copyRows, embedding, layerNorm, masking, softmax } from './rows';
export { anyBetween, hash } from './survey';
export { panelVectors } from './tiles';
export { copyRowsWithoutTiny, withoutDenormals } from './tiny';
