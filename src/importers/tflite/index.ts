/** Models from TensorFlow Lite (LiteRT) files. */
export type { FileBytes } from '../formats/bytes.js';
export type { AxisRole, OnnxState as TfliteState } from '../onnx/index.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export { fromTflite, readTflite, type TfliteOptions } from './read.js';
