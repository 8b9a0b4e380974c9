import { madd } from './arith';

/**
 * One row times one panel of a packed matrix: `c = init + Σ a[j]·W[j, panel]`, for the scalars of `a` up to
 * the address `end` and a panel of 12, 8, 4, 2 or 1 vectors laid `[j][P][4]`. Every lane is one chain of additions in
 * the order of j.
 */

export function panel12(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  let c6 = v128.load(init, 96);
  let c7 = v128.load(init, 112);
  let c8 = v128.load(init, 128);
  let c9 = v128.load(init, 144);
  let c10 = v128.load(init, 160);
  let c11 = v128.load(init, 176);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w, 0));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    c3 = madd(c3, x, v128.load(w, 48));
    c4 = madd(c4, x, v128.load(w, 64));
    c5 = madd(c5, x, v128.load(w, 80));
    c6 = madd(c6, x, v128.load(w, 96));
    c7 = madd(c7, x, v128.load(w, 112));
    c8 = madd(c8, x, v128.load(w, 128));
    c9 = madd(c9, x, v128.load(w, 144));
    c10 = madd(c10, x, v128.load(w, 160));
    c11 = madd(c11, x, v128.load(w, 176));
    a += 4;
    w += 192;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
  v128.store(c, c8, 128);
  v128.store(c, c9, 144);
  v128.store(c, c10, 160);
  v128.store(c, c11, 176);
}

export function panel8(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  let c6 = v128.load(init, 96);
  let c7 = v128.load(init, 112);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w, 0));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    c3 = madd(c3, x, v128.load(w, 48));
    c4 = madd(c4, x, v128.load(w, 64));
    c5 = madd(c5, x, v128.load(w, 80));
    c6 = madd(c6, x, v128.load(w, 96));
    c7 = madd(c7, x, v128.load(w, 112));
    a += 4;
    w += 128;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
}

export function panel4(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w, 0));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    c3 = madd(c3, x, v128.load(w, 48));
    a += 4;
    w += 64;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

export function panel2(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w, 0));
    c1 = madd(c1, x, v128.load(w, 16));
    a += 4;
    w += 32;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
}

export function panel1(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init);
  while (a < end) {
    c0 = madd(c0, v128.load32_splat(a), v128.load(w));
    a += 4;
    w += 16;
  }
  v128.store(c, c0);
}
