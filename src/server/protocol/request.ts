import type { ModelValue } from '../../index.js';
import { malformed } from '../refusal.js';
import { checkDatatype, type Dtype, fromBytes, fromJson, type InputNumbers, text } from './datatypes.js';
import { count, type Fields, field, flag, list, objectOf, PLAIN, parametersOf } from './fields.js';

/** Most dimensions of a tensor. */
const DIMENSIONS = 16;
/** Most characters of a request's or a sequence's id, percent-encoded. */
const ID = 512;

export interface InputTensor {
  readonly data: InputNumbers;
  readonly shape: readonly number[];
}

export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/** What a request says of the sequence it belongs to. */
export interface SequenceParameters {
  readonly id: number | string;
  readonly start: boolean;
  readonly end: boolean;
  /** Timesteps that the client has had replies of; undefined: it does not count. */
  readonly step: number | undefined;
  /** Tells the request from all others; undefined: nothing does. */
  readonly key?: string | undefined;
}

/** What a model takes and gives. */
export interface Values {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** Inputs that requests may have beside the model's own, which come first where names are the same: which timesteps count. */
export const MASKS: readonly { readonly name: 'mask' | 'lengths'; readonly dtype: Dtype }[] = [
  { name: 'mask', dtype: 'bool' },
  { name: 'lengths', dtype: 'int32' },
];

/** Tensors of a request, as a model takes them. */
export interface ModelRequest {
  /** The model's, and those of `MASKS` that are there. */
  readonly inputs: ReadonlyMap<string, InputTensor>;
  /** In the order of the request, or of the model. */
  readonly outputs: readonly WantedOutput[];
}

export interface InferRequest {
  readonly id: string | undefined;
  /** @throws {Refusal} tensors that are not as the protocol says, or not as this model takes them. */
  of(values: Values): ModelRequest;
  readonly sequence: SequenceParameters | undefined;
  /** Seconds that the client waits; undefined: it does not say. */
  readonly timeout: number | undefined;
}

const PARAMETERS = ['sequence_id', 'sequence_start', 'sequence_end', 'sequence_step', 'binary_data_output', 'timeout'];

/**
 * An inference request: JSON, or JSON and the tensors' bytes behind it.
 * @param length of the JSON, as `Inference-Header-Content-Length` says; undefined: all is JSON.
 * @throws {Refusal} whatever is not as the protocol says.
 */
export function parseInfer(body: Uint8Array, length: number | undefined): InferRequest {
  const request = objectOf(parseJson(length === undefined ? body : body.subarray(0, length)), 'request');
  const parameters = parametersOf(request, PARAMETERS, 'request');
  const id = field(request, 'id');
  if (id !== undefined && (typeof id !== 'string' || encodedLength(id, 'id') > ID)) {
    malformed('id', 'not an id', `text of at most ${ID} characters`, text(id));
  }
  const timeout = count(parameters, 'timeout', 'parameters');
  return {
    id: id as string | undefined,
    // Which model it is follows from the sequence.
    of: ({ inputs, outputs }) => ({
      inputs: new Tensors(body, length).inputs(list(request, 'inputs', 'request'), inputs),
      outputs: outputsOf(list(request, 'outputs', 'request'), parameters, outputs),
    }),
    sequence: sequenceOf(parameters),
    // The protocol has microseconds.
    timeout: timeout ? timeout / 1e6 : undefined,
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @param empty what no bytes at all mean. @throws {Refusal} no JSON, or not UTF-8. */
export function parseJson(bytes: Uint8Array, empty?: Fields): unknown {
  if (bytes.length === 0 && empty) return empty;
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    return malformed('request', 'not JSON', undefined, (cause as Error).message.slice(0, 200));
  }
}

/** @throws {Refusal} half a character, which no URL and no key can hold. */
function encodedLength(given: string, where: string): number {
  if (PLAIN.test(given)) return given.length;
  try {
    return encodeURIComponent(given).length;
  } catch {
    return malformed(where, 'not well-formed text');
  }
}

/** Reads the inputs in their order, in which the bytes behind the JSON come too. */
class Tensors {
  readonly #bytes: Uint8Array;
  /** Bytes of the JSON. */
  readonly #text: number;
  readonly #binary: boolean;
  #at = 0;

  constructor(body: Uint8Array, length: number | undefined) {
    this.#text = length ?? body.length;
    this.#bytes = body.subarray(this.#text);
    this.#binary = length !== undefined;
  }

  inputs(given: readonly unknown[] | undefined, values: readonly ModelValue[]): Map<string, InputTensor> {
    const names = values.map(({ name }) => name).join(', ');
    if (!given) malformed('request.inputs', 'missing', `a list with ${names}`);
    const tensors = new Map<string, InputTensor>();
    for (const [index, item] of (given as readonly unknown[]).entries()) {
      const where = `inputs[${index}]`;
      const tensor = objectOf(item, where);
      const name = field(tensor, 'name');
      const value = values.find((value) => value.name === name) ?? MASKS.find((value) => value.name === name);
      if (!value) return malformed(`${where}.name`, 'no such input', names, text(name));
      if (tensors.has(value.name)) malformed(`${where}.name`, 'given twice', undefined, text(name));
      tensors.set(value.name, this.#tensor(tensor, value, where));
    }
    for (const { name } of values) if (!tensors.has(name)) malformed('request.inputs', 'missing input', name);
    const left = this.#bytes.length - this.#at;
    if (left > 0) malformed('body', 'bytes that belong to no input', `${this.#at} after the JSON`, `${left} more`);
    return tensors;
  }

  #tensor(tensor: Fields, { dtype }: { readonly dtype: Dtype }, where: string): InputTensor {
    const datatype = field(tensor, 'datatype');
    const size = checkDatatype(dtype, datatype, `${where}.datatype`);
    const shape = shapeOf(tensor, where);
    const total = shape.reduce((product, n) => product * n, 1);
    const bytes = count(parametersOf(tensor, ['binary_data_size'], where), 'binary_data_size', where);
    const data = field(tensor, 'data');
    if (bytes === undefined) {
      // No memory is taken for what cannot be there, whatever the shape says.
      if (total > this.#text)
        malformed(`${where}.shape`, 'more numbers than there can be', `${this.#text}`, text(shape));
      return { data: fromJson(dtype, data, shape, `${where}.data`), shape };
    }
    if (!this.#binary) malformed(where, 'binary data without the header Inference-Header-Content-Length');
    if (data !== undefined) malformed(where, 'both data and binary_data_size', 'one of them');
    if (bytes !== total * size) {
      malformed(`${where}.binary_data_size`, 'not the bytes of its shape', `${total * size}`, `${bytes}`);
    }
    if (bytes > this.#bytes.length - this.#at) {
      malformed(where, 'binary data past the end of the body', `${bytes} bytes`, `${this.#bytes.length - this.#at}`);
    }
    const own = this.#bytes.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return { data: fromBytes(dtype, datatype as string, own, where), shape };
  }
}

function shapeOf(tensor: Fields, where: string): readonly number[] {
  const shape = list(tensor, 'shape', where);
  if (!shape || shape.length > DIMENSIONS || !shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)) {
    malformed(`${where}.shape`, 'not a shape', `at most ${DIMENSIONS} whole numbers`, text(shape));
  }
  return shape as readonly number[];
}

function outputsOf(
  given: readonly unknown[] | undefined,
  parameters: Fields,
  values: readonly ModelValue[],
): WantedOutput[] {
  const all = flag(parameters, 'binary_data_output', 'parameters') ?? false;
  // An empty list asks for nothing in particular, as none.
  if (!given || given.length === 0) return values.map(({ name }) => ({ name, binary: all }));
  const seen = new Set<string>();
  return given.map((item, index) => {
    const where = `outputs[${index}]`;
    const output = objectOf(item, where);
    const name = field(output, 'name');
    const value = values.find((value) => value.name === name);
    if (!value)
      return malformed(`${where}.name`, 'no such output', values.map(({ name }) => name).join(', '), text(name));
    if (seen.has(value.name)) malformed(`${where}.name`, 'asked for twice', undefined, text(name));
    seen.add(value.name);
    const binary = flag(parametersOf(output, ['binary_data'], where), 'binary_data', where) ?? all;
    return { name: value.name, binary };
  });
}

function sequenceOf(parameters: Fields): SequenceParameters | undefined {
  const id = field(parameters, 'sequence_id');
  const start = flag(parameters, 'sequence_start', 'parameters') ?? false;
  const end = flag(parameters, 'sequence_end', 'parameters') ?? false;
  const step = count(parameters, 'sequence_step', 'parameters');
  // As the protocol has it: of no sequence.
  if (id === undefined || id === 0 || id === '') {
    if (start || end || step !== undefined) malformed('parameters.sequence_id', 'missing', 'a number or text');
    return undefined;
  }
  if (typeof id === 'number') {
    if (!Number.isSafeInteger(id) || id < 0) {
      const expected = `a whole number up to ${Number.MAX_SAFE_INTEGER}, or text`;
      malformed('parameters.sequence_id', 'not an id that JSON holds exactly', expected, text(id));
    }
  } else if (typeof id !== 'string' || encodedLength(id, 'parameters.sequence_id') > ID) {
    malformed('parameters.sequence_id', 'not an id', `text of at most ${ID} characters, percent-encoded`, text(id));
  }
  if (start && step !== undefined && step !== 0) {
    malformed('parameters.sequence_step', 'not the first of a sequence', '0 with sequence_start', `${step}`);
  }
  return { id: id as number | string, start, end, step };
}
