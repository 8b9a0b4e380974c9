import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockTerms } from '../../src/graph/int8.js';
import { Arena } from '../../src/wasm/arena.js';
import { BLOCK_TERMS, type Int8Kernels } from '../../src/wasm/int8-kernels.js';
import { packInt8, Scratch } from '../../src/wasm/int8-linear.js';
import { acceptsBuild, type Build } from '../../src/wasm/module.js';
import { expectSameBits } from '../support/bits.js';
import { int8Product, quantised } from '../support/int8.js';
import { Bed, uniform } from './bed.js';

const BUILDS = (['simd', 'relaxed'] as const).filter(acceptsBuild);

function load(name: Build, memory: WebAssembly.Memory): Int8Kernels {
  const bytes = readFileSync(new URL(`../../dist/kernels/int8-${name}.wasm`, import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as Int8Kernels;
}

interface Case {
  readonly rows: number;
  readonly k: number;
  readonly outputs: number;
  readonly a: Float32Array;
  readonly weights: Int8Array;
  readonly scales: Float32Array;
  readonly least?: number;
  /** Of how many terms, where an output has several scales. */
  readonly block?: number;
}

const randomCase = (rows: number, k: number, outputs: number, seed: number, scale = 1, blocks = 1): Case => ({
  rows,
  k,
  outputs,
  ...(blocks > 1 && { block: blockTerms(k, blocks) }),
  a: uniform(rows * k, seed, scale),
  weights: Int8Array.from(uniform(outputs * k, seed + 1, 128), Math.floor),
  scales: uniform(outputs * blocks, seed + 2, 0.01),
});

/** The product by the kernels, on a bed of canaries, and by the twin. */
function compare(build: Build, one: Case): Float32Array {
  const { rows, k, outputs, a, weights, scales, least = 0, block = 4 * Math.ceil(k / 4) } = one;
  const memory = new WebAssembly.Memory({ initial: 16 });
  const kernels = load(build, memory);
  const vectors = Math.ceil(outputs / 4);
  const tensor = { shape: [outputs, k], data: weights, scales, block };
  // Packed in an arena, and copied to where nothing stands around it but canaries.
  const arena = new Arena();
  const columns = Int32Array.from({ length: vectors * 4 }, (_, column) => (column < outputs ? column : -1));
  const scratch = new Scratch(arena);
  let address = 0;
  const own: Int8Kernels = {
    ...kernels,
    scratchBytes: kernels.scratchBytes,
    product: (...args) => {
      address = args[5];
    },
  };
  const integers = { kernels: own, build, arena, tensors: { w: tensor }, scratch };
  packInt8(integers, columns, [['w', k]], 0, 0).applyTerms(0, k, 0, 0, 1, 0, 0, 0, 0);
  const packed = arena.f32.slice(address / 4, scratch.address / 4 > address / 4 ? scratch.address / 4 : undefined);
  const bed = new Bed({ memory } as never);
  const w = bed.block(packed.length);
  w.i32.set(new Int32Array(packed.buffer));
  const bias = uniform(vectors * 4, 77);
  const init = bed.of(bias);
  const c = bed.block(rows * vectors * 4, { writable: true });
  const q = bed.block(kernels.scratchBytes(k) / 4, { writable: true });
  // Its last number is the memory's last.
  const from = bed.lastBlock(a.length);
  from.f32.set(a);
  const terms = Math.min(BLOCK_TERMS, block);
  bed.run(() =>
    kernels.product(from.at, k * 4, rows, k, least, w.at, vectors, init.at, 0, c.at, vectors * 16, q.at, terms),
  );
  const got = new Float32Array(rows * outputs);
  const expected = new Float32Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    got.set(c.f32.subarray(r * vectors * 4, r * vectors * 4 + outputs), r * outputs);
    expected.set(int8Product(tensor, a.subarray(r * k, (r + 1) * k), bias, { least }), r * outputs);
  }
  expectSameBits(got, expected);
  return got;
}

describe.each(BUILDS)('integer kernels, %s', (build) => {
  it('the twin bit for bit, at all sizes around panels, tiles and chunks of rows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 23, 24, 25, 49),
        fc.integer({ min: 1, max: 37 }),
        fc.integer({ min: 1, max: 53 }),
        fc.nat(1e6),
        (rows, k, outputs, seed) => {
          compare(build, randomCase(rows, k, outputs, seed));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('outputs with a scale for each of several blocks of terms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 7, 25),
        fc.integer({ min: 5, max: 90 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(1e6),
        (rows, k, outputs, wanted, seed) => {
          // Of so many as there can be.
          const blocks = Math.ceil(k / blockTerms(k, wanted));
          compare(build, randomCase(rows, k, outputs, seed, 1, blocks));
        },
      ),
      { numRuns: 100 },
    );
    for (const [k, blocks] of [
      [4099, 3],
      [2052, 2],
      [6144, 3],
    ] as const) {
      compare(build, randomCase(4, k, 9, k, 1, blocks));
      const data = new Int8Array(9 * k).fill(-128);
      const scales = uniform(9 * blocks, 3);
      const [a, block] = [new Float32Array(4 * k).fill(3.5), blockTerms(k, blocks)];
      compare(build, { rows: 4, k, outputs: 9, scales, weights: data, a, block });
    }
  });

  it.each([2047, 2048, 2049, 4096, 4099, 8192])('sums of %i terms, in blocks that int32 holds', (k) => {
    compare(build, randomCase(4, k, 9, k));
    // The largest there are, all of one sign.
    const most = { rows: 4, k, outputs: 9, scales: new Float32Array(9).fill(1) };
    const weights = new Int8Array(9 * k).fill(-128);
    for (const sign of [1, -1]) {
      compare(build, { ...most, weights, a: new Float32Array(4 * k).fill(sign * 3.5) });
    }
  });

  it('weights of -128 against the largest and least numbers', () => {
    const k = 64;
    const weights = Int8Array.from({ length: 8 * k }, (_, i) => (i % 3 === 0 ? 127 : -128));
    const a = Float32Array.from({ length: 3 * k }, (_, i) => (i % 2 === 0 ? 1 : -1));
    compare(build, { rows: 3, k, outputs: 8, a, weights, scales: new Float32Array(8).fill(0.5) });
  });

  it('numbers from denormal to the largest of float32', () => {
    for (const scale of [2 ** -140, 2 ** -126, 2 ** -101, 2 ** -99, 1e-19, 1e19, 3e38]) {
      compare(build, randomCase(3, 21, 8, 5, scale));
    }
  });

  it('a row of zeros leaves what it starts from; halves go to the even number', () => {
    const zeros = { ...randomCase(2, 9, 8, 3), a: new Float32Array(18) };
    compare(build, zeros);
    compare(build, { ...zeros, a: zeros.a.fill(-0) });
    const halves = Float32Array.from([8191, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 7.5, -8190.5]);
    expect(quantised(halves).a).toEqual([8191, 0, 2, 2, 0, -2, -2, 8, -8190]);
    compare(build, { ...randomCase(1, 9, 12, 3), a: halves });
  });

  it('a least maximum is the scale of smaller rows, and of larger ones their own is', () => {
    for (const scale of [0.01, 1, 3]) compare(build, { ...randomCase(4, 40, 12, 9, scale), least: 1 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d makes its row NaN, and no other',
    (bad) => {
      const k = 30;
      for (const [rows, row] of [
        [1, 0],
        [3, 1],
        [27, 26],
      ] as const) {
        const sample = randomCase(rows, k, 20, 8);
        sample.a[row * k + 29] = bad;
        const got = compare(build, sample);
        for (let r = 0; r < rows; r++) {
          const part = got.subarray(r * 20, (r + 1) * 20);
          expect(part.every((value) => Number.isNaN(value) === (r === row))).toBe(true);
        }
      }
    },
  );

  it('rows of a table by number', () => {
    const memory = new WebAssembly.Memory({ initial: 16 });
    const kernels = load(build, memory);
    for (const features of [1, 3, 4, 7, 16]) {
      const bed = new Bed({ memory } as never);
      const vocabulary = 5;
      const stride = Math.ceil(features / 4) * 4;
      const table = bed.block((vocabulary * stride) / 4);
      const rows = Int8Array.from({ length: vocabulary * stride }, (_, i) => ((i * 37) % 256) - 128);
      new Int8Array(memory.buffer, table.at).set(rows);
      const scales = bed.of(uniform(vocabulary, 2));
      const ids = bed.block(3);
      ids.i32.set([4, 0, 4]);
      const out = bed.block(3 * stride, { writable: true });
      bed.run(() => kernels.embedding(ids.at, 3, table.at, stride, scales.at, features, out.at));
      const expected = [4, 0, 4].flatMap((id) =>
        Array.from({ length: features }, (_, i) => (rows[id * stride + i] as number) * (scales.f32[id] as number)),
      );
      const got = [0, 1, 2].flatMap((r) => [...out.f32.subarray(r * stride, r * stride + features)]);
      expectSameBits(got, expected);
    }
  });
});
