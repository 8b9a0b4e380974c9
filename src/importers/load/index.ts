/** Opens any model file: tells the format from the bytes, loads its importer alone. */
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { ReadFile } from './beside.js';
export { type Elsewhere, type LoadOptions, type LoadSource, load, loadFrom } from './load.js';
export { type Format, sniff } from './sniff.js';
