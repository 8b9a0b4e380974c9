import { type Stored, tensorAt } from '../formats/safetensors.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type Derived, fromOf, howOf } from './origin.js';

/** A way to keep a tensor as others: their names' ends, behind `name_` or `parametrizations.name.`. */
interface Form {
  readonly ends: readonly string[];
  readonly how: string;
  readonly work: (where: string, parts: readonly Stored[]) => Pick<Stored, 'shape' | 'read'>;
}

const SPECTRAL_NORM = { how: 'spectral norm: W / (uᵀ·W·v)', work: spectralNorm };
const WEIGHT_NORM = { how: 'weight norm: g·v / ‖v‖', work: weightNorm };
/** `torch.nn.utils`, before and since `parametrize`. Pruning first: what is pruned may be part of a norm. */
const FORMS: readonly Form[] = [
  { ends: ['_orig', '_mask'], how: 'pruned: W ∘ mask', work: prune },
  { ends: ['_orig', '_u', '_v'], ...SPECTRAL_NORM },
  { ends: ['.original', '.0._u', '.0._v'], ...SPECTRAL_NORM },
  { ends: ['_g', '_v'], ...WEIGHT_NORM },
  { ends: ['.original0', '.original1'], ...WEIGHT_NORM },
];
const UNKNOWN = [
  'a parametrization that is not honoured',
  'weight_norm or spectral_norm alone; else torch.nn.utils.parametrize.remove_parametrizations before saving',
] as const;
const PARAMETRIZED = /(^|\.)parametrizations\.([^.]+)$/;

/**
 * Puts together the tensors that `weight_norm`, `spectral_norm` and pruning keep in parts, as modules in eval mode do.
 * @throws {ImportError} a tensor beside its own parts, parts whose shapes do not belong together, another parametrization.
 */
export function foldReparametrised(tensors: Map<string, Stored>, modules: readonly string[], budget: Budget): void {
  for (const form of FORMS) for (const name of [...tensors.keys()]) fold(tensors, name, form, budget);
  for (const name of tensors.keys()) if (/(^|\.)parametrizations\./.test(name)) refuse(tensorAt(name), ...UNKNOWN);
  // One after another, the second without tensors of its own: the file may have its path.
  for (const path of modules)
    if (/(^|\.)parametrizations\.[^.]+\.[1-9]/.test(path)) refuse(`module ${path}`, ...UNKNOWN);
}

/** Modules that a file says the classes of. @throws {ImportError} a parametrization by another class than those of the table, whatever its tensors are. */
export function refuseOtherParametrizations(classes: Iterable<readonly [path: string, type: string]>): void {
  for (const [path, type] of classes)
    if (
      /(^|\.)parametrizations\.[^.]+\.\d+$/.test(path) &&
      !/^torch\.nn\.utils\.parametrizations\._(Weight|Spectral)Norm$/.test(type)
    )
      refuse(`module ${path}`, UNKNOWN[0], UNKNOWN[1], type);
}

/** Puts the tensor whose first part this is in the place of its parts, if all of them are there. */
function fold(tensors: Map<string, Stored>, name: string, { ends, how, work }: Form, budget: Budget): void {
  const [first] = ends as [string, ...string[]];
  if (!name.endsWith(first)) return;
  const stem = name.slice(0, -first.length);
  const names = ends.map((end) => stem + end);
  const parts = names.flatMap((part) => tensors.get(part) ?? []);
  if (parts.length < ends.length) return;
  const whole = first.startsWith('.') ? stem.replace(PARAMETRIZED, '$1$2') : stem;
  if (tensors.has(whole)) refuse(tensorAt(whole), 'stands beside its own parts', 'one of them', names.join(', '));
  const inner = parts.flatMap((part) => howOf(part) ?? []);
  const from = parts.map((part, index) => fromOf(part, names[index] as string)).join(', ');
  const { shape, read } = work(tensorAt(whole), parts);
  const size = 4 * shape.reduce((product, n) => product * n, 1);
  const counted = () => {
    budget.bytes(size, tensorAt(whole));
    return read();
  };
  const folded: Derived = { shape, read: counted, dtype: 'F32', from, how: [...inner, how].join('; ') };
  for (const part of names) tensors.delete(part);
  tensors.set(whole, folded);
}

const text = ({ shape }: Stored): string => `(${shape.join(', ')})`;

function prune(where: string, [whole, mask]: readonly Stored[]): Pick<Stored, 'shape' | 'read'> {
  const [of, by] = [whole, mask] as [Stored, Stored];
  if (`${of.shape}` !== `${by.shape}`) refuse(where, 'a mask of another shape', text(of), text(by));
  const read = () => {
    const factors = by.read();
    return of.read().map((value, k) => value * (factors[k] as number));
  };
  return { shape: of.shape, read };
}

/** `v` by the norms over all axes but one, times `g`, whose axes of length 1 say which: all, if it has none. */
function weightNorm(where: string, [g, v]: readonly Stored[]): Pick<Stored, 'shape' | 'read'> {
  const [length, direction] = [g, v] as [Stored, Stored];
  const { shape } = direction;
  const kept = shape.flatMap((size, axis) => (size > 1 && length.shape[axis] === size ? [axis] : []));
  const fits = length.shape.every((size, axis) => size === 1 || kept.includes(axis));
  if (!fits || kept.length > 1 || (length.shape.length > 0 && length.shape.length !== shape.length))
    refuse(where, 'weight norm of other shapes', `g of one axis of v's ${text(direction)}`, text(length));
  const { size, indexOf } = along(shape, kept[0]);
  const read = () => {
    const [lengths, data] = [length.read(), direction.read()];
    const squares = new Float64Array(size);
    data.forEach((value, k) => {
      squares[indexOf(k)] = (squares[indexOf(k)] as number) + value * value;
    });
    return data.map((value, k) => (value * (lengths[indexOf(k)] as number)) / Math.sqrt(squares[indexOf(k)] as number));
  };
  return { shape, read };
}

/** `W` by its largest singular value, as `u` and `v` of the training have it; its rows are those of one axis. */
function spectralNorm(where: string, [w, u, v]: readonly Stored[]): Pick<Stored, 'shape' | 'read'> {
  const [weight, left, right] = [w, u, v] as [Stored, Stored, Stored];
  const { shape } = weight;
  const total = shape.reduce((product, n) => product * n, 1);
  const [rows = 0, columns = 0] = [left.shape[0], right.shape[0]];
  const axes = shape.flatMap((size, axis) => (size === rows && size * columns === total ? [axis] : []));
  if (axes.length === 0 || left.shape.length !== 1 || right.shape.length !== 1)
    refuse(where, 'spectral norm of other shapes', `vectors for ${text(weight)}`, `${text(left)}, ${text(right)}`);
  const read = () => {
    const data = weight.read();
    const ways = axes.map((axis) => singularValue(data, shape, axis, left.read(), right.read()));
    const [best, second] = ways.sort((a, b) => a.angle - b.angle) as [Singular, Singular?];
    if (second && best.angle > second.angle / 10 && Math.abs(best.sigma - second.sigma) > 1e-6 * Math.abs(best.sigma))
      refuse(where, 'spectral norm along an axis that cannot be told', `vectors of one of the axes ${axes.join(', ')}`);
    return data.map((value) => value / best.sigma);
  };
  return { shape, read };
}

interface Singular {
  readonly sigma: number;
  /** 1 - cos of the angle between `u` and `W·v`, which point the same way after a step of the training's power iteration. */
  readonly angle: number;
}

function singularValue(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  u: Float32Array,
  v: Float32Array,
): Singular {
  const { size, indexOf, restOf } = along(shape, axis);
  const product = new Float64Array(size);
  data.forEach((value, k) => {
    product[indexOf(k)] = (product[indexOf(k)] as number) + value * (v[restOf(k)] as number);
  });
  const sigma = product.reduce((sum, value, row) => sum + value * (u[row] as number), 0);
  return { sigma, angle: 1 - sigma / (norm(product) * norm(u)) };
}

function norm(vector: Float32Array | Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

/** Where the k-th element stands along one axis, and among those of the same place there. No axis: all stand at 0. */
function along(shape: readonly number[], axis: number | undefined) {
  const size = axis === undefined ? 1 : (shape[axis] as number);
  const inner = axis === undefined ? 1 : shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const indexOf = (k: number) => Math.floor(k / inner) % size;
  const restOf = (k: number) => Math.floor(k / (inner * size)) * inner + (k % inner);
  return { size, indexOf, restOf };
}
