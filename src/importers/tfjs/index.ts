/** Models from layers models of TensorFlow.js. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { Shards } from '../shared/weights-manifest.js';
export { fromTfjs, readTfjs } from './read.js';
