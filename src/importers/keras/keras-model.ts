import type { ModelSpec } from '../../spec.js';
import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { Reporter } from '../shared/report.js';
import { Build, type Flow } from './build.js';
import type { Reference } from './calls/references.js';
import { Config } from './config.js';
import { isModel, type LayerEntry } from './entries.js';
import type { Stored } from './files/stored.js';
import type { Weights } from './files/weights.js';
import { addInput } from './inputs.js';
import { LAYERS } from './layers/all.js';
import { channelsLast } from './layers/channels-first.js';
import type { Layer } from './layers/layer.js';
import { checkMask, isMask, type Mask, makeMask, makesMask } from './layers/masks.js';
import { planeLayer } from './layers/planes.js';
import { volumeLayer } from './layers/volumes.js';
import { runOperation } from './operations/all.js';
import { axesOf } from './operations/axes.js';
import type { Rules } from './rules.js';
import { Survey } from './survey.js';
import { TakenMasks } from './taken-masks.js';
import { type Called, type FileShape, outputNames, type Plans, type Visitor, Walk, whereOf } from './walk.js';

/**
 * The spec of a Keras model.
 * @param entry the outermost model. @param weights its layers' arrays.
 * @throws {ImportError} a layer, a call or a setting that is not honoured; more of them than the budget has.
 */
export function kerasModel(
  entry: LayerEntry,
  weights: Weights,
  rules: Rules,
  budget: Budget,
): { spec: ModelSpec; reporter: Reporter } {
  if (!isModel(entry.className))
    refuse(
      `model ${JSON.stringify(entry.name)}`,
      'a model that is not honoured',
      'Sequential or Functional',
      entry.className,
    );
  const plans: Plans = new Map();
  const survey = new Survey();
  new Walk(plans, rules, budget).model(entry, survey);
  const reporter = new Reporter(budget);
  const build = new Build(rules, reporter, survey.tokenIds);
  const outputs = new Walk<Value>(plans, rules, UNCOUNTED).model(entry, new MakeNodes(build, weights));
  const seen = new Set<string>();
  const own = outputs.map((value): Flow => {
    const output = asValue(`model ${JSON.stringify(entry.name)}`, value);
    const { name } = output;
    // An output has a name of its own, and is made by a node.
    if (!seen.has(name) && !build.isInput(name)) {
      seen.add(name);
      return output;
    }
    return { ...output, name: build.add({ type: 'dropout', inputs: [name] }, `${name}.output`) };
  });
  const names = nameOutputs(build, own, outputNames(entry));
  build.rename(new Map(own.map(({ name }, index) => [name, names[index] as string])));
  const named = own.map((output, index) => ({ ...output, name: names[index] as string }));
  return { spec: build.finish(entry.name, named), reporter };
}

/** The names that Keras has for the outputs; of several that it gives the same name, the first one's. */
function nameOutputs(build: Build, outputs: readonly Flow[], wanted: readonly (string | undefined)[]): string[] {
  const taken = new Set<string>();
  const given = wanted.map((name) => {
    if (name === undefined || taken.has(name) || build.isInput(name)) return undefined;
    taken.add(name);
    return name;
  });
  return outputs.map(({ name }, index) => given[index] ?? (taken.has(name) ? build.unique(name) : name));
}

type Value = Flow | Mask;

/** For the second walk, whose calls are those of the first. */
const UNCOUNTED = new Budget(Number.POSITIVE_INFINITY);

/** The pass that makes the nodes of the spec. */
class MakeNodes implements Visitor<Value> {
  /** By the layers' places. */
  readonly #models = new Map<number, MakeNodes>();
  readonly #arrays = new Map<number, Stored[]>();

  constructor(
    private readonly build: Build,
    private readonly weights: Weights,
    /** Whether the model has several calls, so each of its layers has. */
    private readonly shared = false,
    /** Whether TimeDistributed wraps the model, so that each of its layers is as if it were wrapped. */
    private readonly wrapped = false,
    /** In versions whose MultiHeadAttention takes masks off. */
    private readonly taken = build.rules.headsTakeMasks ? new TakenMasks(build) : undefined,
  ) {}

  input(layer: LayerEntry, shape: FileShape | undefined): Flow {
    return addInput(this.build, layer, shape);
  }

  within({ layer, index, shared, inputs, masks }: Called<Value>): MakeNodes {
    const where = whereOf(layer);
    this.#checkMasks(where, inputs, masks);
    inputs.forEach((x, i) => {
      if (masks[i] && !isMask(x)) this.taken?.putBack(x);
    });
    const isWrapper = !isModel(layer.className);
    if (isWrapper) {
      if (this.wrapped) refuse(where, 'a wrapped layer that is not honoured', 'no TimeDistributed in another');
      const config = new Config(where, layer.name, layer.config, this.build.reporter);
      config.ignore('layer');
      config.finish();
      if (inputs.length > 1) refuse(where, 'wrong number of inputs', '1', `${inputs.length}`);
      if ((inputs[0] as Flow).mask) refuse(where, 'a masked input', 'one without a mask');
    }
    const inner =
      this.#models.get(index) ??
      new MakeNodes(
        this.build,
        this.weights(index).inner,
        this.shared || shared,
        this.wrapped || isWrapper,
        this.taken,
      );
    this.#models.set(index, inner);
    return inner;
  }

  /** A layer's arrays: the same at each of its calls, and kept no longer than they are needed. */
  #take({ index, shared }: Called<Value>): Stored[] {
    const arrays = this.#arrays.get(index) ?? this.weights(index).take();
    if (this.shared || shared) this.#arrays.set(index, arrays);
    return arrays;
  }

  /** Masks that a call is given by name must be those that its values carry. */
  #checkMasks(where: string, inputs: readonly Value[], masks: Called<Value>['masks']): void {
    masks.forEach((mask, position) => {
      if (mask === undefined) return;
      const own = this.build.masks.get((inputs[position] as Flow | undefined)?.mask ?? '');
      checkMask(where, own, mask as Mask | null);
    });
  }

  /** What makes the nodes of a layer, by the axes of what it is given. */
  #layer(where: string, { className }: LayerEntry, inputs: readonly Flow[]): Layer {
    if (inputs.some(({ rows }) => rows !== undefined)) return volumeLayer(where, className);
    if (inputs.some(({ frequencies }) => frequencies !== undefined)) return planeLayer(where, className);
    return LAYERS[className] as Layer;
  }

  missing(where: string, [layer, , tensor]: Reference): never {
    return refuse(where, 'no such output', `of layer ${layer}`, `${tensor}`);
  }

  call(called: Called<Value>): readonly Value[] {
    const { layer: own, call, operation, inputs: given, masks, causal = false } = called;
    const where = whereOf(own);
    const { build } = this;
    if (operation && this.wrapped) refuse(where, 'an operation within a wrapped model', 'a layer', own.className);
    const layer = this.wrapped ? asWrapped(where, own) : own;
    const name = call === 0 ? layer.name : `${layer.name}.call${call}`;
    if (operation && makesMask(layer, given)) return [makeMask(where, layer, operation, given)];
    if (given.length === 0) refuse(where, 'wrong number of inputs', 'at least 1', '0');
    const flows = given.map((value) => asValue(where, value));
    const isPlane = flows.some(({ frequencies }) => frequencies !== undefined);
    if (operation && isPlane)
      refuse(where, 'an operation on a value with an axis of frequencies', 'a layer', layer.className);
    if (operation) return runOperation(build, where, layer, name, operation, flows);
    const inputs = takesBare(layer, flows) ? flows : flows.map((x) => withFeatures(build, where, x));
    this.#checkMasks(where, inputs, masks);
    if (inputs.some(({ forgotten }) => forgotten) && !MINDLESS.includes(layer.className))
      refuse(
        where,
        'a mask that a layer called with initial_state has forgotten',
        'values without a mask',
        'a masked one',
      );
    const config = new Config(where, layer.name, layer.config, build.reporter);
    const run = channelsLast(this.#layer(where, layer, flows));
    const arrays = this.#take(called);
    const named = masks.map((mask) => mask !== undefined);
    const read = this.taken?.read(layer.className, inputs, named) ?? { inputs, queryIsBare: false, taken: [] };
    const { queryIsBare } = read;
    const maskIsNamed = masks.length > 0;
    const made = run({
      build,
      config,
      entry: layer,
      name,
      inputs: read.inputs,
      arrays,
      maskIsNamed,
      causal,
      queryIsBare,
    });
    config.finish();
    return this.taken?.ran(layer.className, inputs, read.taken, made) ?? made;
  }
}

/** A layer of a model that is applied at every timestep, as the one that does the same: wrapped, or with an axis more. @throws {ImportError} */
function asWrapped(where: string, layer: LayerEntry): LayerEntry {
  const { className, config, name } = layer;
  if (MERGING.includes(className)) return layer;
  if (className === 'Concatenate') {
    const { axis = -1 } = config;
    return typeof axis === 'number' && axis > 0 ? { ...layer, config: { ...config, axis: axis + 1 } } : layer;
  }
  if (className === 'TimeDistributed')
    refuse(where, 'a wrapped layer that is not honoured', 'no TimeDistributed in another');
  return { className: 'TimeDistributed', name, config: { name, layer: { class_name: className, config, name } } };
}

/** Layers that turn every number by itself, whatever axes a value has. */
const BY_NUMBER = ['Activation', 'Dropout', 'Identity', 'ReLU', 'LeakyReLU', 'ELU', 'Rescaling', 'Reshape'];
const MERGING = ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'];

/** Layers that look at no mask. */
const MINDLESS = [
  ...BY_NUMBER,
  'Dense',
  'TimeDistributed',
  'LayerNormalization',
  'BatchNormalization',
  'Flatten',
  'Conv1D',
];

const takesBare = ({ className }: LayerEntry, inputs: readonly Flow[]): boolean =>
  BY_NUMBER.includes(className) ||
  (MERGING.includes(className) && inputs.every(({ bare, kind }) => bare && kind === inputs[0]?.kind));

/** A value as a layer sees it: the timesteps of one without features are its features. @throws {ImportError} they are open. */
function withFeatures(build: Build, where: string, x: Flow): Flow {
  if (!x.bare || x.ids) return x;
  if (!x.time || build.times.stepsOf(x.time) === undefined)
    return refuse(
      where,
      'its input has no features',
      '(batch, time, features), or (batch, features)',
      `(${axesOf(x).join(', ')})`,
    );
  const features = build.times.fix(where, x.time);
  const name = build.add({ type: 'reshape', inputs: [x.name], shape: [features] }, `${x.name}.features`);
  return { name, kind: 'vector', features };
}

const asValue = (where: string, value: Value): Flow =>
  isMask(value) ? refuse(where, 'a mask where a value is due', 'a value of the model', value.of) : value;
