import { isObject, show } from '../formats/json.js';
import { checkKeys } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';

/** A layer as the file lists it. */
export interface LayerEntry {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly name: string;
  /** Whether it is an operation (`y + 1`, `keras.ops.mean`), no layer of the same name; undefined if the file does not say. */
  readonly isOperation?: boolean | undefined;
}

/** Of layers and models; how they were built, compiled and shared changes nothing about what they compute. */
const KEYS = [
  'class_name',
  'config',
  'name',
  'module',
  'registered_name',
  'inbound_nodes',
  'build_config',
  'compile_config',
  'shared_object_id',
  'keras_version',
  'backend',
];
const MODEL_KEYS = ['name', 'trainable', 'layers', 'input_layers', 'output_layers', 'dtype', 'build_input_shape'];

/** In tf.keras, operations are layers that hold one. */
export const OPERATION_LAYERS: readonly string[] = ['TFOpLambda', 'SlicingOpLambda'];

/** `{class_name, config}`, the form of layers, cells and models. @throws {ImportError} */
export function entryOf(where: string, value: unknown): LayerEntry {
  if (!isObject(value) || typeof value.class_name !== 'string')
    return refuse(where, 'not a layer', '{class_name, config}', show(value));
  checkKeys(value, where, KEYS);
  const config = value.config;
  const own = isObject(config)
    ? config
    : Array.isArray(config)
      ? { layers: config }
      : refuse(where, 'a layer without a config', 'an object', show(config));
  const name =
    typeof value.name === 'string'
      ? value.name
      : typeof own.name === 'string'
        ? own.name
        : value.class_name.toLowerCase();
  const module = typeof value.module === 'string' ? value.module : 'keras';
  const registered = value.registered_name;
  const foreign =
    !/^(tf_keras|keras|tensorflow|builtins)/.test(module) ||
    (typeof registered === 'string' && registered.includes('>') && !/^(keras|tf_keras|Custom>keras)/i.test(registered));
  if (foreign)
    refuse(
      `layer ${JSON.stringify(name)}`,
      'a custom object',
      'layers of Keras itself',
      `${String(registered ?? module)} (${value.class_name})`,
    );
  const isOperation = OPERATION_LAYERS.includes(value.class_name)
    ? true
    : typeof value.module === 'string'
      ? /^keras\.src\.(ops|activations)\b/.test(module)
      : undefined;
  return { className: value.class_name, config: own, name, isOperation };
}

/** More levels than any model that Keras wrote has: models are walked by recursion. */
const DEEPEST = 120;

/** The outermost model, once it is known that nothing in it is nested too deep. @throws {ImportError} */
export function rootOf(where: string, value: unknown): LayerEntry {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) refuse(where, 'nested too deep', `at most ${DEEPEST} levels`, 'more');
    level = level.flatMap((outer) =>
      typeof outer === 'object' && outer !== null
        ? Object.values(outer).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
  return entryOf(where, value);
}

export const isModel = (className: string): boolean => ['Sequential', 'Functional', 'Model'].includes(className);

/** The model whose layers are applied at every timestep, if the layer is TimeDistributed around one. @throws {ImportError} */
export function wrappedModel({ className, config, name }: LayerEntry): LayerEntry | undefined {
  const { layer } = config;
  if (className !== 'TimeDistributed' || !isObject(layer) || !isModel(`${layer.class_name}`)) return undefined;
  return entryOf(`layer ${JSON.stringify(name)}`, layer);
}

/** The layers of a Sequential or Functional model. @throws {ImportError} no list; two of one name, which no version of Keras lets be. */
export function layersOf({ config, name }: LayerEntry): LayerEntry[] {
  const where = `model ${JSON.stringify(name)}`;
  if (!Array.isArray(config.layers)) return refuse(where, 'no layers', 'a list', show(config.layers));
  checkKeys(config, where, MODEL_KEYS);
  const layers = config.layers.map((layer) => entryOf(where, layer));
  const names = new Set<string>();
  for (const { name: own } of layers) {
    if (names.has(own)) refuse(where, 'layers of one name', 'every name once', own);
    names.add(own);
  }
  return layers;
}

/** The cells of an `RNN` layer. */
export function cellsOf(where: string, config: Readonly<Record<string, unknown>>): LayerEntry[] {
  const cell = config.cell;
  if (Array.isArray(cell)) return cell.map((inner) => entryOf(where, inner));
  const single = entryOf(where, cell);
  if (single.className !== 'StackedRNNCells') return [single];
  if (!Array.isArray(single.config.cells)) return refuse(where, 'no cells', 'a list', show(single.config.cells));
  return single.config.cells.map((inner) => entryOf(where, inner));
}
