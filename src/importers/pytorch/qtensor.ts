import { show } from '../formats/json.js';
import { type Budget, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { Tensor } from './tensor.js';

/** A quantised tensor, which is read as the numbers that it stands for. */
export class QuantisedTensor extends Tensor {
  constructor(
    { shape, dtype, read, storage, id }: Tensor,
    /** What is computed of its integers. */
    readonly how: string,
    dequantise: (integers: Float32Array) => Float32Array,
  ) {
    super(shape, dtype, () => dequantise(read()), storage, id);
  }
}

/** How the integers are read: of which scale and zero point each one is. */
interface Scheme {
  readonly how: string;
  readonly dequantise: (integers: Float32Array) => Float32Array;
}

/**
 * What `torch._utils._rebuild_qtensor` makes of integers and the parameters of their quantizer:
 * `(per_tensor_affine, scale, zero point)` or `(per_channel_affine[_float_qparams], scales, zero points, axis)`.
 * Each number is scale · (q − zero point), in float32, as `dequantize` of PyTorch has it (AffineQuantizerBase.cpp).
 * @throws {ImportError} another scheme, parameters that do not fit the tensor.
 */
export function quantised(tensor: Tensor, params: unknown, budget: Budget): QuantisedTensor {
  const [scheme, ...rest] = Array.isArray(params) ? params : [];
  budget.bytes(BYTES_PER_OBJECT, tensor.storage.where);
  const read = scheme === 'torch.per_tensor_affine' ? perTensor(tensor, rest) : perChannel(tensor, scheme, rest);
  const counted = (integers: Float32Array) => {
    budget.bytes(4 * integers.length, tensor.storage.where);
    return read.dequantise(integers);
  };
  return new QuantisedTensor(tensor, `${read.how} → float32`, counted);
}

/** The type of the integers, in words. */
const wordOf = (dtype: string): string => dtype.replace('U', 'uint').replace('I', 'int');

function perTensor({ dtype, storage: { where } }: Tensor, [scale, zero, ...more]: readonly unknown[]): Scheme {
  if (!isScale(scale) || !Number.isSafeInteger(zero) || more.length > 0)
    refuse(where, 'not quantised per tensor', 'a scale and a zero point', show([scale, zero, ...more]));
  const factor = Math.fround(scale);
  const point = zero === 0 ? '' : ` less ${zero}`;
  return {
    how: `values ${wordOf(dtype)}${point}, times ${factor}`,
    dequantise: (integers) => integers.map((q) => factor * (q - (zero as number))),
  };
}

const isScale = (value: unknown): value is number => Number.isFinite(value);

function perChannel({ shape, dtype, storage: { where } }: Tensor, scheme: unknown, params: readonly unknown[]): Scheme {
  const [scales, zeros, axis, ...more] = params;
  const known = scheme === 'torch.per_channel_affine' || scheme === 'torch.per_channel_affine_float_qparams';
  if (!known || more.length > 0)
    refuse(where, 'a quantizer that is not known', 'per tensor or per channel, affine', show(scheme));
  const size = shape[axis as number];
  const fits = (one: unknown): one is Tensor =>
    one instanceof Tensor && one.shape.length === 1 && one.shape[0] === size;
  if (size === undefined || !fits(scales) || !fits(zeros))
    refuse(where, 'not quantised per channel', 'a scale and a zero point for each of an axis', `axis ${show(axis)}`);
  const inner = shape.slice((axis as number) + 1).reduce((product, n) => product * n, 1);
  return {
    how: `values ${wordOf(dtype)} less their zero point, times their scale, of axis ${axis}`,
    dequantise(integers) {
      const [factors, points] = [scales.read(), zeros.read()];
      return integers.map((q, k) => {
        const channel = Math.floor(k / inner) % size;
        return (factors[channel] as number) * Math.fround(q - (points[channel] as number));
      });
    },
  };
}
