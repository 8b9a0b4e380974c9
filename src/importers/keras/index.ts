/** Models from files of Keras, and from weights alone. */
export type { FileBytes } from '../formats/bytes.js';
export type { NamedArray } from '../formats/npy.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { KerasOptions, KerasVariables } from './options.js';
export { fromKeras, readKeras } from './read.js';
export type * from './typed.js';
