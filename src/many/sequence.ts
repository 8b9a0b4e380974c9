import { InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import { arrayType, lengthOf } from '../typed.js';
import { copyOf, ownArray } from './copy.js';
import type { Facts, Sequence } from './messages.js';

/** A sequence that has been read: nothing of the caller's is in it. */
export interface Row {
  /** Its place among the results. */
  readonly index: number;
  readonly sequence: Sequence;
  /** Rows may share a run only if this is the same. */
  readonly key: string | undefined;
  /** Timesteps, of one whose model has a single sequence input. */
  readonly time: number;
  readonly bytes: number;
  /** It was in a worker that ended: the next one is alone with it. */
  suspect: boolean;
}

/**
 * Reads a sequence, which may run code of the caller's.
 * @throws {InputError} it holds what cannot go to another thread, or cannot be read.
 */
export function readRow(index: number, given: unknown, facts: Facts): Row {
  const where = `sequences[${index}]`;
  let bytes = 0;
  const own = (array: unknown): Float32Array => {
    const copy = ownArray(array);
    bytes += copy.byteLength;
    return copy;
  };
  const refuse = (got: unknown): never =>
    badInput(where, 'not a sequence', 'numbers, nested arrays, { data, shape }, or a record of these', describe(got));
  const sequence = reading(InputError, where, () => copyOf(given, own, refuse)) as Sequence;
  const known = shapeOf(sequence, facts);
  return { index, sequence, bytes, key: known?.key, time: known?.time ?? 0, suspect: false };
}

/** What makes rows alike: the inputs' names and types, and their lengths or, where these may differ, nothing of them. */
function shapeOf(sequence: Sequence, { sharing, features }: Facts): { key: string; time: number } | undefined {
  if (sharing === 'none') return undefined;
  if (arrayType(sequence) !== undefined) return flatShape('', sequence, sharing, features);
  if (typeof sequence !== 'object' || sequence === null || Array.isArray(sequence)) return undefined;
  const inputs = Object.entries(sequence);
  // Those that say their shape have axes of their own.
  if (!inputs.every(([, input]) => arrayType(input) !== undefined)) return undefined;
  const [only] = inputs;
  if (only && inputs.length === 1) return flatShape(`${only[0]}:`, only[1], sharing, features);
  const parts = inputs.map(([name, input]) => `${name}:${arrayType(input)}:${lengthOf(input)}`);
  return { key: JSON.stringify(parts.sort()), time: 0 };
}

function flatShape(name: string, input: unknown, sharing: Facts['sharing'], features: number | undefined) {
  const length = lengthOf(input);
  const time = features === undefined ? 0 : length / features;
  // The model refuses it.
  if (length === 0 || !Number.isInteger(time)) return undefined;
  const alike = `${name}${arrayType(input)}`;
  return { key: sharing === 'padded' ? alike : `${alike}:${length}`, time };
}
