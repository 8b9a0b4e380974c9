import { numbers, type Op } from '../context.js';
import { isSym, sameNum } from '../num.js';
import {
  type Atom,
  type Constant,
  hasBatch,
  type Item,
  PAIRS,
  type Pairs,
  runTime,
  type SumWeights,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import { reduction } from './reduce.js';

// Additive attention over the model's own timesteps (Bahdanau et al. 2015): the sum of every query with every key is no value that the model has a place
// for. It is followed until it is scores:
//
//     Add        q [batch, T, 1, size] + k [batch, 1, S, size]    sums
//     Tanh                                                        their tanh
//     MatMul     tanh · w [size, 1]                               scores
//     Mul        tanh ∘ w [size]                                  weighed
//     ReduceSum  over the features                                scores

type Sums = Extract<Pairs, { kind: 'sums' }>;

/** Whether axes in front of a product go together one by one: the batch beside the batch, as many heads beside heads. */
export const goTogether = (a: Value, b: Value): boolean =>
  a.axes.length === b.axes.length &&
  a.axes.slice(0, -2).every((own, i) => {
    const [mine, other] = [own, b.axes[i] as readonly Atom[]].map((atoms) => atoms.filter(({ size }) => size !== 1));
    return (
      mine?.length === other?.length &&
      (mine as Atom[]).every((atom, j) => {
        const beside = (other as Atom[])[j] as Atom;
        return (atom.kind === 'batch') === (beside.kind === 'batch') && sameNum(atom.size, beside.size);
      })
    );
  });

/** Whether an axis is the run's time of a value, and nothing else. */
export const isTime = (x: Value, axis: readonly Atom[] | undefined): boolean =>
  axis?.length === 1 && axis[0] === runTime(x) && isSym(axis[0]?.size);

const isOne = (axis: readonly Atom[] | undefined): boolean => axis !== undefined && totalSize(axis) === 1;

/** The sums of queries `[…, T, 1, size]` and keys `[…, 1, S, size]`, in either order; undefined for other sums. */
export function sumsOf({ type, inputs }: Op): Value | undefined {
  const [a, b] = inputs;
  if (type !== 'Add' || a?.kind !== 'value' || b?.kind !== 'value' || a.pairs || b.pairs) return undefined;
  const rank = a.axes.length;
  const isQuery = (x: Value): boolean => isTime(x, x.axes[rank - 3]) && isOne(x.axes[rank - 2]);
  const [q, k] = isQuery(a) ? [a, b] : [b, a];
  if (rank < 3 || b.axes.length !== rank || !isQuery(q) || !isTime(k, k.axes[rank - 2]) || !isOne(k.axes[rank - 3]))
    return undefined;
  const [ofQuery, ofKey] = [q, k].map((x) => x.axes[rank - 1]) as [readonly Atom[], readonly Atom[]];
  const plain = [ofQuery, ofKey].every((atoms) => !hasBatch(atoms) && !atoms.some(({ kind }) => kind === 'time'));
  const lead = q.axes.slice(0, -3);
  const heads = [lead, k.axes.slice(0, -3)].some((axes) => axes.flatMap(withoutBatch).some(({ size }) => size !== 1));
  if (!plain || heads || !sameNum(totalSize(ofQuery), totalSize(ofKey))) return undefined;
  const time = q.axes[rank - 3] as readonly Atom[];
  const step = k.axes[rank - 2] as readonly Atom[];
  const query: Value = { ...q, axes: [...lead, time, ofQuery] };
  const key: Value = { ...k, axes: [...k.axes.slice(0, -3), ofKey, step] };
  if (!goTogether(query, key)) return undefined;
  const keys: Atom = { kind: 'time', size: (step[0] as Atom).size };
  const pairs: Sums = { kind: 'sums', q: query, k: key, keys, tanh: false };
  return { ...q, name: PAIRS, time: [], features: [], axes: [...lead, time, [keys], ofQuery], pairs };
}

/** What an operator makes of sums; undefined if it reads none. @param no refuses what additive scores do not have. */
export function ofSums(op: Op, no: () => never): Value | undefined {
  const at = op.inputs.findIndex((own) => own?.kind === 'value' && own.pairs?.kind === 'sums');
  if (at < 0) return undefined;
  const x = op.inputs[at] as Value;
  const pairs = x.pairs as Sums;
  const last = x.axes.length - 1;
  const size = totalSize(x.axes[last] as readonly Atom[]);
  const scores = (weight: SumWeights | undefined, axes: readonly (readonly Atom[])[]): Value => {
    const { q, k, keys } = pairs;
    const sums = weight ? { weight } : {};
    return {
      ...x,
      axes: [...x.axes.slice(0, -1), ...axes],
      pairs: { kind: 'scores', q, k, heads: [], keys, scale: 1, causal: false, weights: false, sums },
    };
  };
  /** One number for each feature, of a constant of these axes; none else. */
  const weightOf = (given: Item | undefined, fits: (dims: Constant['dims']) => boolean): SumWeights =>
    given?.kind === 'constant' && fits(given.dims) && pairs.tanh && !pairs.weight
      ? { data: numbers(op.where, given), constant: given }
      : no();
  switch (op.type) {
    case 'Identity':
    case 'Dropout':
      return x;
    case 'Tanh':
      return pairs.tanh ? no() : { ...x, pairs: { ...pairs, tanh: true } };
    case 'Mul': {
      const weight = weightOf(
        op.inputs[1 - at],
        (dims) => dims.length <= last + 1 && dims.at(-1) === size && dims.slice(0, -1).every((n) => n === 1),
      );
      return { ...x, pairs: { ...pairs, weight } };
    }
    case 'MatMul': {
      const weight = weightOf(
        at === 0 ? op.inputs[1] : undefined,
        (dims) => dims[0] === size && (dims.length === 1 || (dims.length === 2 && dims[1] === 1)),
      );
      return scores(weight, weight.constant.dims.length === 1 ? [] : [[]]);
    }
    case 'ReduceSum': {
      const { axes, keep } = reduction(op);
      const fits = pairs.tanh && axes?.length === 1 && (axes[0] === -1 || axes[0] === last);
      return fits ? scores(pairs.weight, keep ? [[]] : []) : no();
    }
  }
  return no();
}
