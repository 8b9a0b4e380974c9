import { badInput, describe } from '../refuse.js';
import type { LayerStateInput, StateOwner } from '../state/access.js';
import { checkFloats, checkLength } from './input.js';
import { checkOptions } from './options.js';

/** Of a state, and of a trace of one timestep, which is one too. */
const KEYS = ['h', 'c', 'layer', 'type', 'gates'];

/**
 * Checks a state that a caller gives, one entry per holder of state.
 * @throws {InputError} wrong number of layers, wrong lengths, c missing or too much.
 */
export function checkState({ holders }: StateOwner, batch: number, given: readonly LayerStateInput[]): void {
  if (!Array.isArray(given) || given.length !== holders.length) {
    badInput(
      'state',
      'wrong number of layers',
      `${holders.length} entries (${holders.map(({ name }) => name).join(', ')})`,
      Array.isArray(given) ? `${given.length}` : describe(given),
    );
  }
  holders.forEach(({ name, place }, index) => {
    const layer: Partial<LayerStateInput> = given[index] ?? {};
    const where = `state of layer ${describe(name)}`;
    checkOptions(layer, KEYS, where);
    for (const { key, length } of place.parts) {
      const data = layer[key];
      checkLength(data, batch * length, `${where}, ${key}`, `batch ${batch} · ${length}`);
      checkFloats(data as ArrayLike<number>, `${where}, ${key}`);
    }
    if (place.parts.length === 1 && layer.c !== undefined) badInput(where, 'this layer has no c', 'h alone', 'h and c');
  });
}
