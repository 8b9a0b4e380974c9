/** What every entry that makes models exports beside what makes them. */

export type { Input, Tensor } from './call/input.js';
export type { MaskOptions, NamedOutput } from './call/request.js';
export type { ModelOptions } from './create.js';
export * from './errors.js';
export type { ModelSource } from './graph/own-spec.js';
export type { Graph, GraphNode, InputInfo, ValueInfo } from './graph/value.js';
export type { LayerSummary, ModelSummary } from './inspect/summary.js';
export type { LayerTrace, Trace } from './inspect/trace.js';
export type { ModelValue } from './inspect/values.js';
export type { CellInfo, CellWords, LayerInfo, LayerKind, LayerKinds, LayerWords } from './layers/layer.js';
export type { Model, NamedRunOptions, RunOptions } from './model.js';
export type * from './spec.js';
export type { LayerState, LayerStateInput } from './state/access.js';
export type { FrameTransform, Stream, StreamOptions, StreamRunOptions } from './stream.js';
export { acceptsBuild, type Build, type KernelOptions, type KernelSource } from './wasm/module.js';
