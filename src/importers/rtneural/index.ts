/** Models from RTNeural's JSON. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../report.js';
export { fromRTNeural, readRTNeural } from './read.js';
