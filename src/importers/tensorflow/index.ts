/** Models from TensorFlow 1 checkpoints, SavedModel variables, manifests of weights, sketch-rnn's JSON and plain named arrays. */
export type { FileBytes } from '../formats/bytes.js';
export type { NamedArray } from '../formats/npy.js';
export type { AttributeRow, Imported, ImportReport, TensorRow } from '../shared/report.js';
export type { Shards } from '../shared/weights-manifest.js';
export { readBundle } from './bundle.js';
export type * from './config.js';
export { readNpy, readNpz } from './numpy.js';
export { fromTensorFlow, readTensorFlow } from './read.js';
export { fromSketchRnn, readSketchRnn } from './sketch-rnn.js';
export type { TensorFlowSource } from './source.js';
