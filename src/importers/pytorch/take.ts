import { ImportError } from '../../errors.js';
import type { TensorSpec } from '../../spec.js';
import type { SafetensorsFile } from '../formats/safetensors.js';
import type { PyTorchReportRow } from './report.js';

/** Hands out the file's tensors by name and shape, and knows at the end which were never asked for. */
export class Taker {
  readonly report: PyTorchReportRow[] = [];
  readonly taken: Record<string, TensorSpec> = {};
  readonly #left: Map<string, TensorSpec>;

  constructor(readonly file: SafetensorsFile) {
    this.#left = new Map(Object.entries(file.tensors));
  }

  /**
   * @param shape sizes; `undefined` where the file decides.
   * @returns the tensor's shape.
   * @throws {ImportError} missing, of another shape, or already taken by another layer.
   */
  take(name: string, shape: readonly (number | undefined)[], becomes: string, how: string): readonly number[] {
    const tensor = this.#left.get(name);
    if (tensor === undefined) this.#refuseMissing(name, shape, becomes);
    if (
      tensor.shape.length !== shape.length ||
      shape.some((size, axis) => (size ?? tensor.shape[axis]) !== tensor.shape[axis])
    ) {
      throw new ImportError(`not the shape that ${becomes} has`, {
        where: at(name),
        expected: shapeText(shape),
        got: shapeText(tensor.shape),
      });
    }
    this.#left.delete(name);
    this.taken[name] = tensor;
    const dtype = this.file.dtypes[name];
    const values = dtype === 'F32' ? 'values unchanged' : `values ${dtype} → float32`;
    this.report.push({ tensor: name, shape: tensor.shape, becomes, how: how === '' ? values : `${how}; ${values}` });
    return tensor.shape;
  }

  /** @throws {ImportError} tensors are left that no layer uses. */
  finish(): void {
    if (this.#left.size === 0) return;
    throw new ImportError('tensors that no layer of the config uses', {
      where: 'file',
      expected: 'every tensor used, or listed in config.ignore',
      got: names(this.#left.keys()),
    });
  }

  #refuseMissing(name: string, shape: readonly (number | undefined)[], becomes: string): never {
    const used = Object.hasOwn(this.taken, name);
    throw new ImportError(used ? 'used by two layers' : `missing; needed as ${becomes}`, {
      where: at(name),
      expected: used ? 'one layer per tensor' : `a tensor of shape ${shapeText(shape)}`,
      got: used ? becomes : `unused tensors: ${names(this.#left.keys())}`,
    });
  }
}

const at = (name: string): string => `tensor ${JSON.stringify(name)}`;

export function shapeText(shape: readonly (number | undefined)[]): string {
  return `(${shape.map((size) => size ?? 'any').join(', ')})`;
}

function names(all: Iterable<string>): string {
  const list = [...all];
  return list.length > 12 ? `${list.slice(0, 12).join(', ')} and ${list.length - 12} more` : list.join(', ') || 'none';
}
