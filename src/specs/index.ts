/** Specs as material: models cut out of models. */
export { type CutOptions, cut } from './cut.js';
