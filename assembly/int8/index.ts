/**
 * The integer kernels' only exports: a module of its own, on the same memory as the float32 kernels, for models with int8 weights.
 * It has no static data. Addresses and strides are bytes; blocks of vectors start at multiples of 16.
 *
 * Numbers of a row are rounded to 14 bits and a sign's worth of offset (`quantise.ts`), weights are int8, sums are exact int32. So both
 * builds give the same bits, and so does every engine and processor.
 */

/** 1 in the build with relaxed SIMD. */
export const relaxed: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 0;

export { embedding } from './embedding';
export { product, scratchBytes } from './product';
