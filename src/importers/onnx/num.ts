import type { ClockStep } from '../../graph/clock.js';
import { refuse } from '../shared/refuse.js';

/**
 * A size that may depend on the batch or the time of a run: a number, or an expression of open sizes.
 *
 *     symbol('time')                                  time
 *     times(symbol('batch'), symbol('time'))          batch×time
 *     plus(times(symbol('time'), 2), -1)              2·time-1
 *     dividedBy(plus(symbol('time'), -3), 2)          ⌊time-3/2⌋
 *     times(plus(symbol('time'), 1), symbol('batch'))  (time+1)×batch
 */
export type Num = number | Sym;

/** `coef · factor × factor × … + add`; the factors stand in the order of their names. */
interface Sym {
  readonly coef: number;
  readonly factors: readonly Factor[];
  readonly add: number;
}

/** An open size by its name; a quotient rounded down; by 1, a sum that is multiplied as it is. */
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
  typeof factor === 'string'
    ? factor
    : factor.by === 1
      ? `(${showSize(factor.of)})`
      : `⌊${showSize(factor.of)}/${factor.by}⌋`;

const weight = (factors: readonly Factor[]): number =>
  factors.reduce((sum, factor) => sum + (typeof factor === 'string' ? 1 : 1 + weight(factor.of.factors)), 0);

function make(coef: number, factors: readonly Factor[], add: number): Num {
  if (coef === 0) return add;
  const [only, more] = factors;
  if (only === undefined) return coef + add;
  if (typeof only === 'object' && only.by === 1 && !more) return plus(scaled(only.of, coef), add) as Num;
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

export const minus = (a: Num, b: Num): Num | undefined => plus(a, times(b, -1));

export function times(a: Num, b: Num): Num {
  if (!isSym(a)) return isSym(b) ? scaled(b, a) : a * b;
  if (!isSym(b)) return scaled(a, b);
  const [one, other] = [multiplied(a), multiplied(b)];
  const factors = [...one.factors, ...other.factors].map((factor) => ({ factor, name: showFactor(factor) }));
  factors.sort((p, q) => (p.name < q.name ? -1 : p.name > q.name ? 1 : 0));
  return make(
    one.coef * other.coef,
    factors.map(({ factor }) => factor),
    0,
  );
}

/** As a product, of a sum what its terms have in common and the rest. */
function multiplied({ coef, factors, add }: Sym): Sym {
  if (add === 0) return { coef, factors, add };
  const common = gcd(coef, add);
  return { coef: common, factors: [{ of: { coef: coef / common, factors, add: add / common }, by: 1 }], add: 0 };
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

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
    if (!isSym(a)) return undefined;
    const [whole, part] = [multiplied(a), multiplied(b)];
    if (whole.coef % part.coef !== 0) return undefined;
    const rest = [...whole.factors];
    for (const factor of part.factors) {
      const index = rest.findIndex((own) => showFactor(own) === showFactor(factor));
      if (index < 0) return undefined;
      rest.splice(index, 1);
    }
    return make(whole.coef / part.coef, rest, 0);
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
  if (b <= 0) return undefined;
  const [only, more] = a.factors;
  // ⌊(⌊x/p⌋ + n) / q⌋ is ⌊(x + n·p) / (p·q)⌋, so that equal sizes are written alike.
  if (typeof only === 'object' && !more && a.coef === 1) {
    return dividedBy(plus(only.of, a.add * only.by) as Num, only.by * b);
  }
  return make(1, [{ of: a, by: b }], 0);
}

export const product = (all: readonly Num[]): Num => all.reduce<Num>(times, 1);

/** A number of timesteps a step on: `⌊(mul·time + add)/div⌋`. */
export const advanced = (time: Num, { mul, add, div }: ClockStep): Num =>
  dividedBy(plus(times(time, mul), add) as Num, div) as Num;
