import type { Random } from '../../slow/children/random.js';
import { bytesOf, JSON_SIZE, joined, post, type Sent, withTensors } from '../requests.js';

/** The model that requests are for: one input `x` of so many features, one output. */
export const FEATURES = 4;
export const MODEL = 'lstm';
/** A sequence that lives while they come. Many of them are for it. */
export const LIVE = 'the-live-one';
export const INFER = `/v2/models/${MODEL}/infer`;

/** A request that cannot be honoured. */
export interface Malformed extends Sent {
  /** What is wrong with it. */
  readonly what: string;
}

export type Json = Record<string, unknown>;

/** Parameters of a request for the live sequence, as good ones are: nothing of them may happen. */
const parametersOf = (random: Random): Json =>
  random.pick([
    {},
    { sequence_id: LIVE },
    { sequence_id: LIVE, sequence_start: true },
    { sequence_id: LIVE, sequence_end: true },
    { sequence_id: `new-${random.below(1e6)}`, sequence_start: true },
  ]);

const numbersOf = (random: Random, length: number): number[] =>
  random.list(length, () => Math.fround(random.fraction()));

/** A good request in JSON, of which a part is to be spoilt. */
export function goodJson(random: Random): Json & { inputs: [Json] } {
  const time = random.between(1, 3);
  return {
    id: `${random.below(1000)}`,
    parameters: parametersOf(random),
    inputs: [{ name: 'x', shape: [1, time, FEATURES], datatype: 'FP32', data: numbersOf(random, time * FEATURES) }],
  };
}

/** The same with its tensor behind the JSON. */
export function goodBinary(random: Random): {
  readonly header: Json & { inputs: [Json] };
  readonly tensor: Uint8Array;
} {
  const { inputs, ...header } = goodJson(random);
  const [{ data, ...input }] = inputs;
  const tensor = bytesOf(Float32Array.from(data as number[]));
  return { header: { ...header, inputs: [{ ...input, parameters: { binary_data_size: tensor.length } }] }, tensor };
}

export const jsonRequest = (what: string, body: unknown): Malformed => ({ what, ...post(INFER, JSON.stringify(body)) });

export const binaryRequest = (what: string, header: unknown, ...tensors: readonly Uint8Array[]): Malformed => ({
  what,
  ...withTensors(INFER, header, ...tensors),
});

/** A good body that says of itself how long its JSON is. */
export function sized(what: string, random: Random, size: (json: number, whole: number) => string): Malformed {
  const { header, tensor } = goodBinary(random);
  const json = joined(JSON.stringify(header));
  const body = joined(json, tensor);
  return { what, ...post(INFER, body, { [JSON_SIZE]: size(json.length, body.length) }) };
}
