import type { TensorSpec } from '../../spec.js';
import { Reporter } from '../report.js';
import { refuse } from './refuse.js';
import type { Stored, Weights } from './tensor.js';

type Sizes = readonly (number | undefined)[];

/** Hands out the file's tensors by name and shape, and knows at the end which were never asked for. */
export class Taker {
  readonly report = new Reporter();
  readonly taken: Record<string, TensorSpec> = {};
  readonly #left: Map<string, Stored>;

  constructor(readonly file: Weights) {
    this.#left = new Map(file.tensors);
    for (const note of file.notes) this.report.note(note);
  }

  /** The shape of a tensor that is not taken yet. */
  peek(name: string): readonly number[] | undefined {
    return this.#left.get(name)?.shape;
  }

  /**
   * @param shape sizes; `undefined` where the file decides.
   * @param change what the model has instead of the file's tensor.
   * @returns the file's shape.
   * @throws {ImportError} missing, of another shape, without elements, or already taken by another layer.
   */
  take(
    name: string,
    shape: Sizes,
    becomes: string,
    how: string,
    change = (tensor: TensorSpec) => tensor,
  ): readonly number[] {
    const stored = this.#left.get(name);
    if (stored === undefined) this.#refuseMissing(name, shape, becomes);
    const { shape: got, dtype } = stored;
    if (
      got.length !== shape.length ||
      got.includes(0) ||
      shape.some((size, axis) => (size ?? got[axis]) !== got[axis])
    ) {
      refuse(at(name), `not the shape that ${becomes} has`, shapeText(shape), shapeText(got));
    }
    this.#left.delete(name);
    this.taken[name] = change({ shape: got, data: stored.read() });
    const values = dtype === 'F32' ? 'values unchanged' : `values ${dtype} → float32`;
    this.report.tensor(name, got, becomes, how === '' ? values : `${how}; ${values}`);
    return got;
  }

  /** @throws {ImportError} tensors are left that no layer uses. */
  finish(): void {
    if (this.#left.size === 0) return;
    refuse(
      'file',
      'tensors that no layer of the config uses',
      'every tensor used, or listed in config.ignore',
      names(this.#left.keys()),
    );
  }

  #refuseMissing(name: string, shape: Sizes, becomes: string): never {
    const used = Object.hasOwn(this.taken, name);
    refuse(
      at(name),
      used ? 'used by two layers' : `missing; needed as ${becomes}`,
      used ? 'one layer per tensor' : `a tensor of shape ${shapeText(shape)}`,
      used ? becomes : `unused tensors: ${names(this.#left.keys())}`,
    );
  }
}

const at = (name: string): string => `tensor ${JSON.stringify(name)}`;

function shapeText(shape: Sizes): string {
  return `(${shape.map((size) => size ?? 'any').join(', ')})`;
}

function names(all: Iterable<string>): string {
  const list = [...all];
  return list.length > 12 ? `${list.slice(0, 12).join(', ')} and ${list.length - 12} more` : list.join(', ') || 'none';
}
