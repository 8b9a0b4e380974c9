import { describe } from './activations.js';
import type { ModelEngine, RunRequest } from './engine.js';
import { InputError } from './errors.js';
import type { ValueInfo } from './graph.js';
import { type CheckedInput, checkBatch, checkInput, checkLength, checkOut, type Input } from './input.js';

export interface MaskOptions {
  /** `[batch, time]`; 0 or false marks a masked timestep: the state is carried over it (Keras). */
  readonly mask?: ArrayLike<number | boolean>;
  /**
   * `[batch]`: each row's number of valid timesteps. Those after it leave the state as it is and
   * output zeros; backward walks start at the last valid one (ONNX `sequence_lens`, PyTorch packed sequences).
   */
  readonly lengths?: ArrayLike<number>;
}

/**
 * Checks everything a run is given before anything is computed.
 * @param fixedBatch the batch of a stream, which inputs must have.
 * @throws {InputError} naming the argument, with expected and got.
 */
export function checkRequest(
  engine: ModelEngine,
  inputs: Readonly<Record<string, Input>>,
  options: MaskOptions & { readonly batch?: number | undefined },
  out: Readonly<Record<string, Float32Array | undefined>>,
  fixedBatch?: number,
): RunRequest {
  const { graph } = engine;
  const names = graph.spec.inputs.map(({ name }) => name);
  onlyNames(inputs, names, 'inputs');
  onlyNames(out, graph.spec.outputs, 'out');
  const wanted = options.batch === undefined ? fixedBatch : checkBatch(options.batch);
  if (fixedBatch !== undefined && wanted !== fixedBatch) {
    throw new InputError('not the batch of the stream', {
      where: 'batch',
      expected: String(fixedBatch),
      got: String(wanted),
    });
  }
  const checked = names.map((name, index) => {
    if (inputs[name] === undefined)
      throw new InputError('missing input', {
        where: `input ${describe(name)}`,
        expected: names.join(', '),
        got: describe(inputs),
      });
    return checkInput(infoOf(engine, name), inputs[name], wanted, engine.vocabularies[index]);
  });
  const batch = agree(checked, names, 'batch');
  const sequences = checked.flatMap((input, index) =>
    isSequence(engine, names[index] as string) ? [{ input, name: names[index] as string }] : [],
  );
  const time =
    sequences.length === 0
      ? 1
      : agree(
          sequences.map(({ input }) => input),
          sequences.map(({ name }) => name),
          'time',
        );
  const outputs = graph.spec.outputs.map((name) =>
    checkOut(out[name], outputLength(infoOf(engine, name), batch, time)),
  );
  const mask = checkMask(options, batch, time);
  return {
    inputs: checked.map(({ data }) => data),
    batch,
    time,
    mask,
    zeroMasked: options.lengths !== undefined,
    outputs,
  };
}

/** `[batch, time, features]`, or `[batch, features]` for a vector. */
export function outputShape({ kind, features }: ValueInfo, batch: number, time: number): number[] {
  return kind === 'sequence' ? [batch, time, features] : [batch, features];
}

/** @throws {InputError} the model has several inputs or outputs, which need names. */
export function only(names: readonly string[], what: 'input' | 'output', instead: string): string {
  if (names.length !== 1) {
    throw new InputError(`the model has ${names.length} ${what}s (${names.join(', ')}); use ${instead}`, {
      where: what,
    });
  }
  return names[0] as string;
}

function outputLength(info: ValueInfo, batch: number, time: number): number {
  return outputShape(info, batch, time).reduce((product, n) => product * n, 1);
}

function checkMask({ mask, lengths }: MaskOptions, batch: number, time: number): Uint8Array | undefined {
  if (mask !== undefined && lengths !== undefined) {
    throw new InputError('both a mask and lengths', { where: 'options', expected: 'one of mask and lengths' });
  }
  if (mask !== undefined) {
    checkLength(mask, batch * time, 'mask', `batch ${batch} · time ${time}`);
    return Uint8Array.from(mask as ArrayLike<number>, (keep) => (keep ? 1 : 0));
  }
  if (lengths === undefined) return undefined;
  checkLength(lengths, batch, 'lengths', `batch ${batch}`);
  const bytes = new Uint8Array(batch * time);
  for (let b = 0; b < batch; b++) {
    const length = lengths[b];
    if (!(Number.isInteger(length) && (length as number) >= 0 && (length as number) <= time)) {
      throw new InputError('not a length', {
        where: `lengths[${b}]`,
        expected: `a whole number from 0 to ${time}`,
        got: describe(length),
      });
    }
    bytes.fill(1, b * time, b * time + (length as number));
  }
  return bytes;
}

function agree(inputs: readonly CheckedInput[], names: readonly string[], what: 'batch' | 'time'): number {
  const value = inputs[0]?.[what] ?? 1;
  inputs.forEach((input, index) => {
    if (input[what] !== value) {
      throw new InputError(`the inputs disagree on ${what}`, {
        where: `input ${describe(names[index])}`,
        expected: `${value}, as in ${describe(names[0])}`,
        got: String(input[what]),
      });
    }
  });
  return value;
}

function onlyNames(given: object, names: readonly string[], where: string): void {
  if (typeof given !== 'object' || given === null) {
    throw new InputError('wrong type', { where, expected: `a record with ${names.join(', ')}`, got: describe(given) });
  }
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new InputError('no such name', { where, expected: names.join(', '), got: describe(name) });
  }
}

const infoOf = (engine: ModelEngine, name: string): ValueInfo => engine.graph.values.get(name) as ValueInfo;
const isSequence = (engine: ModelEngine, name: string): boolean => infoOf(engine, name).kind === 'sequence';
