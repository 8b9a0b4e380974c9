import type { ActivationSpec } from '../../../spec.js';
import { bounds, type Linear, linearOf, type Term } from './terms.js';

/** A gate: what its activation is given, and the activation. */
interface Gate {
  readonly linear: Linear;
  readonly activation: ActivationSpec;
  /** What it weighs the cell's state by. */
  readonly peephole?: Float32Array;
}

/** A cell that a step was found to be; gates in the spec's order. */
export type FoundCell =
  | { readonly type: 'rnn'; readonly gates: readonly [Gate] }
  | {
      readonly type: 'lstm';
      readonly gates: readonly [i: Gate, f: Gate, g: Gate, o: Gate];
      readonly output: ActivationSpec;
      readonly cellClip?: number;
      /** From c's units to h'. */
      readonly projection?: Float32Array;
    }
  | {
      readonly type: 'gru';
      readonly gates: readonly [r: Gate, z: Gate, n: Gate];
      readonly resetAfter: boolean;
      /** What the reset gate weighs: the recurrent part of n. */
      readonly recurrent: { readonly weight: Float32Array; readonly bias: Float32Array | undefined };
    };

type Binary = Extract<Term, { kind: 'add' | 'multiply' }>;

const sides = (term: Term | undefined, kind: Binary['kind']): [Term, Term][] =>
  term?.kind === kind
    ? [
        [term.a, term.b],
        [term.b, term.a],
      ]
    : [];

function gate(term: Term): Gate | undefined {
  const linear = term.kind === 'activation' && linearOf(term.of);
  return linear ? { linear, activation: term.activation } : undefined;
}

/** As `gate`, of one that may look at the cell's state too. @param sees whether that is a term. */
function peeping(term: Term, sees: (of: Term) => boolean): Gate | undefined {
  if (term.kind !== 'activation') return undefined;
  for (const [rest, own] of sides(term.of, 'add')) {
    const linear = linearOf(rest);
    if (linear && own.kind === 'scaled' && sees(own.of))
      return { linear, activation: term.activation, peephole: own.scale };
  }
  return gate(term);
}

const leaf = (term: Term, name: string): boolean => term.kind === 'leaf' && term.name === name;

/** The bound of a value between -k and k; undefined of other ones. */
function bounded(term: Term): { readonly of: Term; readonly by: number } | undefined {
  const cut = term.kind === 'activation' ? bounds(term.activation) : undefined;
  return term.kind === 'activation' && cut && cut.alpha < 0 && cut.alpha === -cut.beta
    ? { of: term.of, by: cut.beta }
    : undefined;
}

/** `o∘output(c')`, or that weighed, with `c' = f∘c + i∘g`, or that between two bounds. */
function lstm(h: Term, c: Term, names: { c: string }): FoundCell | undefined {
  const clip = bounded(c);
  const projected = h.kind === 'dense' && !h.bias ? h : undefined;
  for (const [first, squashed] of sides(projected?.of ?? h, 'multiply')) {
    const o = peeping(first, (of) => of === c);
    if (!o || squashed.kind !== 'activation' || squashed.of !== c) continue;
    const before = (of: Term): boolean => leaf(of, names.c);
    for (const [kept, made] of sides(clip?.of ?? c, 'add')) {
      for (const [forget, cell] of sides(kept, 'multiply')) {
        const f = peeping(forget, before);
        if (!f || !before(cell) || made.kind !== 'multiply') continue;
        // Which of the two is the candidate, a peephole tells.
        const [a, b] = [peeping(made.a, before), peeping(made.b, before)];
        const [i, g] = b?.peephole ? [b, a] : [a, b];
        if (!i || !g || g.peephole) continue;
        return {
          type: 'lstm',
          gates: [i, f, g, o],
          output: squashed.activation,
          ...(clip && { cellClip: clip.by }),
          ...(projected && { projection: projected.weight }),
        };
      }
    }
  }
  return undefined;
}

/** `(1 - z)∘n + z∘h`. */
function gru(term: Term, h: string): FoundCell | undefined {
  for (const [kept, fresh] of sides(term, 'add')) {
    for (const [update, old] of sides(kept, 'multiply')) {
      const z = gate(update);
      if (!z || !leaf(old, h)) continue;
      for (const [rest, candidate] of sides(fresh, 'multiply')) {
        if (rest.kind !== 'rest' || rest.of !== update || candidate.kind !== 'activation') continue;
        for (const [own, reset] of sides(candidate.of, 'add')) {
          if (own.kind !== 'linear' || own.parts.has(h)) continue;
          const n: Gate = { linear: own, activation: candidate.activation };
          const after = sides(reset, 'multiply').find(
            ([a, b]) => gate(a) && b.kind === 'linear' && b.parts.size === 1 && b.parts.has(h),
          );
          if (after) {
            const recurrent = after[1] as Linear;
            return {
              type: 'gru',
              gates: [gate(after[0]) as Gate, z, n],
              resetAfter: true,
              recurrent: { weight: recurrent.parts.get(h) as Float32Array, bias: recurrent.bias },
            };
          }
          const before =
            reset.kind === 'dense' ? sides(reset.of, 'multiply').find(([a, b]) => gate(a) && leaf(b, h)) : undefined;
          if (before && reset.kind === 'dense')
            return { type: 'gru', gates: [gate(before[0]) as Gate, z, n], resetAfter: false, recurrent: reset };
        }
      }
    }
  }
  return undefined;
}

/** The cell whose step makes the new states of the old ones; which state is h, which c. */
export function findCell(
  states: readonly { readonly name: string; readonly next: Term | undefined }[],
): { readonly cell: FoundCell; readonly h: number; readonly c: number } | undefined {
  const [first, second] = states;
  if (states.length === 1 && first?.next) {
    const only = gate(first.next);
    const cell: FoundCell | undefined = only ? { type: 'rnn', gates: [only] } : gru(first.next, first.name);
    return cell && { cell, h: 0, c: -1 };
  }
  if (states.length !== 2 || !first?.next || !second?.next) return undefined;
  for (const [h, c] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [own, other] = [states[h], states[c]] as [typeof first, typeof second];
    const cell = lstm(own.next as Term, other.next as Term, { c: other.name });
    if (cell) return { cell, h, c };
  }
  return undefined;
}
