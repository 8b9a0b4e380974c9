import { clamp, madd, splat, zeros } from './arith';
import { exp, expm1, log1p } from './exp';
import { sigmoid, tanh } from './gates';

/** The functions' numbers, as layer descriptors and `activate` carry them. */
export const enum Activation {
  linear,
  sigmoid,
  tanh,
  relu,
  hardSigmoid,
  leakyRelu,
  thresholdedRelu,
  elu,
  selu,
  softsign,
  softplus,
  affine,
  scaledTanh,
  gelu,
  geluTanh,
  silu,
  exp,
}

/**
 * One activation of one vector. Unknown numbers are the identity; the caller has checked.
 *
 * Errors against float64: see `gates.ts` and `exp.ts`; gelu 2e-7 and softplus 2e-7 relative to the result.
 */
export function apply(x: v128, id: Activation, alpha: v128, beta: v128): v128 {
  switch (id) {
    case Activation.sigmoid:
      return sigmoid(x);
    case Activation.tanh:
      return tanh(x);
    case Activation.relu:
      return f32x4.pmax(x, zeros());
    case Activation.hardSigmoid:
      return clamp(f32x4.add(f32x4.mul(alpha, x), beta), zeros(), splat(1));
    case Activation.leakyRelu:
      return v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, zeros()));
    case Activation.thresholdedRelu:
      return v128.and(x, f32x4.gt(x, alpha));
    case Activation.elu:
      return elu(x, alpha);
    case Activation.selu:
      return f32x4.mul(beta, elu(x, alpha));
    case Activation.softsign: {
      // Bounded to the largest float first: Infinity gives 1, not Infinity/Infinity.
      const y = clamp(x, splat(-f32.MAX_VALUE), splat(f32.MAX_VALUE));
      return f32x4.div(y, f32x4.add(splat(1), f32x4.abs(y)));
    }
    case Activation.affine:
      return f32x4.add(f32x4.mul(alpha, x), beta);
    case Activation.scaledTanh:
      return f32x4.mul(alpha, tanh(f32x4.mul(beta, x)));
    case Activation.softplus:
    case Activation.gelu:
    case Activation.geluTanh:
    case Activation.silu:
    case Activation.exp:
      return byExp(x, id);
    default:
      return x;
  }
}

/** `dst[v] = f(src[v])` over `vectors` vectors; `dst` may be `src`. */
export function activate(src: usize, dst: usize, vectors: i32, id: Activation, alpha: f32, beta: f32): void {
  const a = splat(alpha);
  const b = splat(beta);
  const end = src + (<usize>vectors << 4);
  while (src < end) {
    v128.store(dst, apply(v128.load(src), id, a, b));
    src += 16;
    dst += 16;
  }
}

/** x < 0 ? alpha·(e^x - 1) : x */
// @ts-ignore: decorator
@inline
function elu(x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.mul(alpha, expm1(x)), x, f32x4.lt(x, zeros()));
}

/** The functions made of one exponential, whose argument comes first. */
function byExp(x: v128, id: Activation): v128 {
  let u = x;
  if (id == Activation.softplus) u = f32x4.neg(f32x4.abs(x));
  else if (id == Activation.silu) u = f32x4.neg(x);
  else if (id == Activation.gelu) u = f32x4.mul(f32x4.mul(x, x), splat(-0.5));
  else if (id == Activation.geluTanh) {
    // x/2·(1 + tanh v) = x·sigmoid(2v),  v = sqrt(2/pi)·(x + 0.044715·x³)
    const cubic = f32x4.mul(f32x4.mul(x, x), splat(0.044715));
    u = f32x4.mul(f32x4.add(x, f32x4.mul(x, cubic)), splat(-1.5957691216057308));
  }
  const e = exp(u);
  if (id == Activation.exp) return e;
  if (id == Activation.gelu) return gelu(x, e);
  // ln(1 + e^x) = max(0, x) + ln(1 + e^-|x|)
  if (id == Activation.softplus) return f32x4.add(f32x4.pmax(x, zeros()), log1p(e));
  return f32x4.div(x, f32x4.add(splat(1), e));
}

/**
 * x·Φ(x), Φ the normal distribution, by its upper tail Q(a) = Φ(-a):
 *
 *     Q(a) = e^(-a²/2) · u · P(u),   u = 1/(1 + 0.305·a)
 *
 * P of degree 7 by the Remez exchange on a in [0, 14.5], 1e-7 relative: the form of Hastings (1955), which
 * keeps the tail's own accuracy where 1 + erf would cancel. `density` is e^(-x²/2).
 */
// @ts-ignore: decorator
@inline
function gelu(x: v128, density: v128): v128 {
  const a = f32x4.abs(x);
  const u = f32x4.div(splat(1), f32x4.add(splat(1), f32x4.mul(a, splat(0.305))));
  let p = madd(splat(-0.15274609625339508), u, splat(0.03663886711001396));
  p = madd(splat(0.18531492352485657), u, p);
  p = madd(splat(-0.03762068599462509), u, p);
  p = madd(splat(0.1208404004573822), u, p);
  p = madd(splat(0.10347369313240051), u, p);
  p = madd(splat(0.12245868146419525), u, p);
  p = madd(splat(0.12164024263620377), u, p);
  const tail = f32x4.mul(f32x4.mul(u, p), density);
  return f32x4.mul(x, v128.bitselect(f32x4.sub(splat(1), tail), tail, f32x4.gt(x, zeros())));
}
