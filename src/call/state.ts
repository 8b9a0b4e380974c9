import { InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import type { LayerStateInput, StateOwner } from '../state/access.js';
import { isRecord } from '../typed.js';
import { readExactly } from './numbers.js';
import { readOptions } from './options.js';

/** Of a state, and of a trace of one timestep, which is one too. */
const KEYS = ['h', 'c', 'layer', 'type', 'gates'];

/** A typed array that has been through JSON is an object, with the indices as keys in their order. */
function fromJson(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.keys(value).every((key, index) => key === `${index}`) ? Object.values(value) : value;
}

/**
 * Reads a state that a caller gives, one entry per holder of state.
 * Arrays of numbers may come as JSON has them.
 * @throws {InputError} wrong number of layers, wrong lengths, c missing or too much.
 */
export const readGivenState = (
  { holders }: StateOwner,
  batch: number,
  given: readonly LayerStateInput[],
): LayerStateInput[] =>
  reading(InputError, 'state', () => {
    if (!Array.isArray(given) || given.length !== holders.length) {
      badInput(
        'state',
        'wrong number of layers',
        `${holders.length} entries (${holders.map(({ name }) => name).join(', ')})`,
        Array.isArray(given) ? `${given.length}` : describe(given),
      );
    }
    return holders.map(({ name, place }, index) => {
      const where = `state of layer ${describe(name)}`;
      const layer = readOptions<Partial<LayerStateInput>>(given[index] ?? {}, KEYS, where);
      const [h, c] = place.parts.map(({ key, length }) =>
        readExactly(fromJson(layer[key]), batch * length, 'features', `${where}, ${key}`, `batch ${batch} · ${length}`),
      ) as [Float32Array, Float32Array?];
      if (!c && layer.c !== undefined) badInput(where, 'this layer has no c', 'h alone', 'h and c');
      return { h, ...(c && { c }) };
    });
  });
