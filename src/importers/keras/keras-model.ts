import type { ModelSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import { Reporter } from '../shared/report.js';
import { Build, type Flow } from './build.js';
import type { Reference } from './calls/references.js';
import { Config } from './config.js';
import { isModel, type LayerEntry } from './entries.js';
import type { Weights } from './files/weights.js';
import { addInput } from './inputs.js';
import type { Dialect } from './layers/activations.js';
import { LAYERS } from './layers/all.js';
import { checkMask, isMask, type Mask, makeMask, makesMask } from './layers/masks.js';
import { runOperation } from './operations/all.js';
import { FindTokenIds } from './token-ids.js';
import { type Called, type FileShape, type Plans, type Visitor, Walk, whereOf } from './walk.js';

/**
 * The spec of a Keras model.
 * @param entry the outermost model. @param weights its layers' arrays.
 * @throws {ImportError} a layer, a call or a setting that is not honoured.
 */
export function kerasModel(
  entry: LayerEntry,
  weights: Weights,
  dialect: Dialect,
): { spec: ModelSpec; reporter: Reporter } {
  if (!isModel(entry.className))
    refuse(
      `model ${JSON.stringify(entry.name)}`,
      'a model that is not honoured',
      'Sequential or Functional',
      entry.className,
    );
  const plans: Plans = new Map();
  const tokenIds = new FindTokenIds();
  new Walk(plans).model(entry, tokenIds);
  const reporter = new Reporter();
  const build = new Build(dialect, reporter, tokenIds.inputs);
  const outputs = new Walk<Value>(plans).model(entry, new MakeNodes(build, weights));
  const names = outputs.map((value) => asValue(`model ${JSON.stringify(entry.name)}`, value).name);
  // An output has a name of its own, and is made by a node.
  const unique = names.map((name, index) =>
    names.indexOf(name) === index && !build.isInput(name)
      ? name
      : build.add({ type: 'dropout', inputs: [name] }, `${name}.output`),
  );
  return { spec: build.finish(entry.name, unique), reporter };
}

type Value = Flow | Mask;

/** The pass that makes the nodes of the spec. */
class MakeNodes implements Visitor<Value> {
  constructor(
    private readonly build: Build,
    private readonly weights: Weights,
  ) {}

  input(layer: LayerEntry, shape: FileShape | undefined): Flow {
    return addInput(this.build, layer, shape);
  }

  within(index: number): MakeNodes {
    return new MakeNodes(this.build, this.weights(index).inner);
  }

  missing(where: string, [layer, , tensor]: Reference): never {
    return refuse(where, 'no such output', `of layer ${layer}`, `${tensor}`);
  }

  call({ layer, index, call, operation, inputs: given, masks }: Called<Value>): readonly Value[] {
    const where = whereOf(layer);
    const { build } = this;
    const name = call === 0 ? layer.name : `${layer.name}.call${call}`;
    if (operation && makesMask(layer, given)) return [makeMask(where, layer, operation, given)];
    if (given.length === 0) refuse(where, 'wrong number of inputs', 'at least 1', '0');
    const inputs = given.map((value) => asValue(where, value));
    if (operation) return runOperation(build, where, layer, name, operation, inputs);
    masks.forEach((mask, position) => {
      checkMask(where, build.masks.get(inputs[position]?.mask ?? ''), mask as Mask);
    });
    const own = this.weights(index);
    const run = Object.hasOwn(LAYERS, layer.className) ? LAYERS[layer.className] : undefined;
    if (!run) refuse(where, 'a layer that is not honoured', Object.keys(LAYERS).join(', '), layer.className);
    const config = new Config(where, layer.name, layer.config, build.reporter);
    const made = run({ build, config, entry: layer, name, inputs, arrays: own.take() });
    config.finish();
    return made;
  }
}

const asValue = (where: string, value: Value): Flow =>
  isMask(value) ? refuse(where, 'a mask where a value is due', 'a value of the model', value.of) : value;
