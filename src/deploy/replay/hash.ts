import type * as hash from '../../state/hash.js';

export { hashText, hashWords, hex } from '../../state/hash.js';

/** No tensor is hashed: the fingerprint is known. */
export const dataHasher: typeof hash.dataHasher = () => () => [0, 0];
