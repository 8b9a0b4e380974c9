/** Models from safetensors files with PyTorch's own tensor names. */
export type { FileBytes } from '../formats/bytes.js';
export {
  readSafetensors,
  type SafetensorsFile,
  type SafetensorsOptions,
  writeSafetensors,
} from '../formats/safetensors.js';
export type * from './config.js';
export { fromPyTorch, type PyTorchImport, readPyTorch } from './read.js';
export type { PyTorchReportRow } from './report.js';
