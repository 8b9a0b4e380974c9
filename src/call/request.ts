import type { ModelEngine, RunRequest } from '../engine/engine.js';
import { openName, type Times, timesteps } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import { badInput, describe } from '../refuse.js';
import type { ValueLayout } from '../spec.js';
import {
  type CheckedInput,
  checkBatch,
  checkInput,
  checkLength,
  checkOut,
  type Input,
  isFlat,
  type Tensor,
} from './input.js';
import { axesOf, placesOf, shapeOf } from './layout.js';

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

/** Outputs of the caller's, by name. */
export type Outs = Readonly<Record<string, Float32Array | undefined>>;

/**
 * Checks everything a run is given before anything is computed.
 * @param fixedBatch the batch of a stream, which inputs must have.
 * @throws {InputError} naming the argument, with expected and got.
 */
export function checkRequest(
  { graph }: ModelEngine,
  inputs: Readonly<Record<string, Input>>,
  options: MaskOptions & { readonly batch?: number | undefined },
  out: Outs,
  fixedBatch?: number,
): RunRequest {
  const names = namesOf(graph.inputs);
  onlyNames(inputs, names, 'inputs');
  onlyNames(out, namesOf(graph.outputs), 'out');
  const wanted = options.batch === undefined ? fixedBatch : checkBatch(options.batch);
  if (fixedBatch !== undefined && wanted !== fixedBatch) {
    badInput('batch', 'not the batch of the stream', `${fixedBatch}`, `${wanted}`);
  }
  for (const name of names) {
    if (inputs[name] === undefined) {
      badInput(`input ${describe(name)}`, 'missing input', names.join(', '), describe(inputs));
    }
  }
  const checked = checkInputs(graph, inputs, wanted);
  const batch = agree(checked, 'batch');
  const times = timesOf(checked);
  for (const value of graph.values.values()) checkTime(value, times);
  return {
    inputs: checked.map(({ data }) => data),
    batch,
    ...times,
    outputs: graph.outputs.map((info) => checkOut(out[info.name], batch * outputTime(info, times) * info.features)),
    mask: checkMask(options, batch, times.time, graph.values.values()),
    zeroMasked: options.lengths !== undefined,
  };
}

/** Each input by itself; flat ones, which do not say their batch, have that of the others. */
function checkInputs(
  { inputs, layouts }: Graph,
  given: Readonly<Record<string, Input>>,
  batch: number | undefined,
): CheckedInput[] {
  const check = (flat: boolean, batch: number | undefined): (CheckedInput | undefined)[] =>
    inputs.map((info) => {
      const input = given[info.name];
      return isFlat(input) === flat ? checkInput(info, layouts.get(info.name), input, batch) : undefined;
    });
  const shaped = check(false, batch);
  const known = shaped.find((input) => input !== undefined);
  return check(true, batch ?? known?.batch).map((input, index) => (input ?? shaped[index]) as CheckedInput);
}

/** The run's own time, and each open time by its name. */
function timesOf(checked: readonly CheckedInput[]): Times {
  const sequences = checked.filter(({ info }) => info.kind === 'sequence');
  const names = new Set(sequences.map(({ info }) => openName(info.time)).filter((name) => name !== undefined));
  const time = agree(
    sequences.filter(({ info }) => !info.time),
    'time',
  );
  if (names.size === 0) return { time };
  const named = [...names].map((name) => {
    const bearers = sequences.filter(({ info }) => openName(info.time) === name);
    return [name, agree(bearers, 'time')] as const;
  });
  return { time, times: Object.fromEntries(named) };
}

/** What `run(x)` means by name. @throws {InputError} several inputs or outputs. */
export function byName(
  { graph }: ModelEngine,
  x: Input,
  out: Float32Array | undefined,
): [inputs: Readonly<Record<string, Input>>, outs: Outs] {
  return [{ [only(graph.inputs, 'input', 'runNamed')]: x }, { [only(graph.outputs, 'output', 'runNamed')]: out }];
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
export interface NamedOutput extends Tensor<Float32Array> {
  /** What each dimension of the shape is: those of the model's file, in its order; sizes are of the features. */
  readonly axes: ValueLayout['axes'];
}

/** The results of a run by output name, with their shapes, in the order that the model's file has. */
export function namedOutputs({ graph }: ModelEngine, request: RunRequest): Record<string, NamedOutput> {
  const { batch } = request;
  return Object.fromEntries(
    graph.outputs.map((info, index) => {
      const axes = axesOf(info, graph.layouts.get(info.name), batch);
      const sizes = { batch, time: outputTime(info, request) };
      const ours = request.outputs[index] as Float32Array;
      const places = placesOf(axes, sizes);
      const data = places ? Float32Array.from(places, (place) => ours[place] as number) : ours;
      return [info.name, { data, shape: shapeOf(axes, sizes), axes }];
    }),
  );
}

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

function checkMask(
  { mask, lengths }: MaskOptions,
  batch: number,
  time: number,
  values: Iterable<ValueInfo>,
): Uint8Array | undefined {
  for (const { name, time: clock } of mask || lengths ? values : []) {
    if (clock) badInput('options', `${describe(name)} has other timesteps than the input`, 'no mask or lengths');
  }
  if (mask !== undefined) {
    if (lengths !== undefined) badInput('options', 'both a mask and lengths', 'one of mask and lengths');
    checkLength(mask, batch * time, 'mask', `batch ${batch} · time ${time}`);
    return Uint8Array.from(mask as ArrayLike<unknown> as ArrayLike<number>, (keep, index) => {
      if (typeof keep !== 'number' && typeof keep !== 'boolean')
        badInput('mask', 'not a mask', `a number or boolean at ${index}`, describe(keep));
      return keep ? 1 : 0;
    });
  }
  if (lengths === undefined) return undefined;
  checkLength(lengths, batch, 'lengths', `batch ${batch}`);
  const bytes = new Uint8Array(batch * time);
  for (let b = 0; b < batch; b++) {
    const length = lengths[b] as number;
    if (!(Number.isInteger(length) && length >= 0 && length <= time)) {
      badInput(`lengths[${b}]`, 'not a length', `a whole number from 0 to ${time}`, describe(length));
    }
    bytes.fill(1, b * time, b * time + length);
  }
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
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) badInput(where, 'no such name', names.join(', '), describe(name));
  }
}
