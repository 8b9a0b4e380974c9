// What is measured: the package as built, and the plain JS it is compared with.
export { createModel } from 'gatewise';
export { plainLstm } from '../plain-js/rows.mjs';
