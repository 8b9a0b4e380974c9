import type * as packing from '../../wasm/int8-pack.js';

export { segmentBytes } from '../../wasm/int8-pack.js';

export const packSegment: typeof packing.packSegment = () => {};

export const packInt8Table: typeof packing.packInt8Table = () => {};
