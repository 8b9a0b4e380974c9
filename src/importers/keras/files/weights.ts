import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';

/** An array of the file. */
export interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A variable of a layer: where a `.keras` file keeps it under the layer, and whether training changes it. */
export interface Variable {
  readonly path: string;
  readonly trainable: boolean;
}

/** A layer as the file lists it. */
export interface LayerEntry {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly name: string;
}

const CELLS: Readonly<Record<string, string>> = {
  LSTM: 'LSTMCell',
  GRU: 'GRUCell',
  SimpleRNN: 'SimpleRNNCell',
  CuDNNLSTM: 'LSTMCell',
  CuDNNGRU: 'GRUCell',
};

const on = (value: unknown, otherwise = true): boolean =>
  value === undefined || value === null ? otherwise : value === true;

/** `{class_name, config}`, the form of layers, cells and models. @throws {ImportError} */
export function entryOf(where: string, value: unknown): LayerEntry {
  if (!isObject(value) || typeof value.class_name !== 'string')
    return refuse(where, 'not a layer', '{class_name, config}', show(value));
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
  return { className: value.class_name, config: own, name };
}

/** More levels than any model that Keras wrote has: models are walked by recursion. */
const DEEPEST = 120;

/** The outermost model, once it is known that nothing in it is nested too deep. @throws {ImportError} */
export function rootOf(where: string, value: unknown): LayerEntry {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) refuse(where, 'nested too deep', `at most ${DEEPEST} levels`, 'more');
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
  return entryOf(where, value);
}

/** Keras' own rule for the names of groups: LSTMCell → lstm_cell. */
const snake = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Names of the groups that hold a list of layers or cells, in order: the class name, counted from the second on. */
export function groupNames(entries: readonly { className: string }[]): string[] {
  const counts = new Map<string, number>();
  return entries.map(({ className }) => {
    const base = snake(className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  });
}

export const isModel = (className: string): boolean => ['Sequential', 'Functional', 'Model'].includes(className);

/** The layers of a Sequential or Functional model. */
export function layersOf({ config, name }: LayerEntry): LayerEntry[] {
  const where = `model ${JSON.stringify(name)}`;
  if (!Array.isArray(config.layers)) return refuse(where, 'no layers', 'a list', show(config.layers));
  return config.layers.map((one) => entryOf(where, one));
}

export function cellsOf(where: string, config: Readonly<Record<string, unknown>>): LayerEntry[] {
  const cell = config.cell;
  if (Array.isArray(cell)) return cell.map((one) => entryOf(where, one));
  const one = entryOf(where, cell);
  if (one.className !== 'StackedRNNCells') return [one];
  if (!Array.isArray(one.config.cells)) return refuse(where, 'no cells', 'a list', show(one.config.cells));
  return one.config.cells.map((inner) => entryOf(where, inner));
}

const list = (base: string, ...trainable: boolean[]): Variable[] =>
  trainable.map((one, index) => ({ path: `${base}vars/${index}`, trainable: one }));

/** The variables of a layer in the order in which it makes them. */
export function variables({ className, config, name }: LayerEntry, base = ''): Variable[] {
  const where = `layer ${JSON.stringify(name)}`;
  const bias = on(config.use_bias) ? [true] : [];
  if (CELLS[className]) return list(`${base}cell/`, true, true, ...(className.startsWith('CuDNN') ? [true] : bias));
  switch (className) {
    case 'LSTMCell':
    case 'GRUCell':
    case 'SimpleRNNCell':
      return list(base, true, true, ...bias);
    case 'RNN': {
      const cells = cellsOf(where, config);
      const stacked =
        Array.isArray(config.cell) || (isObject(config.cell) && config.cell.class_name === 'StackedRNNCells');
      const groups = groupNames(cells);
      return cells.flatMap((cell, index) =>
        variables(cell, stacked ? `${base}cell/cells/${groups[index]}/` : `${base}cell/`),
      );
    }
    case 'Bidirectional': {
      const forward = entryOf(where, config.layer);
      const backward = config.backward_layer ? entryOf(where, config.backward_layer) : forward;
      return [...variables(forward, `${base}forward_layer/`), ...variables(backward, `${base}backward_layer/`)];
    }
    case 'TimeDistributed':
      return variables(entryOf(where, config.layer), `${base}layer/`);
    case 'Dense':
    case 'Conv1D':
      return list(base, true, ...bias);
    case 'Embedding':
    case 'PReLU':
      return list(base, true);
    case 'BatchNormalization':
      return list(base, ...(on(config.scale) ? [true] : []), ...(on(config.center) ? [true] : []), false, false);
    case 'RMSNormalization':
      return list(base, true);
    case 'LayerNormalization':
      if (on(config.rms_scaling, false)) return list(base, true);
      return list(base, ...(on(config.scale) ? [true] : []), ...(on(config.center) ? [true] : []));
    case 'Normalization':
      return config.mean === undefined || config.mean === null ? list(base, false, false, false) : [];
  }
  return [];
}

/** Hands out the arrays of one layer, in the order of `variables`. */
export type Weights = (index: number) => WeightsOf;
export interface WeightsOf {
  /** Of a layer that is no model. */
  take(): Stored[];
  /** Of the layers of a model. */
  readonly inner: Weights;
}

/** Arrays by paths such as `layers/lstm/cell/vars/0` (`.keras`). */
export function treeWeights(layers: readonly LayerEntry[], read: (path: string) => Stored, base = 'layers/'): Weights {
  const groups = groupNames(layers);
  return (index) => {
    const layer = layers[index] as LayerEntry;
    const path = `${base}${groups[index]}/`;
    return {
      take: () => variables(layer).map((variable) => read(path + variable.path)),
      get inner() {
        return treeWeights(layersOf(layer), read, `${path}layers/`);
      },
    };
  };
}

interface Slot {
  readonly variable: Variable;
  readonly frozen: boolean;
}

/** All variables of a layer or model, models laid open. */
function slotsOf(layer: LayerEntry, frozen: boolean): Slot[] {
  const off = frozen || layer.config.trainable === false;
  if (isModel(layer.className)) return layersOf(layer).flatMap((one) => slotsOf(one, off));
  return variables(layer).map((variable) => ({ variable, frozen: off }));
}

/** Arrays as lists, one per layer of the outermost model: those that train first, then the others (`.h5`, tfjs). */
export function listWeights(layers: readonly LayerEntry[], read: (layer: LayerEntry) => Stored[]): Weights {
  return (index) => {
    const layer = layers[index] as LayerEntry;
    const arrays = read(layer);
    const slots = slotsOf(layer, false);
    if (arrays.length !== slots.length) {
      refuse(
        `layer ${JSON.stringify(layer.name)}`,
        'wrong number of weights',
        `${slots.length}`,
        `${arrays.length}: ${arrays.map(({ name }) => name).join(', ')}`,
      );
    }
    const trains = ({ variable, frozen }: Slot): boolean => variable.trainable && !frozen;
    const order = [...slots.filter(trains), ...slots.filter((slot) => !trains(slot))];
    const own = slots.map((slot) => arrays[order.indexOf(slot)] as Stored);
    return share(layer, own);
  };
}

/** A model's arrays dealt out to its layers. */
function share(layer: LayerEntry, arrays: readonly Stored[]): WeightsOf {
  return {
    take: () => [...arrays],
    inner: (index) => {
      const layers = layersOf(layer);
      const counts = layers.map((one) => slotsOf(one, false).length);
      const from = counts.slice(0, index).reduce((a, b) => a + b, 0);
      return share(layers[index] as LayerEntry, arrays.slice(from, from + (counts[index] as number)));
    },
  };
}
