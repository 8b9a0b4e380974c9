/** Models from Neural Amp Modeler files. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { fromNam, readNam } from './read.js';
