// What is measured: the package as built, and the plain JS it is compared with.
export { createModel } from '../../dist/index.js';
export { plainLstm } from '../plain-js/lstm.mjs';
