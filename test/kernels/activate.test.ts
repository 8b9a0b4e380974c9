import { describe, expect, test } from 'vitest';
import { largestDifference } from '../support/bits.js';
import { Bed, type Build, builds, untouched } from './bed.js';
import { ACTIVATIONS, activation } from './twin.js';

const ALPHA = Math.fround(0.3);
const BETA = Math.fround(0.7);

/**
 * Largest error against float64 that each function may have: `absolute + relative·|result|`. The numbers stand
 * beside the functions in assembly/ too.
 */
const BOUNDS: Record<(typeof ACTIVATIONS)[number], { absolute: number; relative: number }> = {
  linear: { absolute: 0, relative: 0 },
  sigmoid: { absolute: 1.1e-7, relative: 0 },
  tanh: { absolute: 1.6e-7, relative: 0 },
  relu: { absolute: 0, relative: 0 },
  hard_sigmoid: { absolute: 1.2e-7, relative: 0 },
  leaky_relu: { absolute: 0, relative: 6e-8 },
  thresholded_relu: { absolute: 0, relative: 0 },
  elu: { absolute: 0, relative: 3e-7 },
  selu: { absolute: 1.4e-45, relative: 3.6e-7 },
  softsign: { absolute: 0, relative: 1.2e-7 },
  softplus: { absolute: 3e-45, relative: 3e-7 },
  affine: { absolute: 1.2e-7, relative: 1.2e-7 },
  scaled_tanh: { absolute: 0.8e-7, relative: 0 },
  gelu: { absolute: 1.2e-7, relative: 1.2e-7 },
  gelu_tanh: { absolute: 2e-7, relative: 2e-7 },
  // Where e^-x overflows, below -88.7, the result is 0.
  silu: { absolute: 3e-37, relative: 3e-7 },
  exp: { absolute: 1.5e-45, relative: 1.6e-7 },
  log: { absolute: 0, relative: 2.5e-7 },
  sqrt: { absolute: 0, relative: 6e-8 },
  abs: { absolute: 0, relative: 0 },
  square: { absolute: 1e-45, relative: 6e-8 },
  reciprocal: { absolute: 1e-45, relative: 6e-8 },
  clip: { absolute: 0, relative: 0 },
  hard_silu: { absolute: 4e-7, relative: 2e-7 },
  mish: { absolute: 3e-37, relative: 4e-7 },
  log_sigmoid: { absolute: 3e-45, relative: 3e-7 },
  erf: { absolute: 5e-7, relative: 0 },
  floor: { absolute: 0, relative: 0 },
  sign: { absolute: 0, relative: 0 },
  round: { absolute: 0, relative: 0 },
};

/** A dense sweep: every sign and exponent with many significands, more of them where functions bend. */
function sweep(): Float32Array {
  const values: number[] = [];
  for (let exponent = -149; exponent <= 127; exponent++) {
    const steps = exponent >= -12 && exponent <= 7 ? 5000 : 20;
    for (let i = 0; i < steps; i++) values.push((1 + i / steps) * 2 ** exponent);
  }
  return Float32Array.from([...values, ...values.map((x) => -x)]);
}

const SPECIAL = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4028234663852886e38];
SPECIAL.push(-3.4028234663852886e38, 1e30, -1e30, 1e-45, -1e-45, 1e-40, -1e-40, 88.8, -88.8, 104, -104, 1000, -1000);

function run(build: Build, id: number, x: ArrayLike<number>): Float32Array {
  const bed = new Bed(build);
  const vectors = Math.ceil(x.length / 4);
  const src = bed.block(vectors * 4);
  src.f32.fill(0).set(x);
  const dst = bed.block(vectors * 4, { writable: true });
  bed.run(() => build.kernels.activate(src.at, dst.at, vectors, id, ALPHA, BETA));
  return dst.f32.slice(0, x.length);
}

for (const build of builds) {
  describe(`activate (${build.name})`, () => {
    const x = sweep();
    test.each(ACTIVATIONS.map((name, id) => [name, id] as const))('%s within its bound everywhere', (name, id) => {
      const { absolute, relative } = BOUNDS[name];
      const chunk = 100_000;
      const beyond: object[] = [];
      for (let from = 0; from < x.length; from += chunk) {
        const part = x.subarray(from, from + chunk);
        run(build, id, part).forEach((got, i) => {
          const wanted = activation({ id, alpha: ALPHA, beta: BETA }, part[i] as number);
          // Correctly rounded, infinities and NaN among them, is no difference.
          const error = largestDifference([got], [wanted], { special: true });
          if (error === 0 || error <= absolute + relative * Math.abs(wanted)) return;
          beyond.push({ x: part[i], got, wanted, error });
        });
      }
      expect(
        beyond.length,
        JSON.stringify(beyond.slice(0, 3), (_, value) => value ?? 'NaN'),
      ).toBe(0);
    });

    test.each(ACTIVATIONS.map((name, id) => [name, id] as const))(
      '%s of the special values is of the kind float64 gives',
      (name, id) => {
        const got = run(build, id, SPECIAL);
        SPECIAL.forEach((value, i) => {
          const wanted = activation({ id, alpha: ALPHA, beta: BETA }, Math.fround(value));
          const kind = `${name}(${value}) = ${got[i]}, float64 ${wanted}`;
          if (Number.isNaN(wanted)) expect(got[i], kind).toBeNaN();
          else if (Math.abs(wanted) > 3.5e38) expect(got[i], kind).toBe(Math.sign(wanted) * Number.POSITIVE_INFINITY);
          else {
            const { absolute, relative } = BOUNDS[name];
            const error = Math.abs((got[i] as number) - wanted);
            expect(error, kind).toBeLessThanOrEqual(absolute + relative * Math.abs(wanted) + 1.2e-38);
          }
        });
      },
    );

    test('tanh near zero is accurate relative to itself', () => {
      const near = Float32Array.from({ length: 40_000 }, (_, i) => 10 ** (-30 + (i * 29.3) / 40_000));
      run(build, ACTIVATIONS.indexOf('tanh'), near).forEach((got, i) => {
        const wanted = Math.tanh(near[i] as number);
        expect(Math.abs(got - wanted) / wanted).toBeLessThan(8e-7);
      });
    });

    test('in place, nothing beyond the vectors, zero vectors', () => {
      const bed = new Bed(build);
      const data = bed.block(12, { writable: true });
      data.f32.set([-3, -2, -1, 0, 1, 2, 3, 4, -5, 6, -7, 8]);
      bed.run(() => build.kernels.activate(data.at, data.at, 3, ACTIVATIONS.indexOf('relu'), 0, 0));
      expect([...data.f32]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 0, 6, 0, 8]);
      const none = bed.block(4);
      bed.run(() => build.kernels.activate(data.at, none.at, 0, 1, 0, 0));
      expect(untouched(none)).toBe(true);
    });

    test('a NaN stays in its lane', () => {
      ACTIVATIONS.forEach((name, id) => {
        const got = run(build, id, [0.5, Number.NaN, -0.5, 2]);
        const alone = run(build, id, [0.5, 0, -0.5, 2]);
        expect([got[0], got[2], got[3]], name).toEqual([alone[0], alone[2], alone[3]]);
      });
    });
  });
}
