import type * as turning from '../../wasm/pack-turn.js';

/** They are turned round in the image. */
export const turnTaps: typeof turning.turnTaps = (weight) => weight;
