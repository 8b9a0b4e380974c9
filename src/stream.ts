import { type Disposable, makeDisposable } from './call/disposable.js';
import { checkIds, type Input } from './call/input.js';
import { checkLength, readExactly } from './call/numbers.js';
import { readOptions } from './call/options.js';
import { outputFor } from './call/output.js';
import { cannotBeCloned } from './call/refusing-clones.js';
import {
  byName,
  MASK_OPTIONS,
  type MaskOptions,
  type NamedOutput,
  namedOutputs,
  namesOf,
  readMask,
  readRequest,
} from './call/request.js';
import { readGivenState } from './call/state.js';
import type { ModelEngine, RunRequest } from './engine/engine.js';
import { stepRows } from './engine/many.js';
import type { Plan } from './engine/plan.js';
import type { Port } from './engine/port.js';
import { DisposedError, InputError, RuntimeError } from './errors.js';
import { showAsText } from './inspect/shown.js';
import { type LayerTrace, type Trace, traced, traceInto } from './inspect/trace.js';
import { badInput, describe, raise, reading } from './refuse.js';
import { type LayerState, type LayerStateInput, readState, writeState } from './state/access.js';
import { decodeState, encodeState } from './state/snapshot.js';
import { copyInts, type Floats, isFloats, isInts, type Numbers } from './typed.js';

export interface StreamOptions {
  /** Sequences that advance together, each with a state of its own. Default 1. */
  readonly batch?: number;
}

export interface StreamRunOptions extends MaskOptions {
  /** Where the output goes; must have its exact length. Default: a new Float32Array. */
  readonly out?: Float32Array;
}

/** Counts calls of `stepMany`, and streams that were disposed of: what happened while a caller's list was read. */
let turns = 0;

/** A web TransformStream, in the types of those whose `lib` has it. */
export type FrameTransform = typeof globalThis extends { readonly TransformStream: { readonly prototype: infer T } }
  ? T
  : { readonly readable: object; readonly writable: object };

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
  /** The latest call of `stepMany` that had this stream. */
  #turn = 0;
  readonly #memory: StreamMemory;
  /** The plan of a step with a mask, from the first one on. */
  #maskedPlan: Plan | undefined;
  /** @internal */
  readonly cannotBeCloned = cannotBeCloned;

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
    this.#memory = { engine, plans: [this.#plan], state: this.#state };
    abandoned?.register(this, this.#memory, this);
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
   * One timestep. Allocates nothing when `out` is given, and no mask.
   * @param frame `[features]`, or `[batch, features]` flat.
   * @param out `[outputs]`, or `[batch, outputs]` flat. Default: a new Float32Array.
   * @param mask `[batch]`: rows with 0 or false are held, as `run` with a mask of this timestep holds them: their state stays, and
   *   recurrent layers repeat their last output (zeros if there is none since the start).
   * @returns out.
   * @throws {InputError} wrong length or type, or the model has several inputs or outputs (use `runNamed`); the state is as it was.
   * @throws {DisposedError}
   */
  step<Out extends Float32Array = Floats>(
    frame: ArrayLike<number>,
    out?: Out,
    mask?: ArrayLike<number | boolean>,
  ): Out {
    let plan = this.#plan;
    let input = this.#input;
    let output = this.#output;
    this.#alive();
    if (input === undefined || output === undefined) this.#needsNames('step');
    const held = mask === undefined ? undefined : this.#readMask(mask);
    let from: Numbers;
    if (this.#vocabulary === 0 && isFloats(frame, input.length)) from = frame;
    else if (this.#vocabulary !== 0 && isInts(frame, input.length)) {
      from = copyInts(frame, this.#ids);
      checkIds(from, this.#vocabulary, 'frame');
    } else {
      from = this.#readFrame(frame, input.length, `batch ${this.#batch} · features ${input.length / this.#batch}`);
      // It may have been the caller's code that read it.
      this.#alive();
    }
    const to = isFloats(out, output.length) ? out : outputFor(out, output.length);
    if (held) {
      plan = this.#masked(held);
      [input] = plan.inputs as [Port];
      [output] = plan.outputs as [Port];
    }
    input.write(from);
    plan.run(this.#state);
    output.read(to);
    return to as Out;
  }

  /**
   * The next timesteps of the sequence.
   * @param x `[time, features]`, or `[batch, time, features]`.
   * @returns `[batch, time, outputs]` flat, or `[batch, outputs]` for a model that outputs the last timestep only.
   * @throws {InputError} the state is then as it was.
   */
  run<Out extends Float32Array = Floats>(x: Input, given: StreamRunOptions & { readonly out?: Out } = {}): Out {
    const { out, ...options } = readOptions(given, [...MASK_OPTIONS, 'out'], 'run');
    const [result] = this.#run(byName(this.#engine, x), options, out).outputs;
    return (out ?? result) as Out;
  }

  /** Like `run`, for models with several inputs or outputs. */
  runNamed(inputs: Readonly<Record<string, Input>>, given: MaskOptions = {}): Record<string, NamedOutput> {
    const options = readOptions(given, MASK_OPTIONS, 'runNamed');
    return namedOutputs(this.#engine, this.#run(inputs, options, undefined));
  }

  /**
   * Like `runNamed`, and records gates and states of every recurrent layer at these timesteps, as `model.trace` does for a whole sequence.
   * @param x the input, or inputs by name.
   * @throws {InputError} the state is then as it was.
   */
  trace(x: Input | Readonly<Record<string, Input>>, given: MaskOptions = {}): Trace {
    const options = readOptions(given, MASK_OPTIONS, 'trace');
    return traced(this.#engine, x, (inputs, layers) => this.#run(inputs, options, undefined, layers));
  }

  /**
   * A web TransformStream that this stream steps in: `frames.pipeThrough(stream.transform())`. A chunk is one timestep, or several as
   * `run` takes them; each gives one chunk of outputs, and none is computed before the reader wants it. A chunk that is refused errors the
   * pipe and leaves the state as it was; so do aborting and cancelling. The stream itself stays usable, and is disposed of by whoever made it.
   * @throws {RuntimeError} this runtime has no TransformStream.
   */
  transform(): FrameTransform {
    this.#alive();
    type Controller = { enqueue(outputs: Float32Array): void };
    const { TransformStream: Transform } = globalThis as {
      readonly TransformStream?: new (by: { transform(chunk: Input, controller: Controller): void }) => object;
    };
    if (!Transform)
      raise(RuntimeError, 'transform', 'this runtime has no TransformStream', 'frames() or step() instead');
    return new Transform({
      transform: (chunk, controller) => controller.enqueue(this.#next(chunk)),
    }) as FrameTransform;
  }

  /**
   * The outputs of frames as they come: `for await (const y of stream.frames(source))`. A frame is one timestep, or several as `run` takes
   * them; the next one is asked for when its outputs are. Leaving the loop closes the source.
   * @throws {InputError} a frame that is refused, or what is no source; the state is then as it was.
   */
  async *frames(source: AsyncIterable<Input> | Iterable<Input | PromiseLike<Input>>): AsyncGenerator<Floats, void> {
    const { asyncIterator, iterator } = Symbol;
    const given: Partial<Record<symbol, unknown>> = Object(source);
    if (!given[asyncIterator] && !given[iterator]) {
      badInput('frames', 'nothing to iterate over', 'frames, one after another', describe(source));
    }
    for await (const frame of source) yield this.#next(frame);
  }

  /**
   * Back to the start: zeros, or the model's trained initial state.
   * @param row of the batch. Default: all rows.
   * @throws {InputError} no such row.
   */
  reset(row?: number): void {
    this.#engine.resetState(...this.#rows(row));
  }

  /**
   * A copy of h and c of every recurrent layer, in the order of the model.
   * @param row of the batch, whose state comes as that of a batch of 1. Default: all rows.
   */
  getState(row?: number): LayerState[] {
    return readState(this.#engine, ...this.#rows(row));
  }

  /**
   * Starts from a given h and c. Matched by order, so `decoder.setState(encoder.getState())` works; also with what
   * `JSON.parse(JSON.stringify(state))` gives.
   * @param row of the batch, for a state of a batch of 1. Default: all rows.
   * @throws {InputError} layers or lengths do not fit, or no such row; the state is then as it was.
   */
  setState(state: readonly LayerStateInput[], row?: number): void {
    const rows = this.#rows(row);
    const own = readGivenState(this.#engine, rows[1], state);
    this.#alive();
    writeState(this.#engine, ...rows, own);
  }

  /**
   * The whole state as bytes that `restore` takes, here or in another process, on any build.
   * @param row of the batch: bytes as of a stream of batch 1. Default: all rows.
   */
  save(row?: number): Uint8Array {
    return encodeState(this.#engine, ...this.#rows(row));
  }

  /**
   * @param bytes what `save` gave, or its ArrayBuffer.
   * @param row of the batch, for bytes of one row or of a stream of batch 1. Default: all rows.
   * @throws {StateError} bytes of another model or batch, truncated or corrupted; the state is then as it was.
   * @throws {InputError} no such row.
   */
  restore(bytes: Uint8Array | ArrayBuffer, row?: number): void {
    decodeState(this.#engine, ...this.#rows(row), bytes);
  }

  /**
   * A second stream that goes on from the same state, independently.
   * @param row of the batch, which a stream of batch 1 goes on from. Default: all rows.
   */
  fork(row?: number): Stream {
    const [state, batch] = this.#rows(row);
    const other = new Stream(this.#engine, batch);
    this.#engine.arena.u8.copyWithin(other.#state, state, state + batch * this.#engine.slotBytes);
    return other;
  }

  /** What `console.log` shows. */
  toString(): string {
    if (this.#state === 0 || this.#engine.disposed) return 'Stream, disposed';
    const { name = '' } = this.#engine.graph;
    return `Stream of model ${name}, batch ${this.#batch}`;
  }

  /** Returns the state's memory to the model, which otherwise waits for the stream to be collected. Further calls do nothing. */
  dispose(): void {
    if (this.#state === 0) return;
    this.#engine.checkIdle();
    this.#state = 0;
    turns++;
    abandoned?.unregister(this);
    release(this.#memory);
  }

  /** @internal `model.stepMany`, where it is said what this does, of a model that is alive. */
  static many(engine: ModelEngine, streams: Iterable<Stream>, frames: ArrayLike<number>, out: unknown): Float32Array {
    const turn = ++turns;
    let some: Stream | undefined;
    let count = 0;
    const refuse: (fault: string, type?: typeof InputError | typeof DisposedError) => never = (
      fault,
      type = InputError,
    ) => raise(type, `streams[${count}]`, fault, 'live streams of batch 1, each once');
    reading(InputError, 'streams', () => {
      for (const stream of streams) {
        if (!(stream instanceof Stream) || stream.#engine !== engine) refuse('not a stream of this model');
        if (stream.#state === 0) refuse('disposed', DisposedError);
        if (stream.#batch !== 1) refuse(`batch ${stream.#batch}`);
        if (stream.#turn === turn) refuse('twice in the list');
        stream.#turn = turn;
        engine.states[count++] = stream.#state;
        some = stream;
      }
    });
    if (!some) {
      checkLength(frames, 0, 'features', 'frames', 'no streams');
      return outputFor(out, 0);
    }
    const { length } = some.#input ?? some.#needsNames('stepMany');
    const outputs = count * (some.#output ?? some.#needsNames('stepMany')).length;
    const from: Numbers =
      some.#vocabulary === 0 && isFloats(frames, count * length)
        ? frames
        : some.#readFrame(frames, count * length, `${count} streams · features ${length}`);
    const to = isFloats(out, outputs) ? out : outputFor(out, outputs);
    // It may have been the caller's code that read them.
    some.#alive();
    if (turns !== turn) badInput('streams', 'changed while they were read');
    stepRows(engine, some.#plan, engine.states, count, from, to);
    return to;
  }

  #next(frame: Input): Floats {
    return isFloats(frame, this.#input?.length ?? 0) ? this.step(frame) : this.run(frame);
  }

  /** The slots of one row, or of all, as the functions that work on state take them. */
  #rows(row: number | undefined): readonly [state: number, batch: number] {
    this.#alive();
    if (row === undefined) return [this.#state, this.#batch];
    if (!(Number.isSafeInteger(row) && row >= 0 && row < this.#batch)) {
      badInput('row', 'no such row of the batch', `a whole number from 0 to ${this.#batch - 1}`, describe(row));
    }
    return [this.#state + row * this.#engine.slotBytes, 1];
  }

  /** @returns the mask of one timestep, in memory of ours. */
  #readMask(mask: ArrayLike<number | boolean>): Uint8Array | undefined {
    const bytes = reading(InputError, 'mask', () => readMask({ mask }, this.#batch, 1, this.#engine.graph));
    // It may have been the caller's code that read it.
    this.#alive();
    return bytes;
  }

  /** @returns the plan of one timestep, with this mask in its place. */
  #masked(mask: Uint8Array): Plan {
    const engine = this.#engine;
    if (!this.#maskedPlan) {
      this.#maskedPlan = engine.plans.hold({ batch: this.#batch, time: 1, masked: true, zeroMasked: false });
      this.#memory.plans.push(this.#maskedPlan);
    }
    engine.arena.u8.set(mask, this.#maskedPlan.mask);
    return this.#maskedPlan;
  }

  #run(inputs: Readonly<Record<string, Input>>, options: MaskOptions, out: unknown, traces?: LayerTrace[]): RunRequest {
    this.#alive();
    const request = readRequest(this.#engine, inputs, options, out, this.#batch);
    this.#alive();
    this.#engine.run(request, this.#state, traces && traceInto(traces, this.#engine, request));
    return request;
  }

  /** @returns the frame, in memory of ours. */
  #readFrame(given: unknown, length: number, what: string): Numbers {
    const ids = this.#vocabulary !== 0;
    const frame = reading(InputError, 'frame', () =>
      readExactly(given, length, ids ? 'ids' : 'features', 'frame', what),
    );
    if (ids) checkIds(frame, this.#vocabulary, 'frame');
    return frame;
  }

  #alive(): void {
    const engine = this.#engine;
    if (this.#state === 0 || engine.disposed) {
      const what = engine.disposed ? 'the model of this stream' : 'this stream';
      raise(DisposedError, 'stream', `${what} has been disposed`, 'a live stream');
    }
    engine.checkIdle();
  }

  #needsNames(step: string): never {
    const { inputs, outputs } = this.#engine.graph;
    badInput(
      step,
      `${step}() is for one input and one output; use runNamed`,
      undefined,
      `inputs ${describe(namesOf(inputs))}, outputs ${describe(namesOf(outputs))}`,
    );
  }
}

/** What a stream holds of its model's memory. */
interface StreamMemory {
  readonly engine: ModelEngine;
  readonly plans: Plan[];
  readonly state: number;
}

function release({ engine, plans, state }: StreamMemory): void {
  if (engine.disposed) return;
  engine.arena.free(state);
  for (const plan of plans) engine.plans.release(plan);
}

/** Gives back what streams held that were dropped without `dispose`. Not every runtime has it. */
const abandoned =
  typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry<StreamMemory>(release);

export interface Stream extends Disposable {}
makeDisposable(Stream);
showAsText(Stream);
