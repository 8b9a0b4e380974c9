import type { NamedArray } from '../../formats/npy.js';
import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { isModel, type LayerEntry, layersOf, wrappedModel } from '../entries.js';
import { variables } from '../layers/variables.js';
import type { Hdf5 } from './hdf5.js';
import { trainsOf, treeForm, treeWeights, type Weights } from './weights.js';

/** The arrays of one layer, as far as a draft wants to know them. */
export interface Group {
  readonly name: string;
  /** By their paths within the layer. */
  readonly arrays: ReadonlyMap<string, readonly number[]>;
}

/** Weights without a model. */
export interface Bare {
  /** As the report names it. */
  readonly container: string;
  /** The version of Keras that they state, if they do. */
  readonly version?: string | undefined;
  /** A model's arrays. @throws {ImportError} arrays that the model does not have. */
  weights(layers: readonly LayerEntry[], version: string): Weights;
  /** Once the model has taken its arrays. @throws {ImportError} arrays that it has not taken. */
  finish(): void;
  /** In the order of the layers, if that is known. */
  groups(): { readonly groups: readonly Group[]; readonly ordered: boolean };
}

/** No layer is nested as deep as this. */
const DEEPEST = 12;

/** `save_weights('….weights.h5')`: groups named by classes, in an order that only the model knows. */
export function treeFile(file: Hdf5, budget: Budget): Bare {
  const arraysIn = (path: string, own = '', depth = 0): [string, readonly number[]][] =>
    file.keys(path).flatMap((key): [string, readonly number[]][] => {
      budget.nodes(1, 'file');
      const at = `${path}/${key}`;
      const name = own === '' ? key : `${own}/${key}`;
      if (/(^|\/)vars\/\d+$/.test(name)) return [[name, file.read(at).shape]];
      return depth < DEEPEST ? arraysIn(at, name, depth + 1) : [];
    });
  const check = (layers: readonly LayerEntry[], version: string, base = ''): void => {
    const form = treeForm(version);
    const names = form.names(layers);
    if (file.has(`${base}vars/0`)) refuse('file', 'variables of the model itself', 'those of layers', `${base}vars/0`);
    const known = new Set(names);
    for (const key of file.keys(base + form.root))
      if (!known.has(key) && arraysIn(base + form.root + key).length > 0)
        refuse('file', 'weights of a layer that the model does not have', names.join(', ').slice(0, 400), key);
    layers.forEach((layer, index) => {
      const path = `${base}${form.root}${names[index]}/`;
      const wrapped = wrappedModel(layer);
      if (wrapped) check(layersOf(wrapped), version, `${path}layer/`);
      else if (isModel(layer.className)) check(layersOf(layer), version, path);
    });
  };
  return {
    container: 'weights.h5',
    weights(layers, version) {
      check(layers, version);
      return treeWeights(layers, file, treeForm(version));
    },
    finish() {},
    groups() {
      const root = file.has('layers') ? 'layers' : '_layer_checkpoint_dependencies';
      const all = file.keys(root).map((name) => ({ name, arrays: new Map(arraysIn(`${root}/${name}`)) }));
      return { groups: all.filter(({ arrays }) => arrays.size > 0), ordered: false };
    },
  };
}

/** What a trainer keeps beside the model. */
const TRAINING = /^(optimizer|save_counter|_CHECKPOINTABLE_OBJECT_GRAPH|keras_api\/metrics)|\/?\.OPTIMIZER_SLOT/;

/** `save_weights('x')` before Keras 3: variables by the way to them, `layer_with_weights-0/cell/kernel`. */
export function checkpoint(arrays: ReadonlyMap<string, NamedArray>): Bare {
  const left = new Set([...arrays.keys()].filter((name) => !TRAINING.test(name)));
  const weights = (layers: readonly LayerEntry[], base = ''): Weights => {
    // Only layers that have weights count.
    let count = 0;
    const places = layers.map((layer) => (trainsOf(layer).length > 0 ? count++ : undefined));
    return (index) => {
      const layer = layers[index] as LayerEntry;
      const path = `${base}layer_with_weights-${places[index]}/`;
      return {
        take: () =>
          variables(layer).map((variable) => {
            const name = path + placeOf(variable);
            const found =
              arrays.get(name) ??
              refuse(
                `layer ${JSON.stringify(layer.name)}`,
                'no such variable',
                name,
                `left: ${[...left].slice(0, 12).join(', ')}`,
              );
            left.delete(name);
            return { name, shape: found.shape, data: found.data };
          }),
        get inner() {
          const wrapped = wrappedModel(layer);
          return wrapped ? weights(layersOf(wrapped), `${path}layer/`) : weights(layersOf(layer), path);
        },
      };
    };
  };
  return {
    container: 'checkpoint',
    weights: (layers) => weights(layers),
    finish() {
      if (left.size > 0)
        refuse(
          'file',
          'variables that the model does not have',
          'every variable used',
          [...left].slice(0, 12).join(', '),
        );
    },
    groups() {
      const groups = new Map<string, Map<string, readonly number[]>>();
      for (const name of [...left].sort(byNumber)) {
        const end = name.indexOf('/');
        const own = groups.get(name.slice(0, end)) ?? new Map();
        groups.set(name.slice(0, end), own.set(name.slice(end + 1), arrays.get(name)?.shape ?? []));
      }
      return { groups: [...groups].map(([name, own]) => ({ name, arrays: own })), ordered: true };
    },
  };
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The way to a variable: its own name in the place of its number; cells among others by theirs. */
function placeOf({ path, otherPath, name, scopes }: ReturnType<typeof variables>[number]): string {
  const place = (otherPath ?? path).replace(/vars\/\d+$/, name);
  const number = [...(scopes.at(-1) ?? [])].flatMap((scope) => /^RNNCell_(\d+)$/.exec(scope)?.[1] ?? [])[0];
  return number === undefined ? place : place.replace(/cells\/[^/]+\//, `cells/${number}/`);
}
