import type { ActivationSpec, NodeSpec, TensorSpec } from '../../../spec.js';

/** Sums of products with weights, of whatever stands at this step: one matrix of `n` rows for each, and a bias. */
export interface Linear {
  readonly kind: 'linear';
  readonly n: number;
  readonly parts: ReadonlyMap<string, Float32Array>;
  readonly bias: Float32Array | undefined;
}

interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
  readonly n: number;
}

/** What a step computes, as a formula. */
export type Term =
  | Leaf
  | Linear
  /** A product with weights of something that is not a leaf. */
  | {
      readonly kind: 'dense';
      readonly weight: Float32Array;
      readonly bias: Float32Array | undefined;
      readonly of: Term;
      readonly n: number;
    }
  | { readonly kind: 'activation'; readonly activation: ActivationSpec; readonly of: Term; readonly n: number }
  /** Side by side, as cells have them that weigh their input and state by one matrix. */
  | { readonly kind: 'joined'; readonly of: readonly Term[]; readonly n: number }
  /** Each number by one of its own. */
  | { readonly kind: 'scaled'; readonly scale: Float32Array; readonly of: Term; readonly n: number }
  /** 1 - x */
  | { readonly kind: 'rest'; readonly of: Term; readonly n: number }
  | { readonly kind: 'add' | 'multiply'; readonly a: Term; readonly b: Term; readonly n: number };

const sum = (a: Float32Array | undefined, b: Float32Array | undefined): Float32Array | undefined =>
  a && b ? a.map((x, i) => x + (b[i] as number)) : (a ?? b);

/** A linear term as it stands, a product with weights as one: its rows from `start` on. */
function rows(term: Term, start: number, n: number): Term | undefined {
  const cut = (matrix: Float32Array): Float32Array => {
    const width = matrix.length / term.n;
    return matrix.slice(start * width, (start + n) * width);
  };
  const bias = 'bias' in term ? term.bias?.slice(start, start + n) : undefined;
  if (term.kind === 'linear')
    return { ...term, n, bias, parts: new Map([...term.parts].map(([name, matrix]) => [name, cut(matrix)])) };
  if (term.kind === 'dense') return { ...term, n, bias, weight: cut(term.weight) };
  // A function of each number alone.
  const of = term.kind === 'activation' ? rows(term.of, start, n) : undefined;
  return of && { ...(term as Extract<Term, { kind: 'activation' }>), of, n };
}

/**
 * A product of weights with terms side by side: each has columns of its own. Leaves are weighed together; of what is none (a GRU's reset state) there may be one.
 * Undefined if a leaf stands there twice.
 */
function weighed(
  terms: readonly Term[],
  weight: Float32Array,
  bias: Float32Array | undefined,
  n: number,
): Term | undefined {
  const width = weight.length / n;
  let start = 0;
  const columns = terms.map((term) => {
    const from = start;
    start += term.n;
    return { term, weight: weight.filter((_, i) => i % width >= from && i % width < from + term.n) };
  });
  const leaves = columns.flatMap(({ term, weight: own }) => (term.kind === 'leaf' ? [[term.name, own] as const] : []));
  const [other, ...more] = columns.filter(({ term }) => term.kind !== 'leaf');
  const parts = new Map(leaves);
  if (parts.size < leaves.length || parts.size === 0 || more.length > 0) return undefined;
  const linear: Term = { kind: 'linear', n, parts, bias };
  return other ? add(linear, { kind: 'dense', weight: other.weight, bias: undefined, of: other.term, n }) : linear;
}

function add(a: Term, b: Term): Term {
  if (a.kind === 'linear' && b.kind === 'linear' && [...a.parts.keys()].every((name) => !b.parts.has(name)))
    return { kind: 'linear', n: a.n, parts: new Map([...a.parts, ...b.parts]), bias: sum(a.bias, b.bias) };
  return { kind: 'add', a, b, n: a.n };
}

type Parameters = { readonly type: string; readonly alpha: number; readonly beta: number };
const plain = (activation: ActivationSpec | undefined, type: 'affine' | 'clip'): Parameters | undefined =>
  typeof activation === 'object' && activation.type === type ? (activation as Parameters) : undefined;

/** Between what numbers a value is cut off; of ReLU at 0 alone. */
export const bounds = (activation: ActivationSpec): { readonly alpha: number; readonly beta: number } | undefined =>
  activation === 'relu' ? { alpha: 0, beta: Number.POSITIVE_INFINITY } : plain(activation, 'clip');

/** A hard sigmoid comes in pieces: two lines are one, so are two cuts, and a line cut off at 0 and 1 is it. */
function merged(outer: ActivationSpec, x: Term): { activation: ActivationSpec; of: Term } {
  const kept = { activation: outer, of: x };
  if (x.kind !== 'activation') return kept;
  const inner = plain(x.activation, 'affine');
  const line = plain(outer, 'affine');
  if (line && inner)
    return {
      activation: { type: 'affine', alpha: line.alpha * inner.alpha, beta: line.alpha * inner.beta + line.beta },
      of: x.of,
    };
  const [cut, cutBefore] = [bounds(outer), bounds(x.activation)];
  if (cut && cutBefore) {
    const [alpha, beta] = [Math.max(cut.alpha, cutBefore.alpha), Math.min(cut.beta, cutBefore.beta)];
    if (alpha > beta) return kept;
    return merged(beta === Number.POSITIVE_INFINITY ? 'relu' : { type: 'clip', alpha, beta }, x.of);
  }
  if (cut?.alpha === 0 && cut.beta === 1 && inner) return { activation: { ...inner, type: 'hard_sigmoid' }, of: x.of };
  const before = x.of.kind === 'activation' ? plain(x.of.activation, 'affine') : undefined;
  const scaled = plain(x.activation, 'clip');
  if (!line || !scaled || !before || scaled.alpha !== 0 || line.beta !== 0) return kept;
  if (Math.abs(line.alpha * scaled.beta - 1) > 1e-6) return kept;
  const activation: ActivationSpec = {
    type: 'hard_sigmoid',
    alpha: before.alpha * line.alpha,
    beta: before.beta * line.alpha,
  };
  return { activation, of: (x.of as Extract<Term, { kind: 'activation' }>).of };
}

/** A linear term, or one with a number added to it, as forget gates have it. */
export function linearOf(term: Term): Linear | undefined {
  if (term.kind === 'linear') return term;
  const line = term.kind === 'activation' ? plain(term.activation, 'affine') : undefined;
  const of = line?.alpha === 1 && 'of' in term ? (term.of as Term) : undefined;
  if (!line || of?.kind !== 'linear') return undefined;
  return { ...of, bias: sum(of.bias, new Float32Array(of.n).fill(line.beta)) };
}

function termOf(
  node: NodeSpec,
  inputs: readonly (Term | undefined)[],
  tensors: Readonly<Record<string, TensorSpec>>,
): Term | undefined {
  const [a, b] = inputs;
  if (!a) return undefined;
  const data = (name: string | undefined): Float32Array | undefined =>
    name === undefined ? undefined : (tensors[name] as TensorSpec).data;
  switch (node.type) {
    case 'dropout':
      return a;
    case 'dense': {
      const [weight, bias] = [data(node.tensors.weight) as Float32Array, data(node.tensors.bias)];
      const leaves = a.kind === 'leaf' ? [a] : a.kind === 'joined' && a.of;
      return leaves ? weighed(leaves, weight, bias, node.units) : { kind: 'dense', weight, bias, of: a, n: node.units };
    }
    case 'concatenate': {
      const of = inputs.flatMap((one) => one ?? []);
      const n = of.reduce((total, one) => total + one.n, 0);
      return node.axis === 'time' || of.length < inputs.length ? undefined : { kind: 'joined', of, n };
    }
    case 'slice':
      return node.axis === 'features' && (node.step ?? 1) === 1 ? rows(a, node.start, node.count as number) : undefined;
    case 'scale_shift': {
      const [scale, shift] = [data(node.tensors.scale), data(node.tensors.shift)];
      if (a.kind !== 'linear' && scale?.length === a.n && !shift) return { kind: 'scaled', scale, of: a, n: a.n };
      if (a.kind !== 'linear' || node.tensors.scale !== undefined) return undefined;
      return { ...a, bias: sum(a.bias, shift) };
    }
    case 'activation': {
      const { activation, of } = merged(node.activation, a);
      const rest =
        typeof activation === 'object' &&
        activation.type === 'affine' &&
        activation.alpha === -1 &&
        activation.beta === 1;
      return rest ? { kind: 'rest', of, n: a.n } : { kind: 'activation', activation, of, n: a.n };
    }
    case 'add':
    case 'multiply':
      if (!b || a.n !== b.n) return undefined;
      return node.type === 'add' ? add(a, b) : { kind: 'multiply', a, b, n: a.n };
  }
  return undefined;
}

/** The formula of every value that nodes make of leaves, where it has one. */
export function termsOf(
  nodes: readonly NodeSpec[],
  tensors: Readonly<Record<string, TensorSpec>>,
  leaves: ReadonlyMap<string, number>,
): Map<string, Term> {
  const terms = new Map<string, Term>([...leaves].map(([name, n]) => [name, { kind: 'leaf', name, n }]));
  for (const node of nodes) {
    const term = termOf(
      node,
      node.inputs.map((name) => terms.get(name)),
      tensors,
    );
    if (term) terms.set(node.name, term);
  }
  return terms;
}
