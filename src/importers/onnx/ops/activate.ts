import type { ActivationSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { value } from '../stretch.js';
import type { Value } from '../value.js';
import type { Run } from './run.js';

export const LARGEST = 3.4028234663852886e38;

/** One activation node over a value. */
export function activation(ctx: Context, x: Value, activation: ActivationSpec, type = x.type): Value {
  const name = ctx.add({ type: 'activation', inputs: [x.name], activation }, x.name);
  return { ...x, name, type };
}

const negated = (ctx: Context, x: Value): Value => activation(ctx, x, { type: 'affine', alpha: -1, beta: 0 });

const simple =
  (make: (op: Op) => ActivationSpec): Run =>
  (op, ctx) => [activation(ctx, value(ctx, op.where, op.inputs[0], 'the input'), make(op))];

const alpha =
  (type: 'leaky_relu' | 'thresholded_relu' | 'elu', otherwise: number) =>
  ({ attributes }: Op): ActivationSpec => ({ type, alpha: attributes.float('alpha', otherwise) });

export const ACTIVATE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Relu: simple(() => 'relu'),
  Sigmoid: simple(() => 'sigmoid'),
  Tanh: simple(() => 'tanh'),
  Softplus: simple(() => 'softplus'),
  Softsign: simple(() => 'softsign'),
  Exp: simple(() => 'exp'),
  Log: simple(() => 'log'),
  Sqrt: simple(() => 'sqrt'),
  Abs: simple(() => 'abs'),
  Reciprocal: simple(() => 'reciprocal'),
  Erf: simple(() => 'erf'),
  Floor: simple(() => 'floor'),
  Ceil: (op, ctx) => [
    negated(ctx, activation(ctx, negated(ctx, value(ctx, op.where, op.inputs[0], 'the input')), 'floor')),
  ],
  Round: simple(() => 'round'),
  Sign: simple(() => 'sign'),
  Mish: simple(() => 'mish'),
  HardSwish: simple(() => 'hard_silu'),
  Neg: (op, ctx) => [negated(ctx, value(ctx, op.where, op.inputs[0], 'the input'))],
  Not(op, ctx) {
    const [x] = op.inputs;
    if (x?.kind === 'filled') return [{ ...x, value: x.value === 0 ? 1 : 0 }];
    return [activation(ctx, value(ctx, op.where, x, 'the input'), { type: 'affine', alpha: -1, beta: 1 })];
  },
  LeakyRelu: simple(alpha('leaky_relu', 0.01)),
  ThresholdedRelu: simple(alpha('thresholded_relu', 1)),
  Elu: simple(alpha('elu', 1)),
  HardSigmoid: simple(({ attributes }) => ({
    type: 'hard_sigmoid',
    alpha: attributes.float('alpha', 0.2),
    beta: attributes.float('beta', 0.5),
  })),
  Gelu: simple(({ attributes, where }) => {
    const form = attributes.string('approximate', 'none');
    if (form !== 'none' && form !== 'tanh') refuse(where, 'a form that is not honoured', 'none or tanh', form);
    return form === 'none' ? 'gelu' : 'gelu_tanh';
  }),
  Selu: simple(({ attributes, where }) => {
    const [a, gamma] = [attributes.float('alpha', 1.6732632423543772), attributes.float('gamma', 1.0507009873554805)];
    if (Math.abs(a - 1.6732632) > 1e-6 || Math.abs(gamma - 1.050701) > 1e-6)
      refuse(where, 'other constants than the paper’s', '1.67326, 1.0507', `${a}, ${gamma}`);
    return 'selu';
  }),
};
