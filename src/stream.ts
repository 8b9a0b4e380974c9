import { type Disposable, makeDisposable } from './call/disposable.js';
import { checkIds, type Input } from './call/input.js';
import { readExactly } from './call/numbers.js';
import { readOptions } from './call/options.js';
import { outputFor } from './call/output.js';
import {
  byName,
  MASK_OPTIONS,
  type MaskOptions,
  type NamedOutput,
  namedOutputs,
  namesOf,
  readRequest,
} from './call/request.js';
import { readGivenState } from './call/state.js';
import type { ModelEngine, RunRequest } from './engine/engine.js';
import type { Plan } from './engine/plan.js';
import type { Port } from './engine/port.js';
import { DisposedError, InputError } from './errors.js';
import { badInput, describe, raise, reading } from './refuse.js';
import { type LayerState, type LayerStateInput, readState, writeState } from './state/access.js';
import { decodeState, encodeState } from './state/snapshot.js';
import { copyInts, isFloats, isInts, type Numbers } from './typed.js';

export interface StreamOptions {
  /** Sequences that advance together, each with a state of its own. Default 1. */
  readonly batch?: number;
}

export interface StreamRunOptions extends MaskOptions {
  /** Where the output goes; must have its exact length. Default: a new Float32Array. */
  readonly out?: Float32Array;
}

/**
 * A model with a memory of what it has seen: state only, the weights are the model's.
 * Made by `model.createStream()`. Whatever the cut of a sequence into calls, the outputs have the same bits.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `makeDisposable` gives it what the interface says
export class Stream {
  readonly #batch: number;
  readonly #engine: ModelEngine;
  readonly #plan: Plan;
  // The single input and output, for step(); undefined if there are several.
  readonly #input: Port | undefined;
  readonly #output: Port | undefined;
  /** Ids must be below this; 0 if the input is not ids. */
  readonly #vocabulary: number;
  /** Where a step's ids are looked at, in memory of ours; empty if the input is not ids. */
  readonly #ids: Float64Array;
  /** Address of the first row's slot; 0 once disposed. */
  #state = 0;

  /** @internal */
  constructor(engine: ModelEngine, batch: number) {
    this.#engine = engine;
    this.#batch = batch;
    this.#plan = engine.plans.hold({ batch, time: 1, masked: false, zeroMasked: false });
    try {
      this.#state = engine.newState(batch);
    } catch (error) {
      engine.plans.release(this.#plan);
      throw error;
    }
    abandoned?.register(this, { engine, plan: this.#plan, state: this.#state }, this);
    const { inputs, outputs } = this.#plan;
    if (inputs.length === 1) this.#input = inputs[0];
    if (outputs.length === 1) this.#output = outputs[0];
    const [first] = engine.graph.inputs;
    this.#vocabulary = first?.dtype === 'int32' ? first.vocabulary : 0;
    this.#ids = new Float64Array(this.#vocabulary === 0 ? 0 : (this.#input?.length ?? 0));
  }

  /** Sequences that advance together. */
  get batch(): number {
    return this.#batch;
  }

  /**
   * One timestep. Allocates nothing when `out` is given.
   * @param frame `[features]`, or `[batch, features]` flat.
   * @param out `[outputs]`, or `[batch, outputs]` flat. Default: a new Float32Array.
   * @returns out.
   * @throws {InputError} wrong length or type, or the model has several inputs or outputs (use `runNamed`); the state is as it was.
   * @throws {DisposedError}
   */
  step(frame: ArrayLike<number>, out?: Float32Array): Float32Array {
    const input = this.#input;
    const output = this.#output;
    if (this.#state === 0 || this.#engine.disposed) this.#gone();
    if (input === undefined || output === undefined) this.#needsNames();
    let from: Numbers;
    if (this.#vocabulary === 0 && isFloats(frame, input.length)) from = frame;
    else if (this.#vocabulary !== 0 && isInts(frame, input.length)) {
      from = copyInts(frame, this.#ids);
      checkIds(from, this.#vocabulary, 'frame');
    } else {
      from = this.#readFrame(frame, input.length);
      // It may have been the caller's code that read it.
      this.#alive();
    }
    const to = isFloats(out, output.length) ? out : outputFor(out, output.length);
    input.write(from);
    this.#plan.run(this.#state);
    output.read(to);
    return to;
  }

  /**
   * The next timesteps of the sequence.
   * @param x `[time, features]`, or `[batch, time, features]`.
   * @returns `[batch, time, outputs]` flat, or `[batch, outputs]` for a model that outputs the last timestep only.
   * @throws {InputError} the state is then as it was.
   */
  run(x: Input, given: StreamRunOptions = {}): Float32Array {
    const { out, ...options } = readOptions(given, [...MASK_OPTIONS, 'out'], 'run');
    const [result] = this.#run(byName(this.#engine, x), options, out).outputs;
    return out ?? (result as Float32Array);
  }

  /** Like `run`, for models with several inputs or outputs. */
  runNamed(inputs: Readonly<Record<string, Input>>, given: MaskOptions = {}): Record<string, NamedOutput> {
    const options = readOptions(given, MASK_OPTIONS, 'runNamed');
    return namedOutputs(this.#engine, this.#run(inputs, options, undefined));
  }

  /** Back to the start: zeros, or the model's trained initial state. */
  reset(): void {
    this.#alive();
    this.#engine.resetState(this.#state, this.#batch);
  }

  /** A copy of h and c of every recurrent layer, in the order of the model. */
  getState(): LayerState[] {
    this.#alive();
    return readState(this.#engine, this.#state, this.#batch);
  }

  /**
   * Starts from a given h and c. Matched by order, so `decoder.setState(encoder.getState())` works.
   * @throws {InputError} layers or lengths do not fit; the state is then as it was.
   */
  setState(state: readonly LayerStateInput[]): void {
    this.#alive();
    const own = readGivenState(this.#engine, this.#batch, state);
    this.#alive();
    writeState(this.#engine, this.#state, this.#batch, own);
  }

  /** The whole state as bytes that `restore` takes, here or in another process, on any build. */
  save(): Uint8Array {
    this.#alive();
    return encodeState(this.#engine, this.#state, this.#batch);
  }

  /** @throws {StateError} bytes of another model or batch, truncated or corrupted; the state is then as it was. */
  restore(bytes: Uint8Array): void {
    this.#alive();
    decodeState(this.#engine, this.#state, this.#batch, bytes);
  }

  /** A second stream that goes on from the same state, independently. */
  fork(): Stream {
    this.#alive();
    const other = new Stream(this.#engine, this.#batch);
    this.#engine.arena.u8.copyWithin(other.#state, this.#state, this.#state + this.#batch * this.#engine.slotBytes);
    return other;
  }

  /** Returns the state's memory to the model, which otherwise waits for the stream to be collected. Further calls do nothing. */
  dispose(): void {
    if (this.#state === 0) return;
    const engine = this.#engine;
    const memory = { engine, plan: this.#plan, state: this.#state };
    this.#state = 0;
    abandoned?.unregister(this);
    release(memory);
  }

  #run(inputs: Readonly<Record<string, Input>>, options: MaskOptions, out: unknown): RunRequest {
    this.#alive();
    const request = readRequest(this.#engine, inputs, options, out, this.#batch);
    this.#alive();
    this.#engine.run(request, this.#state);
    return request;
  }

  /** @returns the frame, in memory of ours. */
  #readFrame(given: unknown, length: number): Numbers {
    const ids = this.#vocabulary !== 0;
    const what = `batch ${this.#batch} · features ${length / this.#batch}`;
    const frame = reading(InputError, 'frame', () =>
      readExactly(given, length, ids ? 'ids' : 'features', 'frame', what),
    );
    if (ids) checkIds(frame, this.#vocabulary, 'frame');
    return frame;
  }

  #alive(): void {
    if (this.#state === 0 || this.#engine.disposed) this.#gone();
  }

  #gone(): never {
    const what = this.#engine.disposed ? 'the model of this stream' : 'this stream';
    raise(DisposedError, 'stream', `${what} has been disposed`, 'a live stream');
  }

  #needsNames(): never {
    const { inputs, outputs } = this.#engine.graph;
    badInput(
      'step',
      'step() is for one input and one output; use runNamed',
      undefined,
      `inputs ${describe(namesOf(inputs))}, outputs ${describe(namesOf(outputs))}`,
    );
  }
}

/** What a stream holds of its model's memory. */
interface StreamMemory {
  readonly engine: ModelEngine;
  readonly plan: Plan;
  readonly state: number;
}

function release({ engine, plan, state }: StreamMemory): void {
  if (engine.disposed) return;
  engine.arena.free(state);
  engine.plans.release(plan);
}

/** Gives back what streams held that were dropped without `dispose`. Not every runtime has it. */
const abandoned =
  typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry<StreamMemory>(release);

export interface Stream extends Disposable {}
makeDisposable(Stream);
