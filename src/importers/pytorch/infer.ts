import type { PyTorchConfig, PyTorchLayer } from './config.js';
import { LAYERS } from './fields.js';
import { type Module, modulesOf, type Reading } from './modules.js';
import { refuse } from './refuse.js';
import type { Weights } from './tensor.js';

const MOST_MODULES = 64;
/** Steps of the search for an order. */
const MOST_STEPS = 5000;

/**
 * The topology, where names and shapes leave no other: each module's type by its tensors, and the one order in which all of
 * them fit together.
 * @throws {ImportError} where they leave several, with a draft of the config.
 */
export function infer(weights: Weights, given: number | undefined) {
  const modules = modulesOf(weights, MOST_MODULES);
  const hidden = modules.some(({ readings }) => readings.length === 0);
  const orders = hidden ? [] : chains(modules, given);
  const [order = modules.map(({ path, readings }) => readings[0] ?? guess(path))] = orders;
  const inputSize = order[0]?.from ?? given;
  const config = { ...(inputSize !== undefined && { inputSize }), layers: order.map(({ layer }) => layer) };
  const why = whyNot(modules, orders);
  if (why === undefined) return config satisfies PyTorchConfig;
  refuse(
    'file',
    'names and shapes of the tensors leave the topology open',
    `a config; draft, to be corrected and completed: ${JSON.stringify(config).slice(0, 4000)}`,
    why,
  );
}

/** What the file leaves open, if anything. */
function whyNot(modules: readonly Module[], orders: readonly (readonly Reading[])[]): string | undefined {
  const unclear = modules.find(({ open }) => open !== undefined);
  if (unclear) return `${unclear.path || 'the module'}: ${unclear.open}`;
  if (orders.length === 0) return 'modules that fit together in no order';
  if (orders.length > 1) return 'modules that fit together in more than one order or meaning';
  // Hardly a network has a Linear without a function behind it, and functions are not modules.
  const layers = (orders[0] ?? []).map(({ layer }) => layer as PyTorchLayer & { prefix?: string });
  const inner = layers.slice(0, -1).find(({ type }) => type === 'linear');
  return inner && `${inner.prefix}: the activation that may follow it`;
}

/** For the draft: a module without tensors, whose name may be a layer's. */
function guess(path: string): Reading {
  const type = path.split('.').at(-1) ?? '';
  const layer = { type: Object.hasOwn(LAYERS, type) ? type : '?', ...(path && { name: path }) };
  return { layer: layer as PyTorchLayer, from: undefined, to: 0 };
}

/** Orders in which every module reads what the one before it makes: one, or two if there are more. */
function chains(modules: readonly Module[], inputSize: number | undefined): Reading[][] {
  const found: Reading[][] = [];
  const earlier = new Map(modules.map((one) => [one, modules.filter(({ path }) => isBefore(path, one.path))]));
  const used = new Set<Module>();
  const order: Reading[] = [];
  const any = modules.flatMap(({ readings }) => readings.slice(0, 1));
  let steps = 0;
  function walk(features: number | undefined): void {
    if (order.length === modules.length) found.push([...order]);
    // Who cannot look through all of them counts them as several.
    if (++steps > MOST_STEPS) found.push(any, any);
    for (const module of modules) {
      if (used.has(module) || earlier.get(module)?.some((one) => !used.has(one))) continue;
      used.add(module);
      for (const reading of module.readings) {
        const fits =
          reading.from === undefined
            ? order.length === 0 && inputSize === undefined
            : features === undefined || features === reading.from;
        if (!fits || found.length > 1) continue;
        order.push(reading);
        walk(reading.to);
        order.pop();
      }
      used.delete(module);
    }
  }
  walk(inputSize);
  return found;
}

/** Whether the names say so: `layers.1.norm` is before `layers.2.lstm`, `lstm1` before `lstm2`. */
function isBefore(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')];
  const at = a.findIndex((part, index) => part !== b[index]);
  const [, stem, number] = /^(.*?)(\d+)$/.exec(a[at] ?? '') ?? [];
  const [, otherStem, otherNumber] = /^(.*?)(\d+)$/.exec(b[at] ?? '') ?? [];
  return number !== undefined && stem === otherStem && Number(number) < Number(otherNumber);
}
