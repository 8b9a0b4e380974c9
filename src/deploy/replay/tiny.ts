import type * as tiny from '../../wasm/tiny.js';
import { ghostOf } from './spec.js';

export { LEAST_NORMAL, TINY } from '../../wasm/tiny.js';

/** What was tiny is 0 in the image. */
export const withoutTiny: typeof tiny.withoutTiny = (_, data) => data;

export const hasHuge: typeof tiny.hasHuge = (_, data) => ghostOf(data).huge;
