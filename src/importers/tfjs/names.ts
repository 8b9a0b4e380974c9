import { isObject } from '../formats/json.js';
import { isModel, type LayerEntry, layersOf, wrappedModel } from '../keras/entries.js';
import type { Stored } from '../keras/files/stored.js';
import { share, type Weights } from '../keras/files/weights.js';
import { type Scope, variables } from '../keras/layers/variables.js';
import { type Budget, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

/** An array of the file whose layer is known. */
interface Owned {
  readonly stored: Stored;
  /** Its name behind the layer's, in parts. */
  readonly parts: readonly string[];
}

/** A variable of a layer, or of what the layer holds. */
interface Slot {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly at: number;
}

/**
 * The arrays of a layers model by their names, as TensorFlow.js itself finds them, and not by their order: `layer/kernel`, with more
 * scopes in front, and between them those of cells (`lstm/lstm_cell/kernel`), directions, layers of models.
 * @throws {ImportError} by what it gives: a layer with more or fewer arrays than its config makes, or one of a name that is none of
 *   its variables'.
 */
export function namedWeights(
  layers: readonly LayerEntry[],
  arrays: ReadonlyMap<string, Stored>,
  budget: Budget,
): { readonly weights: Weights; readonly left: () => string[] } {
  const owner = ownerOf(layers);
  const byLayer = new Map<number, Owned[]>();
  const unowned: string[] = [];
  for (const stored of arrays.values()) {
    // Cut into parts, of which there may be as many as characters.
    budget.bytes(BYTES_PER_OBJECT + 16 * stored.name.length, 'weightsManifest');
    const found = owner(stored.name);
    const known = found && byLayer.get(found.layer);
    if (!found) unowned.push(stored.name);
    else if (known) known.push({ stored, parts: found.parts });
    else byLayer.set(found.layer, [{ stored, parts: found.parts }]);
  }
  const taken = new Set<number>();
  const weights: Weights = (index) => {
    taken.add(index);
    const layer = layers[index] as LayerEntry;
    return share(layer, inOrder(layer, byLayer.get(index) ?? [], budget));
  };
  const left = () => [
    ...unowned,
    ...[...byLayer].flatMap(([layer, owned]) => (taken.has(layer) ? [] : owned.map(({ stored }) => stored.name))),
  ];
  return { weights, left };
}

/** A layer's arrays in the order of its variables. */
function inOrder(layer: LayerEntry, owned: readonly Owned[], budget: Budget): Stored[] {
  const where = `layer ${JSON.stringify(layer.name)}`;
  const slots = slotsOf(layer, []).map((slot, at): Slot => ({ ...slot, at }));
  if (owned.length !== slots.length) {
    const names = owned.slice(0, 12).map(({ stored }) => stored.name);
    refuse(where, 'wrong number of weights', `${slots.length}`, `${owned.length}: ${names.join(', ')}`);
  }
  /** By a name of the innermost scope, if there is one, and the variable's. */
  const byName = new Map<string, Slot[]>();
  for (const slot of slots) {
    for (const scope of slot.scopes.at(-1) ?? ['']) {
      const key = `${scope}/${slot.name}`;
      const known = byName.get(key);
      if (known) known.push(slot);
      else byName.set(key, [slot]);
    }
  }
  const ordered: Stored[] = [];
  for (const { stored, parts } of owned) {
    const leaf = parts.at(-1) ?? '';
    const around = parts.slice(0, -1);
    const fitting = new Set<Slot>();
    // Of Keras 3 the arrays of a layer are numbered, those of its cells and directions together.
    const numbered = /^\d{1,9}$/.test(leaf) && !isModel(layer.className) ? slots[Number(leaf)] : undefined;
    if (numbered) fitting.add(numbered);
    for (const part of ['', ...around]) {
      for (const slot of byName.get(`${part}/${leaf}`) ?? []) {
        budget.operations(around.length + 1, where);
        if (isWithin(around, slot.scopes)) fitting.add(slot);
      }
    }
    const [slot, another] = fitting;
    if (!slot || another || ordered[slot.at])
      return refuse(
        where,
        'a weight whose place its name does not tell',
        [...new Set(slots.map(({ name }) => name))].slice(0, 12).join(', '),
        stored.name,
      );
    ordered[slot.at] = stored;
  }
  return ordered;
}

/** Whether scopes come one after another in the parts of a name. */
function isWithin(parts: readonly string[], scopes: readonly Scope[]): boolean {
  let next = 0;
  for (const part of parts) if (scopes[next]?.has(part)) next++;
  return next === scopes.length;
}

function slotsOf(layer: LayerEntry, around: readonly Scope[]): Omit<Slot, 'at'>[] {
  const model = isModel(layer.className) ? layer : wrappedModel(layer);
  if (model) return layersOf(model).flatMap((inner) => slotsOf(inner, [...around, new Set([inner.name])]));
  return variables(layer).map(({ name, scopes }) => ({ name, scopes: [...around, ...scopes] }));
}

/**
 * Which layer a weight belongs to: the layer whose name its path has, or one in which a layer of that name is; and the parts of the
 * path from there.
 */
function ownerOf(
  layers: readonly LayerEntry[],
): (weight: string) => { readonly layer: number; readonly parts: readonly string[] } | undefined {
  const own = new Map(layers.map(({ name }, index) => [name, index]));
  const held = new Map<string, number>();
  const note = ({ className, config, name }: LayerEntry, index: number, inner: boolean): void => {
    if (inner && !held.has(name)) held.set(name, index);
    const entry = { className, config, name };
    const model = isModel(className) ? entry : wrappedModel(entry);
    if (model) for (const layer of layersOf(model)) note(layer, index, true);
    for (const key of ['layer', 'backward_layer', 'cell'] as const) {
      const value = config[key];
      const inside = isObject(value) && isObject(value.config) ? value.config.name : undefined;
      if (typeof inside !== 'string') continue;
      for (const known of [inside, `forward_${inside}`, `backward_${inside}`])
        if (!held.has(known)) held.set(known, index);
    }
  };
  layers.forEach((layer, index) => {
    note(layer, index, false);
  });
  return (weight) => {
    const parts = weight.split('/');
    for (const [position, part] of parts.entries()) {
      const layer = own.get(part);
      if (layer !== undefined) return { layer, parts: parts.slice(position + 1) };
      const outer = held.get(part);
      if (outer !== undefined) return { layer: outer, parts: parts.slice(position) };
    }
    return undefined;
  };
}
