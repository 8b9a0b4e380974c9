/** Gatewise's own container: a model in one safetensors file; and safetensors files of any tensors, read and written. */
export type { FileBytes } from '../formats/bytes.js';
export { writeSafetensors } from '../formats/safetensors-writer.js';
export { fromSafetensors, toSafetensors } from './container.js';
export { readSafetensors, type SafetensorsFile, type SafetensorsOptions } from './reader.js';
