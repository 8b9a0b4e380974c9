// What the peer shares with `gatewise serve`; `run.mjs` bundles it for `peer.mjs`.
export { listen } from '../../src/server/node.js';
export { headerLength, readBody } from '../../src/server/protocol/body.js';
export { inferReply } from '../../src/server/protocol/reply.js';
export { parseInfer } from '../../src/server/protocol/request.js';
