/** Opens any model file: tells the format from the bytes, loads its importer alone. */
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { type LoadOptions, type LoadSource, load } from './load.js';
export { type Format, sniff } from './sniff.js';
