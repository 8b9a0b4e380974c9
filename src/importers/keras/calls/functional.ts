import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { type LayerEntry, layersOf } from '../entries.js';
import type { Rules } from '../rules.js';
import { collectCalls, type LayerCall } from './collect.js';
import { hasHeads, kerasOrder } from './keras-order.js';
import { type Numbers, numberCalls } from './number.js';
import { type Reference, references } from './references.js';
import { scheduleCalls } from './schedule.js';

/** How a functional model is worked out. */
export interface FunctionalPlan {
  readonly layers: readonly LayerEntry[];
  readonly inputs: readonly Reference[];
  readonly outputs: readonly Reference[];
  /** Each after those whose values it reads. */
  readonly calls: readonly LayerCall[];
  readonly numbers: Numbers;
}

/** @throws {ImportError} calls that cannot be read, or that wait for one another; more than the budget has. */
export function planFunctional(entry: LayerEntry, rules: Rules, budget: Budget): FunctionalPlan {
  const { config } = entry;
  const where = `model ${JSON.stringify(entry.name)}`;
  const layers = layersOf(entry);
  const inputs = references(config.input_layers, where);
  const outputs = references(config.output_layers, where);
  const calls = collectCalls(layers, config.layers as unknown[], budget);
  const numbers = numberCalls(layers, calls, outputs, rules);
  const given = layers.filter(({ className }) => className === 'InputLayer').map(({ name }) => numbers.made(name, 0));
  const { order, waiting } = scheduleCalls(calls, numbers, given);
  const made = new Set([...given, ...order.map(({ layer, call }) => numbers.made(layer.name, call))]);
  if (waiting.length > 0 && !outputs.every((reference) => made.has(numbers.of(numbers.inOutputs(reference)))))
    refuse(
      where,
      'layers that wait for one another, or for a layer that is not there',
      'a graph without circles',
      waiting
        .slice(0, 12)
        .map(({ layer }) => layer.name)
        .join(', '),
    );
  const ordered =
    rules.headsTakeMasks && hasHeads(entry)
      ? kerasOrder(order, nodesOf(order, config.layers as unknown[]), outputs.map(numbers.inOutputs), numbers)
      : order;
  return { layers, inputs, outputs, calls: ordered, numbers };
}

/** What the file says of each call. */
const nodesOf = (calls: readonly LayerCall[], listed: readonly unknown[]): Map<LayerCall, unknown> =>
  new Map(
    calls.map((own) => [own, ((listed[own.index] as Record<string, unknown>).inbound_nodes as unknown[])[own.call]]),
  );
