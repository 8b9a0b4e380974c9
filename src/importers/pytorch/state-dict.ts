import { show } from '../formats/json.js';
import { Inert } from '../formats/pickle.js';
import { refuse } from '../shared/refuse.js';
import type { PyTorchConfig } from './config.js';
import { isPacked } from './packed.js';
import { Part, type Storage, Tensor } from './tensor.js';
import { ScriptObject } from './unpickle.js';

type Entries = readonly (readonly [name: unknown, value: unknown])[];
/** Tensors, and what quantised modules have in their place. */
export type StateDict = Map<string, unknown>;

/** What PyTorch Lightning's checkpoints have beside `state_dict`, the one that its `load_from_checkpoint` takes. */
const LIGHTNING = 'pytorch-lightning_version';

/**
 * The object of a checkpoint if it is a state dict, or the one state dict among its values; of several, Lightning's.
 * @throws {ImportError} none, or several; a value of it that is no tensor and not to be ignored; tensors inside an object that
 *   is not built, which may be the model's, unless the config names the state dict.
 */
export function findStateDict(
  value: unknown,
  { stateDict: key, ignore = [] }: PyTorchConfig,
): { dict: StateDict; from: Map<unknown, unknown>; lightning: boolean; note?: string } {
  if (value instanceof Inert) refuseInert(value);
  // Remembered: many entries could be one large dict.
  const known = new Map<unknown, boolean>();
  const isStateDict = (value: unknown): value is Map<unknown, unknown> => {
    if (!(value instanceof Map)) return false;
    const is = known.get(value) ?? (hasTensor(value) && others(value, ignore).length === 0);
    known.set(value, is);
    return is;
  };
  if (key === undefined && isStateDict(value)) return { dict: tensorsOf(value), from: value, lightning: false };
  const entries = value instanceof Map ? [...value].filter(([name]) => typeof name === 'string') : [];
  const dicts = entries.filter(([, value]) => isStateDict(value));
  const lightning = value instanceof Map && value.has(LIGHTNING);
  const wanted = key ?? (lightning ? 'state_dict' : undefined);
  const found = dicts.filter(([name]) => wanted === undefined || name === wanted);
  const [entry] = found;
  if (!entry) {
    refuseOthers(value, entries, key, ignore);
    if (key !== undefined) refuse('config.stateDict', 'no state dict of this name', list(dicts), show(key));
    refuse('file', 'no state dict', 'a dict of tensors, or of one such dict', list(entries));
  }
  if (found.length > 1) refuse('file', 'several state dicts', 'config.stateDict, one of them', list(dicts));
  const [name, from] = entry as readonly [string, Map<unknown, unknown>];
  const dict = tensorsOf(from);
  if (key === undefined) refuseHidden(value, dict, from, name);
  const unread = entries.filter((other) => other !== entry);
  return { dict, from, lightning, note: `state dict ${show(name)}; other values not read: ${list(unread)}` };
}

const hasTensor = (dict: Map<unknown, unknown>): boolean =>
  [...dict.values()].some((item) => item instanceof Tensor || item instanceof ScriptObject);

/** Values that are no tensors, but those that are to be ignored. */
const others = (dict: Map<unknown, unknown>, ignore: readonly string[]): Entries =>
  [...dict].filter(
    ([name, item]) => !(item instanceof Tensor) && !isPacked(name, item) && !ignore.includes(name as string),
  );

function tensorsOf(dict: Map<unknown, unknown>): StateDict {
  const tensors: StateDict = new Map();
  for (const [name, item] of dict) {
    if (typeof name !== 'string') refuse('file', 'a tensor without a name', 'a text as key');
    if (item instanceof Tensor || isPacked(name, item)) tensors.set(name, item);
  }
  return tensors;
}

function refuseInert({ name }: Inert): never {
  const advice = 'tensors, dicts and plain values only: torch.save(model.state_dict(), file), not the module itself';
  refuse('pickle', `would build ${show(name)}`, advice);
}

/** Of what may have been meant as the state dict, the first value that makes it none. */
function refuseOthers(value: unknown, entries: Entries, key: string | undefined, ignore: readonly string[]): void {
  const isMeant = (name: unknown) => (key === undefined ? !ignore.includes(name as string) : name === key);
  const meant = entries.filter(([name]) => isMeant(name)).map(([, item]) => item);
  for (const item of meant) if (item instanceof Inert) refuseInert(item);
  // Many entries could be one large dict.
  for (const dict of new Set(key === undefined ? [value, ...meant] : meant)) {
    if (!(dict instanceof Map)) continue;
    const [first] = others(dict, ignore);
    if (first?.[1] instanceof Inert) refuseInert(first[1]);
    if (first && hasTensor(dict))
      refuse('file', 'a state dict with other values', 'tensors; config.ignore for what is none', show(first[0]));
  }
}

/** Tensors other than the dict's own, inside what is not built: no one can say whether they are the model's. */
function refuseHidden(value: unknown, dict: StateDict, from: Map<unknown, unknown>, name: string): void {
  const mine = new Set<Storage>([...dict.values()].flatMap((item) => (item instanceof Tensor ? item.storage : [])));
  type Around = { readonly name: string } | undefined;
  const seen = [new Set<unknown>([from]), new Set<unknown>()];
  const left: (readonly [item: unknown, inside: Around])[] = [[value, undefined]];
  for (const [key, item] of from) if (!dict.has(key as string)) left.push([item, undefined]);
  for (let next = left.pop(); next; next = left.pop()) {
    const [item, around] = next;
    const own: Around = item instanceof ScriptObject ? { name: item.type } : item instanceof Inert ? item : undefined;
    const inside = around ?? own;
    const isTensor = item instanceof Tensor || item instanceof Part ? !mine.has(item.storage) : isUnread(item);
    if (inside && isTensor) {
      const expected = `config.stateDict: ${show(name)}, if that is the whole model`;
      refuse('file', 'tensors inside an object that is not built', expected, inside.name);
    }
    const reached = seen[inside ? 1 : 0] as Set<unknown>;
    if (typeof item !== 'object' || item === null || reached.has(item)) continue;
    reached.add(item);
    if (item instanceof Inert) for (const part of item.parts) left.push([part, inside]);
    if (Array.isArray(item)) for (const part of item) left.push([part, inside]);
    if (item instanceof ScriptObject) left.push([item.state, inside]);
    if (item instanceof Map) for (const pair of item) left.push([pair[0], inside], [pair[1], inside]);
  }
}

/** A tensor of a kind or type that is not read. */
const isUnread = (item: unknown): boolean =>
  item instanceof Inert && /^torch\.(_utils\._rebuild_|_tensor\._rebuild_|.*Storage$)/.test(item.name);

const list = (entries: Entries): string =>
  entries
    .slice(0, 12)
    .map(([name]) => show(name))
    .join(', ') || 'none';
