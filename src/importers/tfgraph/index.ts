/** Models from TensorFlow's graphs: SavedModels and frozen graphs. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { fromTfGraph, readTfGraph, type TfGraphOptions } from './read.js';
