/** Gatewise: trained LSTM, GRU and simple RNN models in WebAssembly SIMD. */
export * from './errors.js';
export type { Graph, GraphNode, InputInfo, ValueInfo } from './graph/value.js';
export type { Input, Tensor } from './input.js';
export {
  createModel,
  createModelSync,
  type Model,
  type ModelOptions,
  type NamedRunOptions,
  type RunOptions,
  type Trace,
} from './model.js';
export type { MaskOptions } from './request.js';
export type * from './spec.js';
export type { LayerState, LayerStateInput } from './state.js';
export type { Stream, StreamOptions, StreamRunOptions } from './stream.js';
export type { LayerSummary, ModelSummary } from './summary.js';
export type { LayerTrace } from './trace.js';
export { acceptsBuild, type Build, type KernelOptions, type KernelSource } from './wasm/module.js';
