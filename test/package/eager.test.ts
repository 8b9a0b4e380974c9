import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { eager } from '../../scripts/node-entry/eager.mjs';

const all = (): boolean => true;
/** What a module is then, and what it exports. */
async function laidOut(code: string, called: (start: number, end: number) => boolean = all) {
  const text = eager(code, called).toString();
  return { text, made: await import(`data:text/javascript,${encodeURIComponent(text)}`) };
}

describe('functions that are compiled with their file', () => {
  it('stand in front as what they are hoisted to, in the order they had', async () => {
    const { text, made } = await laidOut(`
export const early = later(2);
function later(x) { return twice(x) + 1; }
function twice(x) { return 2 * x; }
export { later };`);
    expect(text.trim().split('\n').slice(0, 2)).toEqual([
      'var later = (function later(x) { return twice(x) + 1; });',
      'var twice = (function twice(x) { return 2 * x; });',
    ]);
    expect([made.early, made.later(3), made.later.name]).toEqual([5, 7, 'later']);
  });

  it('are those that are called alone', async () => {
    const code = 'const one = (x) => x + 1;\nconst two = (x) => x + 2;\nexport { one, two };';
    const { text, made } = await laidOut(code, (start) => start === code.indexOf('(x) => x + 2'));
    expect(text).toBe('const one = (x) => x + 1;\nconst two = (function(x) { return  x + 2; });\nexport { one, two };');
    expect([made.one(1), made.two(1), made.two.name]).toEqual([2, 3, 'two']);
  });

  it('give what arrow functions gave: objects, functions, defaults, what is taken apart', async () => {
    const { text, made } = await laidOut(`
export const object = (a) => ({ a });
export const curried = (a) => (b) => [a, b];
export const given = (f = (x) => x + 1, { y = 2, ...rest } = {}, ...more) => [f(y), rest, more];
export const block = () => { return 'block'; };
export const none = () => undefined;`);
    expect(text).not.toContain('=>');
    expect(made.object(1)).toEqual({ a: 1 });
    expect(made.curried(1)(2)).toEqual([1, 2]);
    expect(made.given(undefined, { z: 3 }, 4)).toEqual([3, { z: 3 }, [4]]);
    expect([made.block(), made.none()]).toEqual(['block', undefined]);
  });

  it('may have parameters without parentheses', async () => {
    const { text, made } = await laidOut(
      'export const a=x=>x+1;export const b=y=>{return y+2};export const c=z=>w=>({z,w});',
    );
    expect(text).not.toContain('=>');
    expect([made.a(1), made.b(1), made.c(1)(2)]).toEqual([2, 3, { z: 1, w: 2 }]);
  });

  it('are left as they are where it would change what they mean', async () => {
    const { text, made } = await laidOut(`
export class Counter {
  count = 0;
  add = () => ++this.count;
  #hidden() { return this.count; }
  get seen() { return [1].map(() => this.#hidden())[0]; }
}
export function sum() { return [0].map(() => arguments.length)[0]; }
export const table = { __proto__: { name() { return 'base'; } }, name() { return super.name() + '!'; }, plain() { return this.x; }, x: 7 };
export const slow = async (x) => x;
export async function waits() { return slow(1); }
export function* counts() { yield 1; }`);
    expect(text).toContain('() => ++this.count');
    expect(text).toContain('plain: (function plain(');
    const counter = new made.Counter();
    expect([counter.add(), counter.seen, made.sum(1, 2)]).toEqual([1, 1, 2]);
    expect([made.table.name(), made.table.plain()]).toEqual(['base!', 7]);
    expect([await made.waits(), ...made.counts()]).toEqual([1, 1]);
  });
});
