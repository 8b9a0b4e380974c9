/** Models from PyTorch state dicts: safetensors with PyTorch's own names, and what `torch.save` writes. */
export type { FileBytes } from '../formats/bytes.js';
export type { Imported, ImportReport } from '../shared/report.js';
export type * from './config.js';
export { draftPyTorch, fromPyTorch, type PyTorchDraft, readPyTorch } from './read.js';
