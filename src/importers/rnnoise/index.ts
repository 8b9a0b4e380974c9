/** RNNoise's networks, from its text files (`.rnnn`) and its weights blobs (`DNNw`). */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { fromRNNoise, readRNNoise } from './read.js';
