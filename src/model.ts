import { type Disposable, makeDisposable } from './call/disposable.js';
import { checkBatch, type Input } from './call/input.js';
import { readOptions } from './call/options.js';
import { cannotBeCloned } from './call/refusing-clones.js';
import { byName, MASK_OPTIONS, type MaskOptions, type NamedOutput, namedOutputs, readRequest } from './call/request.js';
import { readGivenState } from './call/state.js';
import { type Checked, ModelEngine, type RunRequest } from './engine/engine.js';
import { DisposedError, UnsupportedError } from './errors.js';
import type { Graph } from './graph/value.js';
import { showAsText } from './inspect/shown.js';
import { headOf, type ModelSummary, summarize } from './inspect/summary.js';
import { type LayerTrace, type Trace, traced, traceInto } from './inspect/trace.js';
import { type ModelValue, modelValues } from './inspect/values.js';
import type { Int8Support, LayerInfo } from './layers/layer.js';
import { raise } from './refuse.js';
import type { ModelSpec } from './spec.js';
import { type LayerStateInput, writeState } from './state/access.js';
import { Stream, type StreamOptions } from './stream.js';
import type { Floats } from './typed.js';
import type { Build, LoadedModule } from './wasm/module.js';

export interface NamedRunOptions extends MaskOptions {
  /** Rows of flat inputs. Default 1. */
  readonly batch?: number;
  /** h and c to start from, per recurrent layer. Default: zeros, or the model's trained initial state. */
  readonly initialState?: readonly LayerStateInput[];
}

export interface RunOptions extends NamedRunOptions {
  /** Where the output goes; must have its exact length, and may lie where the input does. Default: a new Float32Array. */
  readonly out?: Float32Array;
}

const RUN_OPTIONS = [...MASK_OPTIONS, 'batch', 'initialState'];

/** A trained model: weights packed once, immutable, shared by all its streams. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `makeDisposable` gives it what the interface says
export class Model {
  readonly #engine: ModelEngine;
  #graph: Graph | undefined;
  /** @internal */
  readonly cannotBeCloned = cannotBeCloned;

  /** @internal Use `createModel`. */
  constructor(
    spec: ModelSpec,
    loaded: LoadedModule,
    memoryLimit: number | undefined,
    checked: Checked,
    int8: Int8Support | undefined,
  ) {
    this.#engine = new ModelEngine(spec, loaded, memoryLimit, checked, int8);
  }

  /** The kernels in use: `simd` gives the same bits everywhere, `relaxed` may differ in the last bits between machines. */
  get build(): Build {
    return this.#engine.build;
  }

  /** Its structure, checked: inputs, layers, outputs and the shapes of all values, without the weights. */
  get graph(): Graph {
    const { graph } = this.#alive();
    // Maps cannot be frozen: those that are given away are others than the model's.
    this.#graph ??= Object.freeze({ ...graph, values: new Map(graph.values), layouts: new Map(graph.layouts) });
    return this.#graph;
  }

  /** What it is to be given, in the order of the model: names, features, times, and the axes of values with a shape. */
  get inputs(): readonly ModelValue[] {
    const { graph } = this.#alive();
    return modelValues(graph, graph.inputs);
  }

  /** What it gives; as `inputs`. */
  get outputs(): readonly ModelValue[] {
    const { graph } = this.#alive();
    return modelValues(graph, graph.outputs);
  }

  /** What is known of its layers from outside: nodes, parameters, recurrent cells with their gates. In the order of the model. */
  get layers(): readonly LayerInfo[] {
    return this.#alive().layers;
  }

  /** WebAssembly memory of the model and its streams, in bytes: the whole, and the part in use. */
  get memory(): { readonly byteLength: number; readonly used: number } {
    const { arena } = this.#alive();
    return { byteLength: arena.byteLength, used: arena.used };
  }

  /**
   * Runs a whole sequence from a fresh state.
   *
   * @param x `[time, features]` or `[batch, time, features]`: flat numbers (with `options.batch`), nested arrays, or `{ data, shape }`.
   * @returns flat `[batch, time, outputs]`, or `[batch, outputs]` where the model outputs the last timestep only.
   * @throws {InputError} wrong length, rank or type; several inputs or outputs (use `runNamed`).
   * @throws {MemoryLimitError} no room for the run; live streams are untouched.
   * @throws {DisposedError}
   */
  run<Out extends Float32Array = Floats>(x: Input, given: RunOptions & { readonly out?: Out } = {}): Out {
    const { out, ...options } = readOptions(given, [...RUN_OPTIONS, 'out'], 'run');
    const [result] = this.#run(byName(this.#alive(), x), options, out).outputs;
    return (out ?? result) as Out;
  }

  /** Like `run`, for models with several inputs or outputs; results come with their shapes. */
  runNamed(inputs: Readonly<Record<string, Input>>, given: NamedRunOptions = {}): Record<string, NamedOutput> {
    const options = readOptions(given, RUN_OPTIONS, 'runNamed');
    return namedOutputs(this.#alive(), this.#run(inputs, options, undefined));
  }

  /** Runs like `run` and records gates and states of every recurrent layer at every timestep, as the run computed them. */
  trace(x: Input | Readonly<Record<string, Input>>, given: NamedRunOptions = {}): Trace {
    const options = readOptions(given, RUN_OPTIONS, 'trace');
    return traced(this.#alive(), x, (inputs, layers) => this.#run(inputs, options, undefined, layers));
  }

  /**
   * A stream: state only, made in O(1).
   * @throws {UnsupportedError} a layer needs the whole sequence (bidirectional, goBackwards); the message says which.
   * @throws {MemoryLimitError} no room for its state; live streams are untouched.
   */
  createStream(options: StreamOptions = {}): Stream {
    this.#alive();
    const { batch = 1 } = readOptions(options, ['batch'], 'createStream');
    const engine = this.#alive();
    checkBatch(batch);
    if (engine.obstacle !== undefined) {
      raise(UnsupportedError, 'createStream', `cannot stream: ${engine.obstacle}`, 'run() instead');
    }
    return new Stream(engine, batch);
  }

  /**
   * One timestep of many streams of this model, each with the bits that it has alone. Where the weights are too many to stay in cache, it is
   * one product for all; elsewhere streams go one by one. Between calls streams come, go, reset, save and fork as they like. Of a model
   * of one input and one output. Allocates nothing to speak of when `out` is given and frames are a Float32Array.
   * @param streams an array, a Set, …: of batch 1, each once, in any order.
   * @param frames `[streams, features]` flat.
   * @param out `[streams, outputs]` flat; may lie where the frames do. Default: a new Float32Array.
   * @returns out.
   * @throws {InputError} another model's stream, one of a larger batch, or twice the same; wrong length or type; several inputs or outputs.
   * @throws {DisposedError} one of the streams is, or the model.
   * @throws {MemoryLimitError} no room to put them together. After any of these all states are as they were.
   */
  stepMany<Out extends Float32Array = Floats>(streams: Iterable<Stream>, frames: ArrayLike<number>, out?: Out): Out {
    return Stream.many(this.#alive(), streams, frames, out) as Out;
  }

  /** Layers with units, parameters, bytes and multiply-adds per timestep; `toString()` is a table. */
  summary(): ModelSummary {
    return summarize(this.#alive());
  }

  /** What `console.log` shows: inputs and outputs, and the first layers of the summary. */
  toString(): string {
    return this.#engine.disposed ? 'Model, disposed' : headOf(this.#engine);
  }

  /** Gives the memory back; the model and its streams cannot be used afterwards. Further calls do nothing. */
  dispose(): void {
    this.#engine.dispose();
  }

  #run(
    inputs: Readonly<Record<string, Input>>,
    { initialState, ...options }: NamedRunOptions,
    out: unknown,
    traces?: LayerTrace[],
  ): RunRequest {
    const engine = this.#alive();
    const request = readRequest(engine, inputs, options, out);
    const initial = initialState === undefined ? undefined : readGivenState(engine, request.batch, initialState);
    // It may have been the caller's code that read them.
    this.#alive();
    const state = engine.newState(request.batch);
    try {
      if (initial !== undefined) writeState(engine, state, request.batch, initial);
      engine.run(request, state, traces && traceInto(traces, engine, request));
    } finally {
      engine.arena.free(state);
    }
    return request;
  }

  #alive(): ModelEngine {
    if (this.#engine.disposed) raise(DisposedError, 'model', 'this model has been disposed', 'a live model');
    this.#engine.checkIdle();
    return this.#engine;
  }
}

export interface Model extends Disposable {}
makeDisposable(Model);
showAsText(Model);
