import type { RescaleNode } from '../../../spec.js';
import { type Builder, DOMAIN, isQuantised } from '../builder.js';
import { wholesOf } from '../constants.js';
import type { TfTensor } from '../model.js';
import { ACTIVATIONS } from '../operators.js';
import type { Site } from '../site.js';

// Products of whole numbers as TensorFlow Lite's integer kernels compute them: sums that are exact, which float32 holds, then a factor that is
// rounded as gemmlowp rounds. What these kernels do not take is left to whoever asked.

const { fround } = Math;

/** Below this float32 holds every whole number. */
const EXACT = 2 ** 24;

const isInt8 = ({ type, scales, zeros }: TfTensor): boolean =>
  type === 'INT8' && scales.length > 0 && scales.every((scale) => scale > 0) && zeros.length <= scales.length;

/** Of all of a value, in one step. */
const isOne = (tensor: TfTensor): boolean => isInt8(tensor) && tensor.scales.length === 1;

const zeroOf = ({ zeros }: TfTensor): number => zeros[0] ?? 0;

/** Bounds of 8 bits and of a fused activation, less the zero point; undefined for one that is no bound. */
function boundsOf(output: TfTensor, activation: number): readonly [low: number, high: number] | undefined {
  const zero = zeroOf(output);
  const [low, high] = [-128 - zero, 127 - zero];
  // As the kernel has it: the quotient is float32's, halves away from zero.
  const step = (n: number): number => Math.floor(fround(n / (output.scales[0] as number)) + 0.5);
  switch (ACTIVATIONS[activation]) {
    case 'NONE':
      return [low, high];
    case 'RELU':
      return [Math.max(low, 0), high];
    case 'RELU6':
      return [Math.max(low, 0), Math.min(high, step(6))];
    case 'RELU_N1_TO_1':
      return [Math.max(low, -step(1)), Math.min(high, step(1))];
    default:
      return undefined;
  }
}

/** What comes behind a product: rounded and bounded. @param to its name; default: that of the output. @returns the name of what is rounded. */
function rescaled(
  site: Site,
  scales: readonly number[],
  [low, high]: readonly [low: number, high: number],
  halves: RescaleNode['halves'] = 'away',
  to = site.centredTarget(),
): string {
  const { builder, source } = site;
  const sums = builder.fresh(`${site.outputName()}.sums`);
  const attributes = { scales: { floats: [...scales] }, low: { i: low }, high: { i: high }, halves: { s: halves } };
  builder.add('Rescale', source, [sums], [to], attributes, DOMAIN);
  return sums;
}

/** Factors that the layer takes. */
const areFactors = (scales: readonly number[]): boolean => scales.every((scale) => scale > 0 && scale < 2 ** 15);

/** `a·b`. @returns whether the integer kernel takes it, so that it is done. */
export function integerMul(site: Site, activation: number): boolean {
  const [a, b, y] = [site.tensor(0), site.tensor(1), site.output()];
  const bounds = boundsOf(y, activation);
  if (!(isOne(a) && isOne(b) && isOne(y)) || !bounds || site.builder.inLoop) return false;
  // In float32, as the kernel is prepared.
  const scale = fround(fround((a.scales[0] as number) * (b.scales[0] as number)) / (y.scales[0] as number));
  if (!areFactors([scale])) return false;
  const { builder, source, where } = site;
  const factors = [0, 1].map((input) => builder.centred(site.index(input), source, where));
  site.add('Mul', factors, [rescaled(site, [scale], bounds)]);
  return true;
}

/** A slope for what is below 0, and another above. @returns as `integerMul`. */
export function integerLeakyRelu(site: Site, alpha: number): boolean {
  const [x, y] = [site.tensor(0), site.output()];
  const bounds = boundsOf(y, 0);
  if (!(isOne(x) && isOne(y)) || !bounds || site.builder.inLoop) return false;
  const [from, to] = [x.scales[0] as number, y.scales[0] as number];
  const [above, below] = [fround(from / to), fround(fround(from * alpha) / to)];
  if (!areFactors([above, below])) return false;
  const { builder, source, where } = site;
  const given = builder.centred(site.index(0), source, where);
  const zero = builder.number(`${site.outputName()}.nought`, 0);
  const halves = ['above', 'below'].map((half) => builder.fresh(`${site.outputName()}.${half}`));
  site.add('Max', [given, zero], [rescaled(site, [above], bounds, 'away', halves[0])]);
  site.add('Min', [given, zero], [rescaled(site, [below], bounds, 'away', halves[1])]);
  site.add('Add', halves, [site.centredTarget()]);
  return true;
}

/** What a sum of products is made of, as the whole numbers that it is. */
export interface IntegerSums {
  readonly x: string;
  readonly weights: string;
  readonly bias: string | undefined;
  /** What is to be named: the sums. */
  readonly sums: string;
}

/** Whether float32 holds every sum of a row of weights times what 8 bits less a zero point can be, and its bias. */
function areExact(builder: Builder, weights: TfTensor, bias: readonly number[] | undefined, zero: number): boolean {
  const { data, shape, axis } = weights;
  if (!data) return false;
  const rows = shape[axis] as number;
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const most = Math.max(127 - zero, zero + 128);
  const sums = Array.from({ length: rows }, (_, row) => Math.abs(bias?.[row] ?? 0));
  builder.file.budget.operations(data.length, 'weights of whole numbers');
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / inner) % rows;
    sums[row] = (sums[row] as number) + Math.abs(((data[i] as number) << 24) >> 24) * most;
  }
  return sums.every((sum) => sum < EXACT);
}

/**
 * Weights (input 1) of whole numbers times x (input 0), and a bias (input 2) in their steps; `axis` of the weights is the outputs'.
 * @param single whether TensorFlow Lite multiplies one scale for all in float32.
 * @returns undefined for what the integer kernel does not take.
 */
export function integerSums(site: Site, activation: number, axis: number, single: boolean): IntegerSums | undefined {
  const { builder, source, where } = site;
  const [x, w, y] = [site.tensor(0), site.tensor(1), site.output()];
  const bounds = isOne(x) && isOne(y) && isInt8(w) ? boundsOf(y, activation) : undefined;
  const along = w.scales.length === 1 || w.axis === axis;
  if (!bounds || !along || w.zeros.some((zero) => zero !== 0) || builder.inLoop) return undefined;
  const b = site.has(2) ? site.tensor(2) : undefined;
  const wholes = b && b.type === 'INT32' && b.zeros.every((zero) => zero === 0) ? wholesOf(b) : undefined;
  if ((b && (!wholes || !isQuantised(b))) || !areExact(builder, { ...w, axis }, wholes, zeroOf(x))) return undefined;
  const [from, to] = [x.scales[0] as number, y.scales[0] as number];
  const scales = w.scales.map((scale) => (single && w.scales.length === 1 ? fround(from * scale) : from * scale) / to);
  if (!areFactors(scales)) return undefined;
  const one = builder.number(`${site.outputName()}.one`, 1);
  const raw = (input: number): string => site.emit('DequantizeLinear', [site.raw(input), one], undefined, 'whole');
  return {
    x: builder.centred(site.index(0), source, where),
    weights: raw(1),
    bias: b && raw(2),
    // Products of matrices are rounded by vector instructions.
    sums: rescaled(site, scales, bounds, axis === 0 ? 'up' : 'away'),
  };
}
