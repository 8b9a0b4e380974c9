/** Models from ONNX files. */
export type { FileBytes } from '../formats/bytes.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { AxisRole } from './axes.js';
export { fromOnnx, type OnnxOptions, readOnnx } from './read.js';
export type { OnnxState } from './states/find.js';
