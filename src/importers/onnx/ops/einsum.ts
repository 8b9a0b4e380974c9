import { refuse } from '../../shared/refuse.js';
import { type Context, everyInput, type Op } from '../context.js';
import { pick, type Site, stridesOf } from '../fold/elements.js';
import { reshape } from '../layout.js';
import { type Num, showSize } from '../num.js';
import { materialise } from '../stretch.js';
import { type Constant, constant, dimsOf, hasBatch, type Item, type Value } from '../value.js';
import { merged } from './elementwise.js';
import { matmul } from './product.js';
import { reduceOver } from './reduce.js';
import type { Run } from './run.js';

// Products by the names of axes: sums over what only one factor has, then pairs of factors from the left, each as a matrix product (if
// something is summed over) or elementwise (if nothing is).

/** A factor with a label for each of its axes. */
interface Factor {
  readonly labels: readonly string[];
  readonly item: Constant | Value;
}

/** Labels of every operand and of the result; those that an ellipsis stands for are numbers, the last axis first. */
function parse(op: Op, ranks: readonly number[]): { operands: string[][]; result: string[] } {
  const { where } = op;
  const equation = op.attributes.string('equation', undefined)?.replaceAll(' ', '');
  if (equation === undefined) return refuse(where, 'no equation', 'a string');
  const [left = '', right, ...more] = equation.split('->');
  const terms = left.split(',');
  const shaped = /^[A-Za-z]*(\.\.\.[A-Za-z]*)?$/;
  if (more.length > 0 || terms.length !== ranks.length || ![...terms, right ?? ''].every((term) => shaped.test(term)))
    return refuse(where, 'an equation that is not understood', `${ranks.length} operands`, equation);
  const spread = (term: string, missing: number): string[] => {
    const [before = '', after] = term.split('...');
    if (after === undefined) return [...before];
    return [...before, ...Array.from({ length: missing }, (_, i) => `${missing - 1 - i}`), ...after];
  };
  const missing = terms.map((term, i) => (ranks[i] as number) - term.replace('...', '').length);
  const operands = terms.map((term, i) => spread(term, missing[i] as number));
  operands.forEach((labels, i) => {
    if (labels.length !== ranks[i] || new Set(labels).size !== labels.length)
      refuse(where, 'labels that do not fit, or a diagonal', `${ranks[i]} of them, all different`, terms[i]);
  });
  const most = Math.max(0, ...terms.flatMap((term, i) => (term.includes('...') ? [missing[i] as number] : [])));
  const once = [...new Set(operands.flat())].filter((label) => operands.flat().filter((l) => l === label).length === 1);
  const implicit = [...spread('...', most), ...once.filter((label) => /[A-Za-z]/.test(label)).sort()];
  const result = right === undefined ? implicit : spread(right, most);
  if (result.some((label) => !operands.flat().includes(label)) || new Set(result).size !== result.length)
    refuse(where, 'labels of the result that no operand has', operands.join(', '), result.join(''));
  return { operands, result };
}

/** A factor with its axes in an order; labels that it does not have are axes of size 1. */
function turned(site: Site, { labels, item }: Factor, wanted: readonly string[]): Constant | Value {
  const order = wanted.map((label) => labels.indexOf(label));
  if (item.kind === 'value') return { ...item, axes: order.map((axis) => item.axes[axis] ?? []) };
  const strides = stridesOf(item.dims);
  const dims = order.map((axis) => item.dims[axis] ?? 1);
  const own = pick(
    site,
    item,
    dims,
    order.map((axis) => strides[axis] ?? 0),
  );
  return { ...own, tensor: item.tensor };
}

/** Several axes side by side as one. */
function joined(item: Constant | Value, groups: readonly number[]): Constant | Value {
  const each = <T>(all: readonly T[]): T[][] => {
    const rest = [...all];
    return groups.map((n) => rest.splice(0, n));
  };
  if (item.kind === 'value') return { ...item, axes: each(item.axes).map((axes) => axes.flat()) };
  const dims = each(item.dims).map((sizes) => sizes.reduce((a, b) => a * b, 1));
  return { ...constant(dims, item.data, item.type), tensor: item.tensor };
}

const sizeOf = (factors: readonly Factor[], label: string): Num => {
  const sizes = factors.flatMap(({ labels, item }) => dimsOf(item)[labels.indexOf(label)] ?? []);
  return sizes.find((size) => size !== 1) ?? 1;
};

/** Sums over the labels that nothing else has. */
function summed(op: Op, ctx: Context, factor: Factor, kept: readonly string[]): Factor {
  const gone = factor.labels.flatMap((label, axis) => (kept.includes(label) ? [] : [axis]));
  if (gone.length === 0) return factor;
  const x = factor.item.kind === 'value' ? factor.item : materialise(ctx, op.where, factor.item);
  const item = reduceOver(ctx, op, x, gone, false, 'sum');
  return { item, labels: factor.labels.filter((label) => kept.includes(label)) };
}

/** Two factors as one, with the labels that are still needed. */
function pair(op: Op, ctx: Context, first: Factor, second: Factor, kept: readonly string[]): Factor {
  const { where } = op;
  // A constant comes second: weights.
  const [a, b] = first.item.kind === 'constant' ? [second, first] : [first, second];
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const over = shared.filter((label) => !kept.includes(label));
  if (over.length === 0) {
    const labels = [...a.labels, ...b.labels.filter((label) => !shared.includes(label))];
    const item = merged(op, ctx, 'multiply', turned(op, a, labels), turned(op, b, labels));
    return item.kind === 'filled' ? refuse(where, 'a product that is the same everywhere') : { labels, item };
  }
  const own = [...a.labels, ...b.labels].filter((label) => !shared.includes(label));
  if (own.length === 0) {
    const product = merged(op, ctx, 'multiply', turned(op, a, shared), turned(op, b, shared));
    return summed(op, ctx, { labels: shared, item: product as Value }, kept);
  }
  const isBatch = ({ labels, item }: Factor, label: string): boolean =>
    item.kind === 'value' && hasBatch(item.axes[labels.indexOf(label)]);
  const beside = [...a.labels, ...b.labels.filter((label) => !a.labels.includes(label))].filter(
    (label) => !over.includes(label) && (shared.includes(label) || isBatch(a, label) || isBatch(b, label)),
  );
  const rows = a.labels.filter((label) => !over.includes(label) && !beside.includes(label));
  const columns = b.labels.filter((label) => !over.includes(label) && !beside.includes(label));
  const plain = b.item.kind === 'constant' && !beside.some((label) => b.labels.includes(label));
  const ones = beside.map(() => 1);
  const left = turned(op, a, [...beside, ...rows, ...over]);
  const right = turned(op, b, plain ? [...over, ...columns] : [...beside, ...over, ...columns]);
  const inputs = [
    joined(left, [...ones, ...(plain ? rows.map(() => 1) : [rows.length]), over.length]),
    joined(right, [...(plain ? [] : ones), over.length, columns.length]),
  ];
  const [y] = matmul({ ...op, inputs }, ctx) as [Value];
  const labels = [...beside, ...rows, ...columns];
  const split = (side: readonly string[]): Num[] => side.map((label) => sizeOf([a, b], label));
  return { labels, item: unjoined(where, y, beside.length, plain ? undefined : split(rows), split(columns)) };
}

/** The rows and columns of a product as the axes that they were. */
function unjoined(
  where: string,
  y: Value,
  beside: number,
  rows: readonly Num[] | undefined,
  columns: readonly Num[],
): Value {
  const parts = (x: Value, axis: number, dims: readonly Num[]): Value => {
    if (dims.length === 1) return x;
    const own = x.axes[axis] as Value['axes'][0];
    if (dims.length === 0) return { ...x, axes: x.axes.filter((_, i) => i !== axis) };
    const inner = reshape(where, { ...x, axes: [own] }, dims);
    return { ...inner, axes: [...x.axes.slice(0, axis), ...inner.axes, ...x.axes.slice(axis + 1)] };
  };
  const last = parts(y, y.axes.length - 1, columns);
  return rows ? parts(last, beside, rows) : last;
}

function einsum(op: Op, ctx: Context): Item[] {
  const { where } = op;
  const items = everyInput(op, 1).map((item) => (item.kind === 'filled' ? materialise(ctx, where, item) : item));
  const { operands, result } = parse(
    op,
    items.map((item) => dimsOf(item).length),
  );
  const factors = items.map((item, i): Factor => ({ item, labels: operands[i] as string[] }));
  for (const label of operands.flat()) {
    const sizes = new Set(
      factors.flatMap(({ labels, item }) => dimsOf(item)[labels.indexOf(label)] ?? []).map(showSize),
    );
    sizes.delete('1');
    if (sizes.size > 1) refuse(where, 'shapes that do not go together', `one size for ${label}`, [...sizes].join(', '));
  }
  const needed = (from: number): string[] => [...result, ...operands.slice(from).flat()];
  const [first, ...rest] = factors.map((factor, i) => {
    const others = operands.flatMap((labels, other) => (other === i ? [] : labels));
    return summed(op, ctx, factor, [...result, ...others]);
  });
  const all = rest.reduce((a, b, i) => pair(op, ctx, a, b, needed(i + 2)), first as Factor);
  return [turned(op, all, result)];
}

export const EINSUM: Readonly<Record<string, Run>> = { __proto__: null as never, Einsum: einsum };
