import type { ClockStep } from '../../graph/clock.js';
import { refuse } from '../shared/refuse.js';

/**
 * A size that may depend on the batch or the time of a run: a number, or an expression of open sizes.
 *
 *     symbol('time')                                  time
 *     times(symbol('batch'), symbol('time'))          batch×time
 *     plus(times(symbol('time'), 2), -1)              2·time-1
 *     dividedBy(plus(symbol('time'), -3), 2)          ⌊time-3/2⌋
 */
export type Num = number | Sym;

/** `coef · factor × factor × … + add`; the factors stand in the order of their names. */
interface Sym {
  readonly coef: number;
  readonly factors: readonly Factor[];
  readonly add: number;
}

/** An open size by its name, or a quotient rounded down. */
type Factor = string | { readonly of: Sym; readonly by: number };

/** Names and quotients in one expression: a file of a few nodes can square a size again and again. */
const MOST_FACTORS = 64;

export const symbol = (name: string): Sym => ({ coef: 1, factors: [name], add: 0 });

export const isSym = (n: Num | undefined): n is Sym => typeof n === 'object';

export const sameNum = (a: Num | undefined, b: Num | undefined): boolean => showSize(a) === showSize(b);

/** As errors show it; equal sizes are written alike. */
export function showSize(n: Num | undefined): string {
  if (!isSym(n)) return String(n);
  const names = n.factors.map(showFactor).join('×');
  const product = n.coef === 1 ? names : `${n.coef}·${names}`;
  return n.add === 0 ? product : `${product}${n.add > 0 ? '+' : ''}${n.add}`;
}

const showFactor = (factor: Factor): string =>
  typeof factor === 'string' ? factor : `⌊${showSize(factor.of)}/${factor.by}⌋`;

const weight = (factors: readonly Factor[]): number =>
  factors.reduce((sum, factor) => sum + (typeof factor === 'string' ? 1 : 1 + weight(factor.of.factors)), 0);

function make(coef: number, factors: readonly Factor[], add: number): Num {
  if (coef === 0) return add;
  if (factors.length === 0) return coef + add;
  if (weight(factors) > MOST_FACTORS)
    refuse('shapes', 'a size that is made of very many others', `at most ${MOST_FACTORS}`);
  return { coef, factors, add };
}

/** Undefined where the result is not of this form. */
export function plus(a: Num, b: Num): Num | undefined {
  if (!isSym(a)) return isSym(b) ? { ...b, add: b.add + a } : a + b;
  if (!isSym(b)) return { ...a, add: a.add + b };
  const alike = sameNum({ ...a, coef: 1, add: 0 }, { ...b, coef: 1, add: 0 });
  return alike ? make(a.coef + b.coef, a.factors, a.add + b.add) : undefined;
}

export const minus = (a: Num, b: Num): Num | undefined => plus(a, times(b, -1) as Num);

export function times(a: Num, b: Num): Num | undefined {
  if (!isSym(a)) return isSym(b) ? scaled(b, a) : a * b;
  if (!isSym(b)) return scaled(a, b);
  if (a.add !== 0 || b.add !== 0) return undefined;
  const factors = [...a.factors, ...b.factors].map((factor) => ({ factor, name: showFactor(factor) }));
  factors.sort((p, q) => (p.name < q.name ? -1 : p.name > q.name ? 1 : 0));
  return make(
    a.coef * b.coef,
    factors.map(({ factor }) => factor),
    0,
  );
}

function scaled(a: Sym, n: number): Num {
  const [only, more] = a.factors;
  // ⌊x/2⌋ times 2 is x where x is even, which a run of such a model must be.
  if (typeof only === 'object' && !more && a.coef === 1 && a.add === 0 && only.by === n) {
    const { of } = only;
    if (of.add <= 0 && of.factors.every((factor) => typeof factor === 'string')) return of;
  }
  return make(a.coef * n, a.factors, a.add * n);
}

/** Undefined where a rest may be left. */
export function exactQuotient(a: Num, b: Num): Num | undefined {
  if (sameNum(a, b)) return 1;
  if (isSym(b)) {
    if (!isSym(a) || a.add !== 0 || b.add !== 0 || a.coef % b.coef !== 0) return undefined;
    const rest = [...a.factors];
    for (const factor of b.factors) {
      const index = rest.findIndex((own) => showFactor(own) === showFactor(factor));
      if (index < 0) return undefined;
      rest.splice(index, 1);
    }
    return make(a.coef / b.coef, rest, 0);
  }
  if (!isSym(a)) return a % b === 0 ? a / b : undefined;
  return b > 0 && a.coef % b === 0 && a.add % b === 0 ? make(a.coef / b, a.factors, a.add / b) : undefined;
}

/** Rounded down; undefined where the result is not of this form. */
export function dividedBy(a: Num, b: Num): Num | undefined {
  const exact = exactQuotient(a, b);
  if (exact !== undefined) return exact;
  if (isSym(b)) return undefined;
  if (!isSym(a)) return b === 0 ? undefined : Math.floor(a / b);
  return b > 0 ? make(1, [{ of: a, by: b }], 0) : undefined;
}

export const product = (all: readonly Num[]): Num | undefined =>
  all.reduce<Num | undefined>((a, b) => (a === undefined ? undefined : times(a, b)), 1);

/** A number of timesteps a step on: `⌊(mul·time + add)/div⌋`. */
export const advanced = (time: Num, { mul, add, div }: ClockStep): Num =>
  dividedBy(plus(times(time, mul) as Num, add) as Num, div) as Num;
