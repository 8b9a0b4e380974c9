import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { LayerCall } from './calls/collect.js';
import { type FunctionalPlan, planFunctional } from './calls/functional.js';
import { type Reference, references } from './calls/references.js';
import { isModel, type LayerEntry, layersOf, wrappedModel } from './entries.js';
import type { Rules } from './rules.js';

/** Sizes of an input as the file states them, the batch first; null where it leaves them open. */
export type FileShape = readonly (number | null)[];

/** What becomes of a model's inputs and layers on a walk through it. */
export interface Visitor<Value> {
  /** @param layer whose name and config the input has. @param shape as the file states it. */
  input(layer: LayerEntry, shape: FileShape | undefined): Value;
  /** A call of a layer that is no model. */
  call(call: Called<Value>): readonly Value[];
  /** An output that no call made. */
  missing(where: string, reference: Reference): Value;
  /** The visitor of the layers of a model among the layers, or of one that is applied at every timestep. */
  within(call: Called<Value>): Visitor<Value>;
}

export interface Called<Value> extends Pick<LayerCall, 'layer' | 'index' | 'call' | 'shared' | 'operation' | 'causal'> {
  readonly inputs: readonly Value[];
  /** Masks that it is given by name, of its inputs in order: null for none, undefined where nothing is said. */
  readonly masks: readonly (Value | null | undefined)[];
}

/** Plans of models, each made once however often the model is called. */
export type Plans = Map<LayerEntry['config'], FunctionalPlan>;

/** One walk through a model, layer by layer, each after those whose values it reads. */
export class Walk<Value> {
  constructor(
    private readonly plans: Plans,
    private readonly rules: Rules,
    /** On which the calls of layers draw, those within models once for each call of these: a model in a model can make much of little. */
    private readonly budget: Budget,
  ) {}

  /** @param given the values it is called with; undefined for the outermost, which makes its own inputs. */
  model(entry: LayerEntry, visitor: Visitor<Value>, given?: readonly Value[]): readonly Value[] {
    return entry.className === 'Sequential'
      ? this.#sequential(entry, visitor, given)
      : this.#functional(entry, visitor, given);
  }

  #sequential(entry: LayerEntry, visitor: Visitor<Value>, given: readonly Value[] | undefined): readonly Value[] {
    const layers = layersOf(entry);
    this.budget.nodes(layers.length, `model ${JSON.stringify(entry.name)}`);
    const first = layers[0] ?? refuse(`model ${JSON.stringify(entry.name)}`, 'no layers', 'at least one');
    let values = given;
    layers.forEach((layer, index) => {
      if (layer.className === 'InputLayer') {
        values ??= [visitor.input(layer, shapeOf(layer))];
        return;
      }
      values ??= [
        visitor.input(
          { ...first, name: `${layer.name}_input` },
          shapeOf(layer) ?? asShape(entry.config.build_input_shape),
        ),
      ];
      values = this.#call(visitor, { layer, index, call: 0, shared: false, inputs: values, masks: [] });
    });
    return values ?? [];
  }

  #functional(entry: LayerEntry, visitor: Visitor<Value>, given: readonly Value[] | undefined): readonly Value[] {
    const where = `model ${JSON.stringify(entry.name)}`;
    const plan = this.plans.get(entry.config) ?? planFunctional(entry, this.rules, this.budget);
    this.plans.set(entry.config, plan);
    const { layers, inputs, outputs, calls, numbers } = plan;
    if (given && given.length !== inputs.length)
      refuse(where, 'wrong number of inputs', `${inputs.length}`, `${given.length}`);
    this.budget.nodes(calls.length, where);
    const positions = new Map(inputs.map(([name], position) => [name, position] as const).reverse());
    const made = new Map<string, readonly Value[]>();
    // The model's inputs in their own order, which need not be that of the layers.
    const place = ({ name }: LayerEntry): number => positions.get(name) ?? inputs.length;
    const inputLayers = layers.filter(({ className }) => className === 'InputLayer');
    for (const layer of inputLayers.sort((a, b) => place(a) - place(b))) {
      const position = positions.get(layer.name);
      const value = given ? given[position ?? given.length] : visitor.input(layer, shapeOf(layer));
      if (value !== undefined) made.set(numbers.made(layer.name, 0), [value]);
    }
    const referred = (reference: Reference): Value =>
      made.get(numbers.of(reference))?.[reference[2]] ?? visitor.missing(where, reference);
    for (const { values, masks, ...own } of calls) {
      const called = { ...own, inputs: values.map(referred), masks: masks.map((mask) => mask && referred(mask)) };
      made.set(numbers.made(own.layer.name, own.call), this.#call(visitor, called));
    }
    return outputs.map((reference) => referred(numbers.inOutputs(reference)));
  }

  #call(visitor: Visitor<Value>, called: Called<Value>): readonly Value[] {
    const { layer, inputs } = called;
    const model = isModel(layer.className) ? layer : wrappedModel(layer);
    if (!model) return visitor.call(called);
    if (inputs.length === 0) refuse(whereOf(layer), 'wrong number of inputs', 'at least 1', '0');
    return this.model(model, visitor.within(called), inputs);
  }
}

export const whereOf = (layer: LayerEntry): string => `layer ${JSON.stringify(layer.name)} (${layer.className})`;

/**
 * What Keras calls each output of a model: the layer that makes it, a model among the layers being one. Undefined for what a layer
 * makes beside its first value (states), which Keras gives the same name.
 */
export function outputNames(entry: LayerEntry): (string | undefined)[] {
  if (entry.className === 'Sequential') return [layersOf(entry).at(-1)?.name];
  return references(entry.config.output_layers, `model ${JSON.stringify(entry.name)}`).map(([layer, , tensor]) =>
    tensor === 0 ? layer : undefined,
  );
}

const shapeOf = ({ config }: LayerEntry): FileShape | undefined =>
  asShape(config.batch_shape ?? config.batch_input_shape);
const asShape = (value: unknown): FileShape | undefined => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 6) return undefined;
  return value.every((n) => n === null || (Number.isSafeInteger(n) && n > 0)) ? value : undefined;
};
