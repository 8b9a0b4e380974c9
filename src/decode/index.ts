/** Connectionist temporal classification (CTC): what a model says of each timestep, as labels and text. docs/decode.md */
export { ctcBeam } from './beam.js';
export { type CtcGreedy, createCtcGreedy, ctcGreedy } from './greedy.js';
export type { CtcBeamOptions, CtcGreedyOptions, CtcOptions, LabelScore } from './options.js';
export type { CtcOutput, CtcTensor } from './output.js';
export type { CtcHypothesis, CtcOnset, CtcPath, CtcSymbol } from './result.js';
