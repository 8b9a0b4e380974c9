import { refuse } from '../shared/refuse.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';
import { LAYERS } from './layers.js';
import { type Module, modulesOf, type Reading } from './modules.js';
import type { Weights } from './weights.js';

const MOST_MODULES = 64;
/** Characters of a draft in an error. */
const MOST_DRAFT = 1400;
/** Steps of the search for an order. */
const MOST_STEPS = 5000;

/** A config as names and shapes have it, to be completed where they leave something open. */
export interface Draft {
  readonly config: PyTorchConfig;
  /** What they leave open, if anything: layers of type `?`, an order that is one of several, functions between modules. */
  readonly open?: string;
}

/**
 * The topology: each module's type by its tensors, and the one order in which all of them fit together. What happens between
 * them no file says: of several modules it is the caller's word that nothing does.
 */
export function draft(weights: Weights, { inputSize: given, assume }: PyTorchConfig): Draft {
  const modules = modulesOf(weights, MOST_MODULES);
  const hidden = modules.some(({ readings }) => readings.length === 0);
  const orders = hidden ? [] : chains(modules, given);
  const [order = modules.map(({ path, readings }) => readings[0] ?? guess(path, weights))] = orders;
  const inputSize = order[0]?.from ?? given;
  const config = { ...(inputSize !== undefined && { inputSize }), layers: order.map(({ layer }) => layer) };
  const open = whyNot(modules, orders) ?? (assume === 'chain' ? undefined : between(orders[0] as readonly Reading[]));
  return { config, ...(open !== undefined && { open }) };
}

/** @throws {ImportError} where names and shapes leave several topologies, with a draft of the config. */
export function infer(weights: Weights, given: PyTorchConfig): PyTorchConfig {
  const { config, open } = draft(weights, given);
  if (open === undefined) return config;
  refuse('file', 'the topology is left open', `a config; draft: ${JSON.stringify(config).slice(0, MOST_DRAFT)}`, open);
}

/** What the file leaves open, if anything. */
function whyNot(modules: readonly Module[], orders: readonly (readonly Reading[])[]): string | undefined {
  const unclear = modules.find(({ open }) => open !== undefined);
  if (unclear) return `${unclear.path || 'the module'}: ${unclear.open}`;
  if (orders.length === 0) return 'no order fits';
  if (orders.length > 1) return 'several orders or meanings fit';
  return undefined;
}

/** What may happen between modules that fit together, if there are several. */
function between(order: readonly Reading[]): string | undefined {
  const layers = order.map(({ layer }) => layer as PyTorchLayer & { prefix?: string });
  // Hardly a network has a Linear without a function behind it, and functions are not modules.
  const inner = layers.slice(0, -1).find(({ type }) => type === 'linear');
  if (inner) return `${inner.prefix}: an activation may follow`;
  return layers.length > 1
    ? "several modules, and nothing says what happens between them; assume: 'chain' if nothing does"
    : undefined;
}

/** For the draft: a module without tensors, whose class the file may say, or whose name may be a layer's. */
function guess(path: string, { facts }: Weights): Reading {
  const type = path.split('.').at(-1) ?? '';
  const known = facts.get(path);
  const told = known
    ? { type: known.type, ...known.fields }
    : { type: Object.keys(LAYERS).includes(type) ? type : '?' };
  return { layer: { ...told, ...(path && { name: path }) } as PyTorchLayer, from: undefined, to: 0 };
}

/** Orders in which every module reads what the one before it makes: one, or two if there are more. */
function chains(modules: readonly Module[], inputSize: number | undefined): (readonly Reading[])[] {
  const found: (readonly Reading[])[] = [];
  const earlier = new Map(modules.map((module) => [module, modules.filter(({ path }) => isBefore(path, module.path))]));
  const any = modules.map(({ readings }) => readings[0] as Reading);
  let steps = 0;
  const walk = (left: readonly Module[], features: number | undefined, order: readonly Reading[]): void => {
    if (left.length === 0) found.push(order);
    // Who cannot look through all of them counts them as several.
    if (++steps > MOST_STEPS) found.push(any, any);
    for (const module of left) {
      if (earlier.get(module)?.some((before) => left.includes(before))) continue;
      const others = left.filter((other) => other !== module);
      for (const reading of module.readings) {
        const { from, to } = reading;
        // The first layer may read anything if nobody says what, token ids among it.
        const fits = features === undefined || from === features;
        if (fits && found.length < 2) walk(others, to, [...order, reading]);
      }
    }
  };
  walk(modules, inputSize, []);
  return found;
}

/** Whether the names say so: `layers.1.norm` is before `layers.2.lstm`, `lstm1` before `lstm2`. */
function isBefore(path: string, other: string): boolean {
  const [a = [], b = []] = [path, other].map((text) => text.split('.'));
  const first = a.findIndex((part, index) => part !== b[index]);
  const [name, theirs] = [a[first] ?? '', b[first] ?? ''];
  const stem = name.slice(0, stemOf(name));
  if (stem.length === name.length || stem !== theirs.slice(0, stemOf(theirs))) return false;
  return Number(name.slice(stem.length)) < Number(theirs.slice(stem.length));
}

/** Where the number at the end of a name begins. */
function stemOf(name: string): number {
  let end = name.length;
  while (end > 0 && '0123456789'.includes(name[end - 1] as string)) end--;
  return end;
}
