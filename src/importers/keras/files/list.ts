import { refuse } from '../../shared/refuse.js';
import type { LayerEntry } from '../entries.js';
import type { Bare } from './bare.js';
import type { Hdf5 } from './hdf5.js';
import { type Kept, listWeights, type Weights } from './weights.js';

/** An `.h5` file of Keras 2: a group for each layer, by its name, which lists its arrays. */
export class ListFile {
  readonly #names = new Map<string, string[]>();

  /** @param base the group that has those of the layers. */
  constructor(
    private readonly file: Hdf5,
    private readonly base: string,
  ) {}

  weights(layers: readonly LayerEntry[]): Weights {
    sameOrder(
      layers.map(({ name }) => name),
      this.file.names(this.base, 'layer_names'),
      (name) => this.#namesOf(name).length > 0,
    );
    return listWeights(layers, ({ name }) => this.#kept(name));
  }

  /** As weights without a model. */
  bare(): Bare {
    return {
      container: '.h5 of weights',
      weights: (layers) => this.weights(layers),
      finish() {},
      groups: () => {
        const layers = this.file.names(this.base, 'layer_names').filter((layer) => this.#namesOf(layer).length > 0);
        const groups = layers.map((name) => {
          const arrays = this.#kept(name).map((one) => [one.name, one.read().shape] as const);
          return { name, arrays: new Map(arrays.map(([path, shape]) => [path.slice(path.indexOf(name)), shape])) };
        });
        return { groups, ordered: true };
      },
    };
  }

  #namesOf(layer: string): string[] {
    const group = `${this.base}/${layer}`;
    const known = this.#names.get(group) ?? (this.file.has(group) ? this.file.names(group, 'weight_names') : []);
    this.#names.set(group, known);
    return known;
  }

  #kept(layer: string): Kept[] {
    const group = `${this.base}/${layer}`;
    return this.#namesOf(layer).map((name) => ({
      name: `${group}/${name}`,
      read: () => this.file.read(`${group}/${name}`),
    }));
  }
}

/**
 * Keras goes by the order in which the file lists the layers that have weights, and not by their names: the two must say the same.
 * @throws {ImportError} they do not.
 */
function sameOrder(layers: readonly string[], listed: readonly string[], weighs: (layer: string) => boolean): void {
  const [own, theirs] = [layers.filter(weighs), listed.filter(weighs)];
  const at = theirs.findIndex((name, index) => name !== own[index]);
  if (at >= 0 || own.length !== theirs.length)
    refuse(
      'file',
      'layer_names in another order than the layers',
      own.slice(0, 12).join(', '),
      theirs.slice(0, 12).join(', '),
    );
}
