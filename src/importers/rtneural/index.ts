/** Models from RTNeural's JSON. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { RTNeuralOptions } from './options.js';
export { fromRTNeural, readRTNeural } from './read.js';
