/** Models from Neural Amp Modeler files. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../report.js';
export { fromNam, readNam } from './read.js';
