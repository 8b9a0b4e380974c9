import type { MaskOptions, Model, ModelValue, NamedOutput, Stream } from '../index.js';
import { Batcher, type Waiting } from './batcher.js';
import type { Watched } from './observer.js';
import { datatypeOf } from './protocol/datatypes.js';
import type { OutputTensor } from './protocol/reply.js';
import { type InputTensor, MASKS } from './protocol/request.js';
import { malformed, refuse } from './refusal.js';

export type Outputs = Readonly<Record<string, OutputTensor>>;

/** A timestep, or several, of one sequence: checked, and what takes them further. */
export interface Advance {
  readonly time: number;
  /** Moves the state on, all the way or not at all. */
  run(stream: Stream, waiting: Waiting): Promise<Outputs>;
}

/** One version of a model, with what is computed of it. */
export class Host {
  readonly name: string;
  readonly version: string;
  readonly model: Model;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly batcher: Batcher;
  /** Sequences, streams and requests that need this version. */
  #held = 0;
  #retired = false;
  readonly #owned: boolean;
  readonly #replyBytes: number;
  /** Whether a step is one input and one output, as `stepMany` takes it. */
  readonly #plain: boolean;
  readonly #vocabulary: number;

  /** @param owned whether to dispose of the model in the end. */
  constructor(
    name: string,
    version: string,
    model: Model,
    owned: boolean,
    {
      window,
      replyBytes,
      watched,
    }: { readonly window: number; readonly replyBytes: number; readonly watched: Watched },
  ) {
    this.name = name;
    this.version = version;
    this.model = model;
    this.#owned = owned;
    this.#replyBytes = replyBytes;
    this.inputs = model.inputs;
    this.outputs = model.outputs;
    this.batcher = new Batcher(name, model, window, watched);
    const [input] = this.inputs;
    const [output] = this.outputs;
    this.#plain =
      this.inputs.length === 1 &&
      this.outputs.length === 1 &&
      input?.time === 'time' &&
      (output?.kind === 'vector' || output?.time === 'time');
    this.#vocabulary = input?.dtype === 'int32' ? (model.graph.inputs[0]?.vocabulary ?? 0) : 0;
  }

  /** What the protocol's metadata say. */
  get metadata(): object {
    const about = ({ name, dtype, axes, batch, time }: ModelValue): object => ({
      name,
      datatype: datatypeOf(dtype),
      shape: axes.map((axis) => {
        if (axis === 'batch') return batch ?? -1;
        return axis === 'time' ? (typeof time === 'number' ? time : -1) : axis;
      }),
    });
    return {
      name: this.name,
      versions: [this.version],
      platform: 'gatewise',
      inputs: this.inputs.map(about),
      outputs: this.outputs.map(about),
    };
  }

  /** @returns this. @throws {Refusal} timesteps of it are not one input and one output. */
  streamable(): this {
    if (this.#plain) return this;
    const shape = ({ name }: ModelValue): string => name;
    const got = `inputs ${this.inputs.map(shape)}; outputs ${this.outputs.map(shape)}`;
    return refuse(
      'malformed',
      'stream',
      'the model has more than one input and output for each timestep',
      undefined,
      got,
    );
  }

  /** Whole sequences, from a fresh state. */
  runWhole(inputs: ReadonlyMap<string, InputTensor>, waiting: Waiting): Promise<Outputs> {
    const { values, masks } = this.#parted(inputs);
    return this.batcher.run(waiting, () => this.#checkReply(this.model.runNamed(values, masks)));
  }

  /**
   * What a request means for a sequence.
   * @throws {Refusal} more than one row, a reply that would be too large, or a mask that is not of these timesteps.
   */
  advance(inputs: ReadonlyMap<string, InputTensor>): Advance {
    const [input] = this.inputs;
    const tensor = input && inputs.get(input.name);
    const time = input && tensor && this.#plain ? timeOf(input, tensor.shape) : undefined;
    if (input && tensor && time !== undefined && inputs.size === 1) return this.#steps(tensor.data, time);
    return this.#whole(inputs);
  }

  /** Timesteps one after another, each together with those of others. */
  #steps(frames: InputTensor['data'], time: number): Advance {
    this.checkIds(frames);
    const [{ kind, features, axes, name }] = this.outputs as [ModelValue];
    const length = (kind === 'vector' ? 1 : time) * features;
    if (length * 4 > this.#replyBytes) this.#tooMuch(length);
    const shape = axes.map((axis) => (axis === 'batch' ? 1 : axis === 'time' ? time : axis));
    return {
      time,
      run: async (stream, { until, aborted }) => {
        const out = new Float32Array(length);
        await this.batcher.step({ stream, frames, out, until, aborted });
        return { __proto__: null, [name]: { data: out, shape } } as unknown as Outputs;
      },
    };
  }

  /** Values by name, as one call. */
  #whole(inputs: ReadonlyMap<string, InputTensor>): Advance {
    const time = this.#timesteps(inputs);
    const { values, masks } = this.#parted(inputs);
    return {
      time,
      run: (stream, waiting) =>
        this.batcher.run(waiting, () => {
          const backup = stream.save();
          try {
            return this.#checkReply(stream.runNamed(values, masks));
          } catch (error) {
            stream.restore(backup);
            throw error;
          }
        }),
    };
  }

  /**
   * The model's inputs, and which of their timesteps count.
   * @throws {Refusal} a mask or lengths of another shape: as many numbers in other rows would be another mask.
   */
  #parted(inputs: ReadonlyMap<string, InputTensor>): { values: Record<string, InputTensor>; masks: MaskOptions } {
    const own = this.inputs.map(({ name }) => [name, inputs.get(name) as InputTensor] as const);
    const masks = MASKS.flatMap(({ name }) => {
      const given = inputs.get(name);
      if (!given || this.inputs.some((value) => value.name === name)) return [];
      const [batch, time] = this.#rowsOf(inputs);
      const expected = name === 'mask' ? [batch, time] : [batch];
      if (`${given.shape}` !== `${expected}`)
        malformed(name, 'not of the inputs’ rows', `shape [${expected}]`, `[${given.shape}]`);
      return [[name, given.data] as const];
    });
    return { values: named(own), masks: named(masks) };
  }

  /** Batch and timesteps of the inputs, as they say. @throws {Refusal} they have no timesteps of the run's. */
  #rowsOf(inputs: ReadonlyMap<string, InputTensor>): [batch: number, time: number] {
    for (const { name, axes, time } of this.inputs) {
      const shape = inputs.get(name)?.shape ?? [];
      // A row alone may come without its axis.
      const given = shape.length < axes.length ? axes.filter((axis) => axis !== 'batch') : axes;
      const at = given.indexOf('time');
      if (time === undefined || at < 0 || shape.length !== given.length) continue;
      const batch = given.indexOf('batch');
      return [batch < 0 ? 1 : (shape[batch] as number), shape[at] as number];
    }
    return malformed('mask', 'the model has no timesteps that it could say something of', 'no mask or lengths');
  }

  /** How many timesteps inputs have, as they say; at least one, so that each request is one step at least. */
  #timesteps(inputs: ReadonlyMap<string, InputTensor>): number {
    for (const { name, axes, time } of this.inputs) {
      const shape = inputs.get(name)?.shape;
      if (time === undefined || !shape) continue;
      const at = axes.indexOf('time') - (shape.length < axes.length ? axes.indexOf('batch') + 1 : 0);
      const steps = shape[at];
      if (steps !== undefined && steps > 0) return steps;
    }
    return 1;
  }

  /** @throws {Refusal} an id that the model does not have; features are never refused. */
  checkIds(frames: InputTensor['data']): void {
    if (this.#vocabulary === 0) return;
    for (const [index, id] of frames.entries()) {
      if (id >= 0 && id < this.#vocabulary && Number.isInteger(id)) continue;
      malformed('inputs', 'not a token id', `a whole number in [0, ${this.#vocabulary}) at ${index}`, `${id}`);
    }
  }

  #checkReply(outputs: Record<string, NamedOutput>): Outputs {
    const numbers = Object.values(outputs).reduce((sum, { data }) => sum + data.length, 0);
    if (numbers * 4 > this.#replyBytes) this.#tooMuch(numbers);
    return outputs;
  }

  #tooMuch(numbers: number): never {
    refuse('too-large', 'request', 'more outputs than a reply holds', `${this.#replyBytes} bytes`, `${numbers * 4}`);
  }

  /** Something needs this version; `release` when it no longer does. */
  hold(): void {
    this.#held++;
  }

  release(): void {
    this.#held--;
    this.#closeIfUnused();
  }

  /** Another version is served from now on: this one ends when nothing needs it. */
  retire(): void {
    this.#retired = true;
    this.#closeIfUnused();
  }

  /** Whether its memory has been given back, or the model's owner may. */
  get closed(): boolean {
    return this.#retired && this.#held === 0;
  }

  #closeIfUnused(): void {
    if (this.closed && this.#owned) this.model.dispose();
  }
}

/** A record without a prototype, which no name can meet. */
const named = <Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.setPrototypeOf(Object.fromEntries(entries), null);

/** Timesteps of a shape that is one row in the order that `stepMany` has; undefined: it may still be one that `run` understands. */
function timeOf({ axes, features }: ModelValue, shape: readonly number[]): number | undefined {
  const usual = axes.length === 3 && axes[0] === 'batch' && axes[1] === 'time' && axes[2] === features;
  if (usual && shape.length === 3 && shape[0] === 1 && (shape[1] as number) > 0 && shape[2] === features)
    return shape[1];
  const single =
    shape.length === axes.length && axes.every((axis, at) => shape[at] === (typeof axis === 'number' ? axis : 1));
  return single ? 1 : undefined;
}
