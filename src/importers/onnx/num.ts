/**
 * A size that may depend on the batch or the time of a run: `coef·name + add`, where `name` stands for the batch, for a
 * time, or for a product or quotient of them.
 */
export interface Sym {
  readonly name: string;
  readonly coef: number;
  readonly add: number;
}
export type Num = number | Sym;

export const symbol = (name: string): Sym => ({ name, coef: 1, add: 0 });

export const isSym = (n: Num | undefined): n is Sym => typeof n === 'object';

export const sameNum = (a: Num | undefined, b: Num | undefined): boolean => showSize(a) === showSize(b);

/** The order that readers see, and that tells equal numbers. */
export function showSize(n: Num | undefined): string {
  if (!isSym(n)) return String(n);
  const product = n.coef === 1 ? n.name : `${n.coef}·${n.name}`;
  return n.add === 0 ? product : `${product}${n.add > 0 ? '+' : ''}${n.add}`;
}

const make = (name: string, coef: number, add: number): Num => (coef === 0 ? add : { name, coef, add });

/** Undefined where the result is not of this form. */
export function plus(a: Num, b: Num): Num | undefined {
  if (!isSym(a) && !isSym(b)) return a + b;
  if (isSym(a) && isSym(b)) return a.name === b.name ? make(a.name, a.coef + b.coef, a.add + b.add) : undefined;
  const [sym, n] = isSym(a) ? [a, b as number] : [b as Sym, a];
  return { ...sym, add: sym.add + n };
}

export const minus = (a: Num, b: Num): Num | undefined => plus(a, times(b, -1) as Num);

export function times(a: Num, b: Num): Num | undefined {
  if (!isSym(a) && !isSym(b)) return a * b;
  if (isSym(a) && isSym(b)) {
    if (a.add !== 0 || b.add !== 0) return undefined;
    return { name: [...a.name.split('×'), ...b.name.split('×')].sort().join('×'), coef: a.coef * b.coef, add: 0 };
  }
  const [sym, n] = isSym(a) ? [a, b as number] : [b as Sym, a];
  // floor(x/2) times 2 is x where x is even, which a run of such a model must be.
  const halved = sym.add === 0 && sym.coef === 1 ? /^⌊(.+)\/(\d+)⌋$/.exec(sym.name) : null;
  if (halved && Number(halved[2]) === n && !/[⌊+]/.test(halved[1] as string)) return symbol(halved[1] as string);
  return make(sym.name, sym.coef * n, sym.add * n);
}

/** Rounded down. */
export function dividedBy(a: Num, b: Num): Num | undefined {
  if (!isSym(a) && !isSym(b)) return b === 0 ? undefined : Math.floor(a / b);
  if (sameNum(a, b)) return 1;
  if (isSym(a) && isSym(b)) {
    const rest = a.name.split('×');
    for (const factor of b.name.split('×')) {
      const at = rest.indexOf(factor);
      if (at < 0) return undefined;
      rest.splice(at, 1);
    }
    if (a.add !== 0 || b.add !== 0 || a.coef % b.coef !== 0) return undefined;
    const coef = a.coef / b.coef;
    return rest.length === 0 ? coef : { name: rest.join('×'), coef, add: 0 };
  }
  if (isSym(b)) return undefined;
  const { name, coef, add } = a as Sym;
  if (b === 1) return a;
  if (b > 0 && coef % b === 0 && add % b === 0) return make(name, coef / b, add / b);
  return b > 0 ? symbol(`⌊${showSize(a)}/${b}⌋`) : undefined;
}

export const product = (all: readonly Num[]): Num | undefined =>
  all.reduce<Num | undefined>((a, b) => (a === undefined ? undefined : times(a, b)), 1);

/** What a window makes of a number of timesteps: `⌊(mul·time + add)/div⌋`. */
export const windows = (time: Num, mul: number, add: number, div: number): Num =>
  dividedBy(plus(times(time, mul) as Num, add) as Num, div) as Num;
