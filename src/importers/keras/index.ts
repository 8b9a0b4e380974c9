/** Models from files of Keras. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { fromKeras, readKeras } from './read.js';
