import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, known, type Op } from '../context.js';
import { filled } from '../fold/elements.js';
import { fold } from '../fold/fold.js';
import { arranged } from '../layout.js';
import { isSym, type Num, sameNum, showSize } from '../num.js';
import {
  type Atom,
  constant,
  count,
  dimsOf,
  hasBatch,
  type Item,
  PAIRS,
  type Pairs,
  runTime,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import { newNumbers } from '../whole-types.js';
import { item, type Run } from './run.js';
import { goTogether, isTime, ofSums } from './sums.js';

// Attention over the model's own timesteps, whose number is open: the product of every query with every key is no value that the model has a
// place for. It is followed, through what is done to scores on the way to their softmax, until they weigh the values:
//
//     MatMul    q [batch, heads, T, size] · k [batch, heads, size, T]     scores
//     Mul, Div  by a number                                              the same, with another scale
//     Add, Where  of a triangle of -inf                                  the same, causal
//     Softmax   over the keys                                            weights
//     MatMul    weights · v [batch, heads, T, size]                      the layer
//
// Additive scores are followed from the sums that they are made of (sums.ts).
//
// A triangle is followed from where it is made: a number up to the timestep itself and another above.

type Scores = Extract<Pairs, { kind: 'scores' }>;
type Triangle = Extract<Pairs, { kind: 'triangle' }>;

export const isFollowed = (item: Item | undefined): boolean => item?.kind === 'value' && item.pairs !== undefined;

/**
 * What is added to a score, or stands in its place, so that nothing is left of it: exp of it is 0 beside all scores but those that are as far below 0
 * themselves. Frameworks add -inf, float32's lowest number or, as Keras does and as it is written by hand, -1e9.
 */
const NOTHING = -1e9;

const solid = (atoms: readonly Atom[]): Atom[] => atoms.filter(({ size, kind }) => size !== 1 && kind !== 'batch');

/** The scores of queries `[…, T, size]` with keys `[…, size, T]`; undefined for other products. */
export function scoresOf({ where, outputs }: Op, q: Value, k: Value): Value | undefined {
  const [m, size] = q.axes.slice(-2);
  const [kSize, n] = k.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  if (!isTime(q, m) || !isTime(k, n) || q.pairs || k.pairs) return undefined;
  const plain = [size as readonly Atom[], kSize].every(
    (atoms) => !hasBatch(atoms) && !atoms.some(({ kind }) => kind === 'time'),
  );
  if (!plain || !sameNum(totalSize(size as readonly Atom[]), totalSize(kSize)) || !goTogether(q, k))
    refuse(
      where,
      'a product of every timestep with every other',
      'heads of queries beside heads of keys; options.shapes',
      outputs[0],
    );
  const keys: Atom = { kind: 'time', size: (n[0] as Atom).size };
  const heads = q.axes.slice(0, -2).flatMap(solid);
  const pairs: Scores = { kind: 'scores', q, k, heads, keys, scale: 1, causal: false, weights: false };
  return { ...q, name: PAIRS, time: [], features: [], axes: [...q.axes.slice(0, -1), [keys]], pairs };
}

/** The layer that weights `[…, T, S]` and values `[…, S, size]` come to; undefined for other products. @throws {ImportError} */
export function attend(op: Op, ctx: Context, weights: Value, v: Value): Value | undefined {
  const { where } = op;
  if (!weights.pairs && !v.pairs) return undefined;
  const { pairs } = weights;
  const [s, n] = v.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  if (pairs?.kind !== 'scores' || !pairs.weights || v.pairs) return refusePairs(op);
  const { q, k, heads, keys, scale, causal, sums } = pairs;
  const lead = weights.axes.slice(0, -2);
  const own = lead.flatMap(solid);
  const [m, over] = weights.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const fits =
    isTime(q, m) &&
    over[0] === keys &&
    over.length === 1 &&
    isTime(v, s) &&
    sameNum(keys.size, (s[0] as Atom).size) &&
    own.length === heads.length &&
    own.every((atom, i) => atom === heads[i]) &&
    goTogether(weights, v) &&
    !hasBatch(n) &&
    !n.some(({ kind }) => kind === 'time');
  if (!fits) {
    const got = `[${[weights, v].map((x) => dimsOf(x).map(showSize).join(', ')).join('] · [')}]`;
    refuse(where, 'weights that do not go with what they weigh', '[…, queries, keys] · […, keys, features]', got);
  }
  const flow = (x: Value): Atom[] => [runTime(x) as Atom];
  const part = (x: Value, lead: readonly (readonly Atom[])[], last: readonly Atom[]): string =>
    arranged(ctx, where, x, flow(x), [...lead.flatMap(withoutBatch), ...last]).name;
  const inputs = [
    part(q, q.axes.slice(0, -2), q.axes.at(-1) as readonly Atom[]),
    part(k, k.axes.slice(0, -2), k.axes.at(-2) as readonly Atom[]),
    part(v, v.axes.slice(0, -2), n),
  ];
  const { weight } = sums ?? {};
  const tensors = weight && {
    weight: ctx.tensor(weight.constant.tensor ?? 'weight', [weight.data.length], weight.data, {
      constant: weight.constant,
      becomes: `${op.outputs[0]}.weight`,
      how: 'one per feature',
    }),
  };
  const additive = sums && ({ scores: 'additive', ...(tensors && { tensors }) } as const);
  const node = {
    type: 'attention',
    inputs,
    heads: count(heads),
    scale,
    ...additive,
    ...(causal && { causal }),
  } as const;
  const name = ctx.add(node, op.outputs[0] as string);
  const { pairs: _, ...rest } = weights;
  return {
    ...rest,
    name,
    time: flow(q),
    features: [...lead.flatMap(withoutBatch), ...n],
    axes: [...lead, m, n],
    type: v.type,
  };
}

function refusePairs(op: Op): never {
  const what = op.inputs.some((own) => own?.kind === 'value' && own.pairs && own.pairs.kind !== 'triangle')
    ? 'scores'
    : 'a mask';
  const expected =
    'queries times keys or v·tanh(q + k), scaled, causal or not, their softmax times values; a fixed time: options.shapes';
  return refuse(op.where, `${what} of every timestep with every other, not as attention has it`, expected, op.type);
}

/** The number that a constant is everywhere. */
function numberOf(given: Item | undefined): number | undefined {
  if (given === undefined || given.kind === 'value') return undefined;
  const all: readonly Num[] = given.kind === 'filled' ? [given.value] : Array.from(given.data);
  const [first] = all;
  return typeof first === 'number' && all.every((n) => n === first) ? first : undefined;
}

const triangleOf = (given: Item | undefined): Triangle | undefined =>
  given?.kind === 'value' && given.pairs?.kind === 'triangle' ? given.pairs : undefined;

/** Operators that leave numbers as they are, or ask for the shape alone; and products, which scores are made for. */
const PASS = new Set(
  'Identity Dropout Transpose Reshape Squeeze Unsqueeze Flatten Shape Size MatMul Einsum Attention'.split(' '),
);

/** Operators that make each number of the numbers at its own place. */
const EACH = new Set(
  'Not Cast Equal Less LessOrEqual Greater GreaterOrEqual And Or Where Add Sub Mul Div Neg'.split(' '),
);

/** What an operator makes of scores, or of a triangle. @throws {ImportError} it is none that attention has. */
export function withPairs(op: Op, ctx: Context, run: Run | undefined): (Item | undefined)[] {
  const sums = ofSums(op, () => refusePairs(op));
  if (sums) return [sums];
  if (run && PASS.has(op.type)) return run(op, ctx);
  const at = op.inputs.findIndex((own) => own?.kind === 'value' && own.pairs?.kind === 'scores');
  if (at < 0) return [ofTriangle(op, ctx, run)];
  const x = op.inputs[at] as Value;
  const pairs = x.pairs as Scores;
  if (run && op.type === 'Cast') return run(op, ctx);
  if (pairs.weights) return refusePairs(op);
  const made = (change: Partial<Scores>): Item[] => [{ ...x, pairs: { ...pairs, ...change } }];
  const other = op.inputs[op.inputs.length - 1 - at];
  const n = op.inputs.length === 2 ? numberOf(other) : undefined;
  switch (op.type) {
    case 'Mul':
      return n !== undefined && Number.isFinite(n) && !pairs.causal
        ? made({ scale: pairs.scale * n })
        : refusePairs(op);
    case 'Div':
      return n && at === 0 && Number.isFinite(n) && !pairs.causal ? made({ scale: pairs.scale / n }) : refusePairs(op);
    case 'Add':
      // One number beside all leaves their softmax as it is.
      return n !== undefined && Number.isFinite(n)
        ? [x]
        : isCausal(triangleOf(other), pairs)
          ? made({ causal: true })
          : refusePairs(op);
    case 'Where': {
      const condition = triangleOf(op.inputs[0]);
      const rest = numberOf(op.inputs[3 - at]);
      // Where the condition does not hold, the other number stands.
      const kept = (yes: number): number => ((at === 1) === (yes !== 0) ? 0 : (rest ?? 0));
      const mask = condition &&
        rest !== undefined &&
        at > 0 && { on: kept(condition.on), above: kept(condition.above) };
      return mask && isCausal({ kind: 'triangle', ...mask }, pairs) ? made({ causal: true }) : refusePairs(op);
    }
    case 'Softmax': {
      const rank = x.axes.length;
      const axis = axisAt(op.where, op.attributes.int('axis', op.opset < 13 ? 1 : -1), rank);
      return axis === rank - 1 && x.axes[axis]?.[0] === pairs.keys ? made({ weights: true }) : refusePairs(op);
    }
  }
  return refusePairs(op);
}

/** Whether nothing is added up to the timestep itself and nothing left above: of queries and keys of one time. */
const isCausal = (triangle: Triangle | undefined, { q, k }: Scores): boolean =>
  triangle?.on === 0 && triangle.above <= NOTHING && sameNum(runTime(q)?.size, runTime(k)?.size);

/** What constants' arithmetic makes of a triangle's two numbers. */
function ofTriangle(op: Op, ctx: Context, run: Run | undefined): Item {
  if (!run || !EACH.has(op.type)) return refusePairs(op);
  const x = op.inputs.find(isFollowed) as Value;
  const inputs = op.inputs.map((own): Item | undefined => {
    const triangle = triangleOf(own);
    if (triangle) return constant([2], [triangle.on, triangle.above], (own as Value).type);
    const n = numberOf(own);
    return n === undefined ? undefined : constant([], [n], (own as Item).type);
  });
  const site = { ...op, inputs };
  const made = inputs.includes(undefined) ? undefined : (fold(site, () => refusePairs(op)) ?? run(site, ctx)[0]);
  if (made?.kind !== 'constant' || made.data.length !== 2) return refusePairs(op);
  const [on, above] = Array.from(made.data) as [number, number];
  return { ...x, type: made.type, pairs: { kind: 'triangle', on, above } };
}

/** Trilu: what stands on one side of a diagonal, zeros on the other. */
function trilu(op: Op): Item[] {
  const { where, attributes } = op;
  const upper = attributes.flag('upper', true);
  const x = item(op);
  const offset = op.inputs[1] === undefined ? 0 : Number(known(where, op.inputs[1], 'k').data[0]);
  const dims = dimsOf(x);
  if (x.kind === 'value' || dims.length < 2)
    refuse(
      where,
      'a part of numbers that are made at run time',
      'constants of two axes or more',
      `${dims.length} axes`,
    );
  const keeps = (row: number, column: number): boolean => (upper ? column - row >= offset : column - row <= offset);
  if (!dims.some(isSym)) {
    const [rows, columns] = dims.slice(-2) as [number, number];
    const whole = x.kind === 'constant' ? x : filled(op, dims, x.value, x.type);
    const from = whole.kind === 'constant' ? whole : undefined;
    const length = (dims as number[]).reduce((a, b) => a * b, 1);
    op.budget.bytes(8 * length, where);
    const data = newNumbers(x.type, length);
    for (let i = 0; i < length; i++) {
      if (!keeps(Math.floor(i / columns) % rows, i % columns)) continue;
      data[i] = Number(from ? from.data[i] : (x as { readonly value: Num }).value);
    }
    return [constant(dims as number[], data, x.type)];
  }
  const [rows, columns] = dims.slice(-2) as [Num, Num];
  const n = numberOf(x);
  const one = dims.slice(0, -2).every((size) => size === 1);
  if (n === undefined || !one || !sameNum(rows, columns) || offset !== (upper ? 1 : 0)) {
    const expected = 'one number, the diagonal with what is below it or not; options.shapes';
    refuse(
      where,
      'a part of as many numbers as the run says',
      expected,
      `[${dims.map(showSize).join(', ')}], k ${offset}`,
    );
  }
  const side = (): Atom[] => [{ kind: 'time', size: rows }];
  const axes = [...dims.slice(0, -2).map(() => []), side(), side()];
  const pairs: Triangle = { kind: 'triangle', on: upper ? 0 : n, above: upper ? n : 0 };
  return [{ kind: 'value', name: PAIRS, time: [], features: [], axes, type: x.type, pairs }];
}

export const PARTS: Readonly<Record<string, Run>> = { __proto__: null as never, Trilu: trilu };
