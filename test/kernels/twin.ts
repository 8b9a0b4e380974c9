/** The kernels' meaning once more, in float64 and without haste. */

export interface Activation {
  id: number;
  alpha: number;
  beta: number;
}

export const ACTIVATIONS = [
  'linear',
  'sigmoid',
  'tanh',
  'relu',
  'hard_sigmoid',
  'leaky_relu',
  'thresholded_relu',
  'elu',
  'selu',
  'softsign',
  'softplus',
  'affine',
  'scaled_tanh',
  'gelu',
  'gelu_tanh',
  'silu',
  'exp',
  'log',
  'sqrt',
  'abs',
  'square',
  'reciprocal',
  'clip',
  'hard_silu',
  'mish',
  'log_sigmoid',
  'erf',
  'floor',
  'sign',
  'round',
] as const;

export const SIGMOID: Activation = { id: 1, alpha: 0, beta: 0 };
export const TANH: Activation = { id: 2, alpha: 0, beta: 0 };

/** One activation of one number. */
export function activation({ id, alpha, beta }: Activation, x: number): number {
  switch (ACTIVATIONS[id]) {
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh(x);
    case 'relu':
      return Math.max(0, x);
    case 'hard_sigmoid':
      return Math.min(1, Math.max(0, alpha * x + beta));
    case 'leaky_relu':
      return x < 0 ? alpha * x : x;
    case 'thresholded_relu':
      return x > alpha ? x : 0;
    case 'elu':
      return x < 0 ? alpha * Math.expm1(x) : x;
    case 'selu':
      return beta * (x < 0 ? alpha * Math.expm1(x) : x);
    case 'softsign':
      return Math.abs(x) === Number.POSITIVE_INFINITY ? Math.sign(x) : x / (1 + Math.abs(x));
    case 'softplus':
      return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    case 'affine':
      return alpha * x + beta;
    case 'scaled_tanh':
      return alpha * Math.tanh(beta * x);
    case 'gelu':
      return x * (x > 0 ? 1 - upperTail(x) : upperTail(-x));
    case 'gelu_tanh':
      return x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'exp':
      return Math.exp(x);
    case 'log':
      return Math.log(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'abs':
      return Math.abs(x);
    case 'square':
      return x * x;
    case 'reciprocal':
      return 1 / x;
    case 'clip':
      return Math.min(beta, Math.max(alpha, x));
    case 'hard_silu':
      return x * Math.min(1, Math.max(0, x / 6 + 0.5));
    case 'mish':
      return x * Math.tanh(Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))));
    case 'log_sigmoid':
      return Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
    case 'erf':
      return x < 0 ? 2 * upperTail(-x * Math.SQRT2) - 1 : 1 - 2 * upperTail(x * Math.SQRT2);
    case 'floor':
      return Math.floor(x);
    case 'sign':
      return Math.sign(x);
    case 'round':
      return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
    default:
      return x;
  }
}

/**
 * The normal distribution's upper tail, Q(a) for a >= 0: its Taylor series about 0 up to 3, then the
 * continued fraction (Abramowitz & Stegun 26.2.10 and 26.2.14).
 */
function upperTail(a: number): number {
  if (a > 40) return 0;
  const density = Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI);
  if (a <= 3) {
    let [term, sum] = [a, a];
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / (2 * n);
      sum += term / (2 * n + 1);
    }
    return 0.5 - sum / Math.sqrt(2 * Math.PI);
  }
  let fraction = a;
  for (let n = 120; n > 0; n--) fraction = a + n / fraction;
  return density / fraction;
}

/** `bias + W·x` with W row-major `[outputs][x.length]`. */
export function affine(w: Float32Array, bias: ArrayLike<number>, x: ArrayLike<number>): number[] {
  return Array.from({ length: bias.length }, (_, j) => {
    let sum = bias[j] as number;
    for (let i = 0; i < x.length; i++) sum += (w[j * x.length + i] as number) * (x[i] as number);
    return sum;
  });
}

/** x within ±bound; 0: no bound. */
export const bounded = (x: number, bound: number): number =>
  bound > 0 && !Number.isNaN(x) ? Math.min(bound, Math.max(-bound, x)) : x;
