import { clamp, madd, splat, zeros } from './arith';
import { exp, expm1, log, log1p } from './exp';
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
  log,
  sqrt,
  abs,
  square,
  reciprocal,
  clip,
  hardSilu,
  mish,
  logSigmoid,
  erf,
  floor,
  sign,
  round,
}

/**
 * One activation of one vector. Unknown numbers are the identity; the caller has checked.
 *
 * Errors against float64: see `gates.ts` and `exp.ts`; gelu 2e-7 and softplus 2e-7 relative to the result, erf 5e-7 absolute.
 */
export function apply(x: v128, id: Activation, alpha: v128, beta: v128): v128 {
  switch (id) {
    case Activation.sigmoid:
      return sigmoid(x);
    case Activation.tanh:
    case Activation.scaledTanh: {
      const scaled = id == Activation.scaledTanh;
      const y = tanh(scaled ? f32x4.mul(beta, x) : x);
      return scaled ? f32x4.mul(alpha, y) : y;
    }
    case Activation.relu:
      return f32x4.pmax(x, zeros());
    case Activation.hardSigmoid:
    case Activation.hardSilu: {
      const silu = id == Activation.hardSilu;
      const a = silu ? splat(<f32>(1.0 / 6.0)) : alpha;
      const y = clamp(f32x4.add(f32x4.mul(a, x), silu ? splat(0.5) : beta), zeros(), splat(1));
      return silu ? f32x4.mul(x, y) : y;
    }
    case Activation.leakyRelu:
      return v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, zeros()));
    case Activation.thresholdedRelu:
      return v128.and(x, f32x4.gt(x, alpha));
    case Activation.elu:
    case Activation.selu: {
      const y = v128.bitselect(f32x4.mul(alpha, expm1(x)), x, f32x4.lt(x, zeros()));
      return id == Activation.selu ? f32x4.mul(beta, y) : y;
    }
    case Activation.softsign: {
      // Bounded to the largest float first: Infinity gives 1, not Infinity/Infinity.
      const y = clamp(x, splat(-f32.MAX_VALUE), splat(f32.MAX_VALUE));
      return f32x4.div(y, f32x4.add(splat(1), f32x4.abs(y)));
    }
    case Activation.affine:
      return f32x4.add(f32x4.mul(alpha, x), beta);
    case Activation.softplus:
    case Activation.gelu:
    case Activation.geluTanh:
    case Activation.silu:
    case Activation.exp:
    case Activation.mish:
    case Activation.logSigmoid:
    case Activation.erf:
      return byExp(x, id);
    case Activation.log:
      return log(x);
    case Activation.sqrt:
      return f32x4.sqrt(x);
    case Activation.abs:
      return f32x4.abs(x);
    case Activation.square:
      return f32x4.mul(x, x);
    case Activation.reciprocal:
      return f32x4.div(splat(1), x);
    case Activation.clip:
      return clamp(x, alpha, beta);
    case Activation.floor:
      return f32x4.floor(x);
    case Activation.sign: {
      // ±1 by the sign bit, x itself (0, -0, NaN) where it is neither above nor below 0.
      const one = v128.or(v128.and(x, splat(-0.0)), splat(1));
      return v128.bitselect(one, x, f32x4.gt(f32x4.abs(x), zeros()));
    }
    case Activation.round:
      return f32x4.nearest(x);
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

/** The functions made of one exponential, whose argument comes first. */
function byExp(x: v128, id: Activation): v128 {
  let u = x;
  if (id == Activation.softplus || id == Activation.logSigmoid || id == Activation.mish) u = f32x4.neg(f32x4.abs(x));
  else if (id == Activation.silu) u = f32x4.neg(x);
  else if (id == Activation.gelu) u = f32x4.mul(f32x4.mul(x, x), splat(-0.5));
  else if (id == Activation.erf) u = f32x4.neg(f32x4.mul(x, x));
  else if (id == Activation.geluTanh) {
    // x/2·(1 + tanh v) = x·sigmoid(2v),  v = sqrt(2/pi)·(x + 0.044715·x³)
    const cubic = f32x4.mul(f32x4.mul(x, x), splat(0.044715));
    u = f32x4.mul(f32x4.add(x, f32x4.mul(x, cubic)), splat(-1.5957691216057308));
  }
  const e = exp(u);
  if (id == Activation.exp) return e;
  if (id == Activation.gelu || id == Activation.erf) {
    const a = f32x4.abs(x);
    const erf = id == Activation.erf;
    const tail = upperTail(erf ? f32x4.mul(a, splat(1.4142135623730951)) : a, e);
    // erf(a) = 1 - 2·Q(a·√2), with the sign of x
    if (erf) return v128.bitselect(x, f32x4.sub(splat(1), f32x4.add(tail, tail)), splat(-0.0));
    return f32x4.mul(x, v128.bitselect(f32x4.sub(splat(1), tail), tail, f32x4.gt(x, zeros())));
  }
  // ln(1 + e^x) = max(0, x) + ln(1 + e^-|x|);  logSigmoid(x) = -softplus(-x) = min(0, x) - ln(1 + e^-|x|)
  if (id == Activation.softplus) return f32x4.add(f32x4.pmax(x, zeros()), log1p(e));
  if (id == Activation.logSigmoid) return f32x4.sub(f32x4.pmin(x, zeros()), log1p(e));
  if (id == Activation.mish) {
    // tanh(ln(1 + e^x)) = (n² + 2n)/(n² + 2n + 2) with n = e^x, in e^-x where x > 0
    const positive = f32x4.gt(x, zeros());
    const twice = f32x4.add(e, e);
    const square = f32x4.mul(e, e);
    const top = f32x4.add(twice, v128.bitselect(splat(1), square, positive));
    const more = v128.bitselect(f32x4.add(square, square), splat(2), positive);
    return f32x4.mul(x, f32x4.div(top, f32x4.add(top, more)));
  }
  return f32x4.div(x, f32x4.add(splat(1), e));
}

/**
 * Q(a) = Φ(-a) for a >= 0, the normal distribution's upper tail:
 *
 *     Q(a) = e^(-a²/2) · u · P(u),   u = 1/(1 + 0.305·a)
 *
 * P of degree 7 by the Remez exchange on a in [0, 14.5], 1e-7 relative: the form of Hastings (1955), which
 * keeps the tail's own accuracy where 1 + erf would cancel. `density` is e^(-a²/2). gelu(x) = x·Φ(x).
 */
// @ts-ignore: decorator
@inline
function upperTail(a: v128, density: v128): v128 {
  const u = f32x4.div(splat(1), f32x4.add(splat(1), f32x4.mul(a, splat(0.305))));
  let p = madd(splat(-0.15274609625339508), u, splat(0.03663886711001396));
  p = madd(splat(0.18531492352485657), u, p);
  p = madd(splat(-0.03762068599462509), u, p);
  p = madd(splat(0.1208404004573822), u, p);
  p = madd(splat(0.10347369313240051), u, p);
  p = madd(splat(0.12245868146419525), u, p);
  p = madd(splat(0.12164024263620377), u, p);
  return f32x4.mul(f32x4.mul(u, p), density);
}
