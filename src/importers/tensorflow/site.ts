import type { NamedArray } from '../formats/npy.js';
import { Chain } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { areToday, type Names, namesOf } from './names.js';

/** Where a layer is built: the chain so far, and the variables that no layer has taken yet. */
export class Site extends Chain {
  /** The layer that is built. */
  name = '';
  /** Whether the last layer gave its last outputs alone. */
  isVector = false;

  constructor(
    reporter: Reporter,
    features: number,
    private readonly left: Map<string, NamedArray>,
  ) {
    super(reporter, features);
  }

  /** What a layer's variables are called. @throws {ImportError} as `namesOf` says. */
  names(layer: Parameters<typeof namesOf>[0]): Names {
    const names = namesOf(layer, (variable) => this.left.has(variable));
    if (!areToday(names)) this.reporter.note(`layer ${JSON.stringify(this.name)}: variables as named by ${names.by}`);
    return names;
  }

  /**
   * @param shape sizes; where the file decides, a word for what they are.
   * @throws {ImportError} no such variable, or of another shape.
   */
  take(name: string, shape: readonly (number | string)[]): NamedArray {
    const where = `variable ${JSON.stringify(name)}`;
    const expected = `(${shape.join(', ')})`;
    const missing = () =>
      refuse(where, 'missing', `a variable of shape ${expected}`, `unused: ${this.#unused() || 'none'}`);
    const found = this.left.get(name) ?? missing();
    const fits = (size: number, axis: number) => typeof shape[axis] === 'string' || shape[axis] === size;
    if (found.shape.length !== shape.length || !found.shape.every(fits))
      refuse(where, 'has the wrong shape', expected, `(${found.shape.join(', ')})`);
    this.left.delete(name);
    return found;
  }

  /**
   * Keeps what was made of a variable as a field of the layer.
   * @param from the variable's name. @param stored its shape.
   */
  field(
    field: string,
    shape: readonly number[],
    data: Float32Array,
    from: string,
    stored: readonly number[],
    how: string,
  ) {
    return this.keep(`${this.name}.${field}`, { shape, data }, { tensor: from, shape: stored, how });
  }

  /** @throws {ImportError} variables are left that no layer uses. */
  refuseUnused(): void {
    if (this.left.size > 0)
      refuse(
        'file',
        'variables that no layer of the config uses',
        'every variable used, or listed in config.ignore',
        this.#unused(),
      );
  }

  #unused(): string {
    return [...this.left.keys()].slice(0, 12).join(', ');
  }
}
