import type { ModelEngine, RunRequest } from '../engine/engine.js';
import { InputError } from '../errors.js';
import { openName, type Times, timesteps } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import { badInput, describe, reading } from '../refuse.js';
import type { ValueLayout } from '../spec.js';
import type { Floats } from '../typed.js';
import {
  type CheckedInput,
  checkBatch,
  checkInput,
  type Input,
  type ReadInput,
  readInput,
  type Tensor,
} from './input.js';
import { axesOf, placesOf, shapeOf } from './layout.js';
import { checkLength, readExactly } from './numbers.js';
import { checkOutputs, outputFor } from './output.js';

export interface MaskOptions {
  /** `[batch, time]`; 0 or false marks a masked timestep: the state is carried over it (Keras). */
  readonly mask?: ArrayLike<number | boolean>;
  /**
   * `[batch]`: each row's number of valid timesteps. Those after it leave the state as it is and
   * output zeros; backward walks start at the last valid one (ONNX `sequence_lens`, PyTorch packed sequences).
   */
  readonly lengths?: ArrayLike<number>;
}

/** Options of all runs. */
export const MASK_OPTIONS = ['mask', 'lengths'];

/** Where the single output goes: an array of the caller's, or what stands for one; undefined where there may be several. */
export type Outs = unknown;

/**
 * Reads and checks everything a run is given before anything is computed. It may run code of the caller's, which may dispose of the
 * model: look afterwards.
 * @param fixedBatch the batch of a stream, which inputs must have.
 * @throws {InputError} naming the argument, with expected and got.
 * @throws {MemoryLimitError} the outputs would be larger than a run's may be.
 */
export const readRequest = (
  engine: ModelEngine,
  inputs: Readonly<Record<string, Input>>,
  options: MaskOptions & { readonly batch?: number | undefined },
  out: Outs,
  fixedBatch?: number,
): RunRequest =>
  reading(InputError, 'inputs', () => {
    const { graph } = engine;
    const names = namesOf(graph.inputs);
    onlyNames(inputs, names, 'inputs');
    const wanted = options.batch === undefined ? fixedBatch : checkBatch(options.batch);
    if (fixedBatch !== undefined && wanted !== fixedBatch) {
      badInput('batch', 'not the batch of the stream', `${fixedBatch}`, `${wanted}`);
    }
    const given = names.map((name) => {
      const own = Object.hasOwn(inputs, name);
      const input = own ? inputs[name] : undefined;
      if (input === undefined) {
        badInput(`input ${describe(name)}`, 'missing input', names.join(', '), describe(own ? input : inputs));
      }
      return input;
    });
    const checked = checkInputs(
      graph,
      graph.inputs.map((info, index) => readInput(info, given[index])),
      wanted,
    );
    const batch = agree(checked, 'batch');
    const times = timesOf(checked);
    for (const value of graph.values.values()) checkTime(value, times);
    const lengths = graph.outputs.map((info) => batch * outputTime(info, times) * info.features);
    const mask = readMask(options, batch, times.time, graph);
    if (out === undefined) checkOutputs(engine, lengths);
    return {
      inputs: checked.map(({ data }) => data),
      batch,
      ...times,
      outputs: lengths.map((length) => outputFor(out, length)),
      mask,
      zeroMasked: options.lengths !== undefined,
    };
  });

/** Each input by itself; flat ones, which do not say their batch, have that of the others. */
function checkInputs(
  { inputs, layouts }: Graph,
  given: readonly ReadInput[],
  batch: number | undefined,
): CheckedInput[] {
  const check = (flat: boolean, batch: number | undefined): (CheckedInput | undefined)[] =>
    inputs.map((info, index) => {
      const input = given[index] as ReadInput;
      return (input.shape === undefined) === flat ? checkInput(info, layouts.get(info.name), input, batch) : undefined;
    });
  const shaped = check(false, batch);
  const known = shaped.find((input) => input !== undefined);
  return check(true, batch ?? known?.batch).map((input, index) => (input ?? shaped[index]) as CheckedInput);
}

/** The run's own time, and each open time by its name. */
function timesOf(checked: readonly CheckedInput[]): Times {
  const own: CheckedInput[] = [];
  const named = new Map<string, CheckedInput[]>();
  for (const input of checked) {
    if (input.info.kind !== 'sequence') continue;
    const name = openName(input.info.time);
    if (name === undefined) {
      if (!input.info.time) own.push(input);
    } else if (named.get(name)?.push(input) === undefined) named.set(name, [input]);
  }
  const time = agree(own, 'time');
  if (named.size === 0) return { time };
  return { time, times: recordOf([...named].map(([name, bearers]) => [name, agree(bearers, 'time')])) };
}

/** What `run(x)` means by name. @throws {InputError} several inputs or outputs. */
export function byName({ graph }: ModelEngine, x: Input): Readonly<Record<string, Input>> {
  const name = only(graph.inputs, 'input', 'runNamed');
  only(graph.outputs, 'output', 'runNamed');
  return { [name]: x };
}

/** @throws {InputError} the model has several inputs or outputs, which need names. */
export function only(values: readonly ValueInfo[], what: 'input' | 'output', instead: string): string {
  const names = namesOf(values);
  if (names.length !== 1) {
    badInput(what, `the model has ${names.length} ${what}s (${names.join(', ')}); use ${instead}`);
  }
  return names[0] as string;
}

/** One of a run's results. */
export interface NamedOutput extends Tensor<Floats> {
  /** What each dimension of the shape is: those of the model's file, in its order; sizes are of the features. */
  readonly axes: ValueLayout['axes'];
}

/** The results of a run by output name, with their shapes, in the order that the model's file has. */
export function namedOutputs({ graph }: ModelEngine, request: RunRequest): Record<string, NamedOutput> {
  const { batch } = request;
  return recordOf(
    graph.outputs.map((info, index) => {
      const layout = graph.layouts.get(info.name);
      const axes = axesOf(info, layout, batch);
      const sizes = { batch, time: outputTime(info, request) };
      const ours = request.outputs[index] as Floats;
      const places = layout && placesOf(axes, sizes);
      const data = places ? Float32Array.from(places, (place) => ours[place] as number) : ours;
      return [info.name, { data, shape: shapeOf(axes, sizes), axes }];
    }),
  );
}

/** A record without a prototype, which no name can meet. */
const recordOf = <Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> =>
  Object.setPrototypeOf(Object.fromEntries(entries), null);

export const namesOf = (values: readonly ValueInfo[]): string[] => values.map(({ name }) => name);

/** Timesteps of a result; 1 of a vector. */
const outputTime = ({ kind, time }: ValueInfo, times: Times): number =>
  kind === 'sequence' ? timesteps(time, times) : 1;

/** @throws {InputError} no timestep is left of a value made by strides and windows, or a rest where there must be none. */
function checkTime({ name, time: clock }: ValueInfo, times: Times): void {
  const steps = timesteps(clock, times);
  if (steps >= 1) return;
  badInput(
    `value ${describe(name)}`,
    'wrong time',
    steps < 1 ? 'more timesteps' : `a multiple of ${clock?.at(-1)?.div}`,
    `${openName(clock) ?? 'time'} ${times.times?.[openName(clock) ?? ''] ?? times.time}`,
  );
}

/**
 * `[batch][time]`, 0 at masked timesteps; undefined without any.
 * @throws {InputError} not a mask or lengths, or a model that they mean nothing to.
 */
export function readMask(
  { mask, lengths }: MaskOptions,
  batch: number,
  time: number,
  { values, inputs, carries }: Graph,
): Uint8Array | undefined {
  if (mask !== undefined || lengths !== undefined) {
    const refuse = (message: string): never => badInput('options', message, 'no mask or lengths');
    for (const { name, time: clock } of values.values()) {
      if (clock) refuse(`${describe(name)} has other timesteps than the input`);
    }
    // The file's own graph computes it, at masked timesteps too.
    if (carries.length > 0) refuse('the model carries state outside of its layers');
    if (inputs.every(({ kind }) => kind === 'vector')) refuse('the model has no timesteps');
  }
  if (mask !== undefined) {
    if (lengths !== undefined) badInput('options', 'both a mask and lengths', 'one of mask and lengths');
    checkLength(mask, batch * time, 'ids', 'mask', `batch ${batch} · time ${time}`);
    const bytes = new Uint8Array(batch * time);
    for (let index = 0; index < bytes.length; index++) {
      const keep = mask[index];
      if (typeof keep !== 'number' && typeof keep !== 'boolean')
        badInput('mask', 'not a mask', `a number or boolean at ${index}`, describe(keep));
      bytes[index] = keep ? 1 : 0;
    }
    return bytes;
  }
  if (lengths === undefined) return undefined;
  const numbers = readExactly(lengths, batch, 'ids', 'lengths', `batch ${batch}`);
  const bytes = new Uint8Array(batch * time);
  numbers.forEach((length, b) => {
    if (!(Number.isInteger(length) && length >= 0 && length <= time)) {
      badInput(`lengths[${b}]`, 'not a length', `a whole number from 0 to ${time}`, describe(length));
    }
    bytes.fill(1, b * time, b * time + length);
  });
  return bytes;
}

/** The batch or time that all inputs have; 1 if there are none. */
function agree(inputs: readonly CheckedInput[], what: 'batch' | 'time'): number {
  const [first] = inputs;
  if (!first) return 1;
  for (const input of inputs) {
    if (input[what] !== first[what]) {
      badInput(
        `input ${describe(input.info.name)}`,
        `the inputs disagree on ${what}`,
        `${first[what]}, as in ${describe(first.info.name)}`,
        `${input[what]}`,
      );
    }
  }
  return first[what];
}

function onlyNames(given: object, names: readonly string[], where: string): void {
  if (typeof given !== 'object' || given === null) {
    badInput(where, 'wrong type', `a record with ${names.join(', ')}`, describe(given));
  }
  const known = new Set(names);
  for (const name of Object.keys(given)) {
    if (!known.has(name)) badInput(where, 'no such name', names.join(', '), describe(name));
  }
}
