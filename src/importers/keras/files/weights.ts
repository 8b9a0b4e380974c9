import { refuse } from '../../shared/refuse.js';
import { isModel, type LayerEntry, layersOf, wrappedModel } from '../entries.js';
import { type Variable, variables } from '../layers/variables.js';
import { groupNames } from './group-names.js';
import type { Stored } from './stored.js';

/** Hands out the arrays of one layer, in the order of `variables`. */
export type Weights = (index: number) => WeightsOf;
export interface WeightsOf {
  /** Of a layer that is no model. */
  take(): Stored[];
  /** Of the layers of a model. */
  readonly inner: Weights;
}

/** Where a `.keras` file keeps the layers of a model, and by which names. */
export interface TreeForm {
  readonly root: string;
  names(layers: readonly LayerEntry[]): string[];
}

/** @param version of Keras. */
export function treeForm(version: string): TreeForm {
  if (!/^2\.1[234]\./.test(version)) return { root: 'layers/', names: (layers) => groupNames(layers) };
  // Before 2.14, a layer that has weights was listed, and so counted, twice.
  const times = version.startsWith('2.14.') ? 1 : 2;
  return {
    root: '_layer_checkpoint_dependencies/',
    names: (layers) => groupNames(layers, (layer) => (trainsOf(layer).length > 0 ? times : 1)),
  };
}

/** Arrays by paths such as `layers/lstm/cell/vars/0` (`.keras`). */
export interface Tree {
  read(path: string): Stored;
  has(path: string): boolean;
}

/** A layer that holds more arrays than its config makes would be read with each in another's place: refused. */
export function treeWeights(layers: readonly LayerEntry[], tree: Tree, form: TreeForm, base = ''): Weights {
  const groups = form.names(layers);
  return (index) => {
    const layer = layers[index] as LayerEntry;
    const path = `${base}${form.root}${groups[index]}/`;
    return {
      take() {
        const paths = variables(layer).map(({ path: own, otherPath }) =>
          otherPath !== undefined && !tree.has(path + own) ? path + otherPath : path + own,
        );
        const stored = paths.map((at) => tree.read(at));
        const more = leftOver(paths, path).find((at) => tree.has(at));
        if (more !== undefined) {
          const where = `layer ${JSON.stringify(layer.name)}`;
          refuse(where, 'an array that its config does not make', paths.join(', ') || 'none', more);
        }
        return stored;
      },
      get inner() {
        const wrapped = wrappedModel(layer);
        return wrapped
          ? treeWeights(layersOf(wrapped), tree, form, `${path}layer/`)
          : treeWeights(layersOf(layer), tree, form, path);
      },
    };
  };
}

/** The array after the last one in each group of a layer's, which may not be there. */
function leftOver(paths: readonly string[], layer: string): string[] {
  const counts = new Map([[`${layer}vars/`, 0]]);
  for (const path of paths) {
    const group = path.slice(0, path.lastIndexOf('/') + 1);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts].map(([group, count]) => group + count);
}

/** All variables of a layer or model, models laid open. @returns of each whether training changes it. */
export function trainsOf(layer: LayerEntry, frozen = false): boolean[] {
  const off = frozen || layer.config.trainable === false;
  if (isModel(layer.className)) return layersOf(layer).flatMap((inner) => trainsOf(inner, off));
  const wrapped = wrappedModel(layer);
  if (wrapped) return trainsOf(wrapped, off);
  return variables(layer).map(({ trainable }: Variable) => trainable && !off);
}

/** An array that is still in the file. */
export interface Kept {
  readonly name: string;
  read(): Stored;
}

/** Arrays as lists, one per layer of the outermost model: those that train first, then the others (`.h5`). */
export function listWeights(layers: readonly LayerEntry[], list: (layer: LayerEntry) => readonly Kept[]): Weights {
  return (index) => {
    const layer = layers[index] as LayerEntry;
    const arrays = list(layer);
    const trains = trainsOf(layer);
    if (arrays.length !== trains.length) {
      refuse(
        `layer ${JSON.stringify(layer.name)}`,
        'wrong number of weights',
        `${trains.length}`,
        `${arrays.length}: ${arrays
          .slice(0, 12)
          .map(({ name }) => name)
          .join(', ')}`,
      );
    }
    let trained = 0;
    let others = trains.filter((first) => first).length;
    return share(
      layer,
      trains.map((first) => (arrays[first ? trained++ : others++] as Kept).read()),
    );
  };
}

/** A layer's arrays in the order of `variables`; a model's dealt out to its layers. */
export function share(layer: LayerEntry, arrays: readonly Stored[]): WeightsOf {
  return {
    take: () => [...arrays],
    get inner() {
      let end = 0;
      const parts = layersOf(wrappedModel(layer) ?? layer).map((inner) => {
        const begin = end;
        end += trainsOf(inner).length;
        return share(inner, arrays.slice(begin, end));
      });
      return (index: number) => parts[index] as WeightsOf;
    },
  };
}
