import type { ModelSpec } from '../../spec.js';
import { isObject, show } from '../formats/json.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { NeedsFixedTime, NeedsIds } from './again.js';
import { Build, type Flow } from './build.js';
import { Config } from './config.js';
import { isModel, type LayerEntry, layersOf, type Weights } from './files/weights.js';
import type { Dialect } from './layers/activations.js';
import { LAYERS } from './layers/all.js';
import { checkMask, type Mask, type MaskCall, maskCall, maskMakers } from './layers/masks.js';

/**
 * The spec of a Keras model.
 * @param entry the outermost model. @param weights its layers' arrays.
 * @param newReporter a report to fill: reading starts anew where the timesteps turn out to matter.
 */
export function kerasModel(
  entry: LayerEntry,
  weights: Weights,
  dialect: Dialect,
  newReporter: () => Reporter,
): { spec: ModelSpec; reporter: Reporter } {
  if (!isModel(entry.className))
    refuse(
      `model ${JSON.stringify(entry.name)}`,
      'a model that is not honoured',
      'Sequential or Functional',
      entry.className,
    );
  const ids = new Set<string>();
  let fixedTime = false;
  for (;;) {
    const reporter = newReporter();
    const build = new Build(dialect, reporter, fixedTime, ids);
    try {
      const outputs = new Walk(build, weights).model(entry, undefined);
      const names = outputs.map((flow) => flow.name);
      const unique = names.map((name, index) =>
        names.indexOf(name) === index && !flowIsInput(build, name)
          ? name
          : build.add({ type: 'dropout', inputs: [name] }, `${name}.output`),
      );
      if (fixedTime)
        reporter.note('inputs have the number of timesteps that the file states: a layer needs to know it');
      const named = entry.name ? { name: entry.name } : {};
      return { spec: build.spec({ ...named, inputs: build.inputs, outputs: unique }), reporter };
    } catch (error) {
      if (error instanceof NeedsIds && !ids.has(error.input)) ids.add(error.input);
      else if (error instanceof NeedsFixedTime && !fixedTime) fixedTime = true;
      else throw error;
    }
  }
}

const flowIsInput = (build: Build, name: string): boolean => build.inputs.some((input) => input.name === name);

/** Calls of layers, those within models once for each call of these: a model in a model in a model can make much of little. */
const MOST_CALLS = 10_000;

class Walk {
  constructor(
    private readonly build: Build,
    private readonly weights: Weights,
  ) {}

  /** @param given the values it is called with; undefined for the outermost, which makes its own inputs. */
  model(entry: LayerEntry, given: readonly Flow[] | undefined): Flow[] {
    return entry.className === 'Sequential' ? this.#sequential(entry, given) : this.#functional(entry, given);
  }

  #sequential(entry: LayerEntry, given: readonly Flow[] | undefined): Flow[] {
    const layers = layersOf(entry);
    this.#count(entry, layers.length);
    const first = layers[0] ?? refuse(`model ${JSON.stringify(entry.name)}`, 'no layers', 'at least one');
    let flows = given;
    layers.forEach((layer, index) => {
      if (layer.className === 'InputLayer') {
        flows ??= [this.#input(layer, this.#shapeOf(layer))];
        return;
      }
      flows ??= [
        this.#input(
          { ...first, name: `${layer.name}_input` },
          this.#shapeOf(layer) ?? asShape(entry.config.build_input_shape),
        ),
      ];
      flows = this.#call(layer, index, flows, 0);
    });
    return [...(flows ?? [])];
  }

  #functional(entry: LayerEntry, given: readonly Flow[] | undefined): Flow[] {
    const where = `model ${JSON.stringify(entry.name)}`;
    const layers = layersOf(entry);
    const { config } = entry;
    const inputs = references(config.input_layers, where);
    const outputs = references(config.output_layers, where);
    if (given && given.length !== inputs.length)
      refuse(where, 'wrong number of inputs', `${inputs.length}`, `${given.length}`);
    const made = new Map<string, readonly Flow[]>();
    const raw = config.layers as Record<string, unknown>[];
    layers.forEach((layer, index) => {
      if (layer.className !== 'InputLayer') return;
      const at = inputs.findIndex(([name]) => name === layer.name);
      if (at < 0 && given) return;
      made.set(`${layer.name}/0`, [
        given ? (given[at] as Flow) : this.#input(layer, this.#shapeOf(layers[index] as LayerEntry)),
      ]);
    });
    const waiting: Waiting[] = [];
    const masks = new Map<string, Mask>();
    const makers = maskMakers(layers, (index) => {
      const nodes = raw[index]?.inbound_nodes;
      const node: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
      return isObject(node) ? callReferences({ args: node.args }, where).refs.map(([name]) => name) : [];
    });
    layers.forEach((layer, index) => {
      if (layer.className === 'InputLayer') return;
      const nodes = raw[index]?.inbound_nodes;
      if (!Array.isArray(nodes))
        refuse(`layer ${JSON.stringify(layer.name)}`, 'no inbound_nodes', 'a list', show(nodes));
      nodes.forEach((node, call) => {
        const at = `layer ${JSON.stringify(layer.name)}`;
        if (!makers.has(layer.name)) {
          waiting.push({ layer, index, call, ...callReferences(node, at) });
          return;
        }
        const { args, ofValues, make } = maskCall(layer, node);
        const { refs } = callReferences({ args }, at);
        waiting.push({ layer, index, call, makeMask: make, refs: ofValues ? refs : [], masks: ofValues ? [] : refs });
      });
    });
    this.#count(entry, waiting.length);
    // A model's first call is often number 1, its own making being number 0.
    const least = new Map<string, number>();
    for (const [name, node] of [...waiting.flatMap(({ refs }) => refs), ...outputs]) {
      least.set(name, Math.min(node, least.get(name) ?? node));
    }
    const key = ([name, node]: Reference): string => {
      const model = layers.some((layer) => layer.name === name && isModel(layer.className));
      return `${name}/${model ? node - (least.get(name) ?? 0) : node}`;
    };
    // A layer is called once all it is called with is there.
    while (waiting.length > 0) {
      const ready = waiting.findIndex(
        (one) => one.refs.every((ref) => made.has(key(ref))) && one.masks.every((ref) => masks.has(key(ref))),
      );
      if (ready < 0) {
        if (outputs.every((ref) => made.has(key(ref)))) break;
        refuse(
          where,
          'layers that wait for one another, or for a layer that is not there',
          'a graph without circles',
          waiting.map(({ layer }) => layer.name).join(', '),
        );
      }
      const [{ layer, index, call, refs, makeMask, ...one }] = waiting.splice(ready, 1) as [Waiting];
      const flows = refs.map(
        (ref) =>
          (made.get(key(ref)) as readonly Flow[])[ref[2]] ??
          refuse(where, 'no such output', `of layer ${ref[0]}`, `${ref[2]}`),
      );
      const given = one.masks.map((ref) => masks.get(key(ref)) as Mask);
      if (makeMask) {
        masks.set(`${layer.name}/${call}`, makeMask(flows, given));
        continue;
      }
      given.forEach((mask, at) => {
        const own = this.build.masks.get(flows[at]?.mask ?? '');
        checkMask(`layer ${JSON.stringify(layer.name)} (${layer.className})`, own, mask);
      });
      made.set(`${layer.name}/${call}`, this.#call(layer, index, flows, call));
    }
    return outputs.map(
      (ref) => made.get(key(ref))?.[ref[2]] ?? refuse(where, 'no such output', 'an output of a layer', ref[0]),
    );
  }

  #count({ name }: LayerEntry, calls: number): void {
    this.build.calls += calls;
    if (this.build.calls > MOST_CALLS)
      refuse(`model ${JSON.stringify(name)}`, 'too many calls of layers', `at most ${MOST_CALLS}`, 'more');
  }

  #call(layer: LayerEntry, index: number, inputs: readonly Flow[], call: number): Flow[] {
    const where = `layer ${JSON.stringify(layer.name)} (${layer.className})`;
    if (inputs.length === 0) refuse(where, 'wrong number of inputs', 'at least 1', '0');
    const own = this.weights(index);
    if (isModel(layer.className)) return new Walk(this.build, own.inner).model(layer, inputs);
    const run = Object.hasOwn(LAYERS, layer.className) ? LAYERS[layer.className] : undefined;
    if (!run) refuse(where, 'a layer that is not honoured', Object.keys(LAYERS).join(', '), layer.className);
    const config = new Config(where, layer.name, layer.config, this.build.reporter);
    const name = call === 0 ? layer.name : `${layer.name}.call${call}`;
    const made = run({ build: this.build, config, entry: layer, name, inputs, arrays: own.take() });
    config.finish();
    return made;
  }

  #shapeOf({ config }: LayerEntry): readonly (number | null)[] | undefined {
    return asShape(config.batch_shape ?? config.batch_input_shape);
  }

  #input(layer: LayerEntry, shape: readonly (number | null)[] | undefined): Flow {
    const where = `input ${JSON.stringify(layer.name)}`;
    if (!shape) refuse(where, 'no shape', 'batch_shape of the input layer', 'nothing');
    const { build } = this;
    const dims = shape.slice(1);
    const ids = build.ids.has(layer.name);
    const dtype = layer.config.dtype;
    const whole = typeof dtype === 'string' && dtype.includes('int');
    const name = build.unique(layer.name);
    const [a, b] = dims as [number | null, number | null | undefined];
    const bad = (): never =>
      refuse(
        where,
        'a shape that is not honoured',
        '(batch, features), (batch, time, features), or (batch, time) of token ids',
        show(shape),
      );
    if (ids || (whole && dims.length === 1)) {
      if (dims.length > 1 && !(dims.length === 2 && b === 1)) bad();
      const time = a ?? undefined;
      const fixed = build.fixedTime && time !== undefined;
      build.inputs.push({ name, features: 1, dtype: 'int32', ...(fixed && { time }) });
      return { name, kind: 'sequence', features: 1, time, fixed, ids: true, input: layer.name };
    }
    if (dims.length === 1) {
      if (typeof a !== 'number') {
        // Token ids of any number; nothing else has such a shape.
        build.inputs.push({ name, features: 1, dtype: 'int32' });
        return { name, kind: 'sequence', features: 1, ids: true, input: layer.name };
      }
      build.inputs.push({ name, features: a, kind: 'vector' });
      return { name, kind: 'vector', features: a, input: layer.name };
    }
    if (dims.length !== 2 || typeof b !== 'number' || b < 1) return bad();
    const time = a ?? undefined;
    const fixed = build.fixedTime && time !== undefined;
    build.inputs.push({ name, features: b, ...(fixed && { time }) });
    return { name, kind: 'sequence', features: b, time, fixed, input: layer.name };
  }
}

/** A call of a layer, for which its arguments have yet to be made. */
interface Waiting extends CallReferences {
  readonly layer: LayerEntry;
  readonly index: number;
  readonly call: number;
  /** Of an operation on masks: see there. */
  readonly makeMask?: MaskCall['make'];
}
interface CallReferences {
  readonly refs: readonly Reference[];
  /** Masks that it is given by name, of its inputs in order. */
  readonly masks: readonly Reference[];
}

type Reference = readonly [layer: string, node: number, tensor: number];

const asShape = (value: unknown): readonly (number | null)[] | undefined => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 6) return undefined;
  return value.every((n) => n === null || (Number.isSafeInteger(n) && n > 0)) ? value : undefined;
};

const isReference = (value: unknown): value is [string, number, number] =>
  Array.isArray(value) &&
  typeof value[0] === 'string' &&
  Number.isSafeInteger(value[1]) &&
  Number.isSafeInteger(value[2]);

/** `[["x", 0, 0], …]`, or one such triple, or a record of them. */
function references(value: unknown, where: string): Reference[] {
  if (isReference(value)) return [value];
  const all = isObject(value) ? Object.values(value) : value;
  if (!Array.isArray(all) || !all.every(isReference))
    refuse(where, 'its inputs or outputs cannot be told', '[[layer, node, tensor], …]', show(value));
  return all as unknown as Reference[];
}

/** What a layer is called with: Keras 3 writes `{args, kwargs}`, Keras 2 lists of `[layer, node, tensor, kwargs]`. */
function callReferences(node: unknown, where: string): CallReferences {
  if (isObject(node)) {
    const refs: Reference[] = [];
    const masks: Reference[] = [];
    const kwargs = isObject(node.kwargs) ? node.kwargs : {};
    collect(node.args, refs, where, 0);
    for (const [key, value] of Object.entries(kwargs)) {
      if (key === 'initial_state') collect(value, refs, where, 0);
      else if (key === 'mask' && !harmless(key, value)) collect(value, masks, where, 0);
      else if (!harmless(key, value)) refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
    }
    return { refs, masks };
  }
  if (!Array.isArray(node)) return refuse(where, 'a call that cannot be read', 'a list', show(node));
  const list = isReference(node) ? [node] : node;
  const refs: Reference[] = [];
  const states: Reference[] = [];
  for (const one of list) {
    if (!isReference(one)) refuse(where, 'a call that cannot be read', '[layer, node, tensor, …]', show(one));
    refs.push(one);
    const kwargs = (one as unknown[])[3];
    for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
      if (key === 'initial_state' && value) {
        const all = isReference(value) ? [value] : value;
        if (!Array.isArray(all) || !all.every(isReference))
          refuse(where, 'an initial_state that cannot be read', '[[layer, node, tensor], …]', show(value));
        states.push(...(all as unknown as Reference[]));
      } else if (!harmless(key, value))
        refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
    }
  }
  return { refs: [...refs, ...states], masks: [] };
}

/** Arguments of a call that change nothing at inference. */
const harmless = (key: string, value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (key === 'training' && value === false) ||
  (key === 'mask' && isEmpty(value));
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.every((one) => one === null);

function collect(value: unknown, into: Reference[], where: string, depth: number): void {
  if (depth > 4) refuse(where, 'arguments within arguments', 'lists of values');
  if (Array.isArray(value)) {
    for (const one of value) collect(one, into, where, depth + 1);
    return;
  }
  if (
    isObject(value) &&
    value.class_name === '__keras_tensor__' &&
    isObject(value.config) &&
    isReference(value.config.keras_history)
  ) {
    into.push(value.config.keras_history);
    return;
  }
  if (value !== null && value !== undefined)
    refuse(where, 'called with a constant', 'values of the model', show(value));
}
