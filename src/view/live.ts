/** What the command line shows of a model with the numbers, ranges and colours of the pages: no part of what is published. */
export { binned, coarser } from './bins.js';
export { painter, unpacked } from './client/colours.js';
export { number } from './number.js';
export { type Scale, scaleOf } from './scale.js';
export { type WatchedLayer, watchLayer } from './watch-layer.js';
