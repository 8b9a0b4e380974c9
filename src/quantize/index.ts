/** Weights of a model as int8: a quarter of the bytes, and faster where a layer is large. docs/int8.md */
export { type QuantizeOptions, quantize } from './quantize.js';
export type { ErrorOf, LayerReport, QuantizeReport } from './report.js';
export type { Sample } from './sample.js';
