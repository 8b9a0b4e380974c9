import type { ActivationSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { value } from '../stretch.js';
import type { Atom, Item, Value } from '../value.js';
import { activation } from './activate.js';
import { ELEMENTWISE } from './elementwise.js';
import { layerNorm } from './norm.js';
import { gemm, matmul, turned } from './product.js';
import type { Run } from './run.js';
import { conv } from './window.js';

// What ONNX Runtime makes of graphs when it saves them optimised: domain com.microsoft.

/** An activation by the operator's name, as fused operators name it. */
function named(op: Op, name: string, [alpha, beta]: readonly number[]): ActivationSpec | undefined {
  switch (name) {
    case '':
      return undefined;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return name.toLowerCase() as ActivationSpec;
    case 'LeakyRelu':
      return { type: 'leaky_relu', alpha: alpha ?? 0.01 };
    case 'HardSigmoid':
      return { type: 'hard_sigmoid', alpha: alpha ?? 0.2, beta: beta ?? 0.5 };
  }
  return refuse(op.where, 'an unknown activation', 'Relu, Sigmoid, Tanh, LeakyRelu, HardSigmoid', name);
}

/** What follows a product: a bias that comes later may not go in front of it. */
function then(op: Op, ctx: Context, [x]: readonly (Item | undefined)[], what: ActivationSpec | undefined): Item[] {
  if (!what) return [x as Value];
  ctx.biasless.delete(op.outputs[0] as string);
  return [activation(ctx, x as Value, what)];
}

const add = (op: Op, ctx: Context, inputs: Op['inputs']): Value =>
  (ELEMENTWISE.Add as Run)({ ...op, inputs, outputs: [`${op.name}.sum`] }, ctx)[0] as Value;

/** A factor of FusedMatMul as MatMul takes it: the batch may stand behind the rows, and the last two axes may be exchanged. */
function factor(op: Op, index: number): Item | undefined {
  const side = 'AB'[index];
  const [batch, flip] = [op.attributes.flag(`transBatch${side}`, false), op.attributes.flag(`trans${side}`, false)];
  const x = op.inputs[index];
  if (!batch && !flip) return x;
  if (x?.kind === 'value') {
    if (x.axes.length < 2) refuse(op.where, 'a vector turned', 'a matrix', `${x.axes.length} axes`);
    const [first, ...rest] = x.axes as [readonly Atom[], ...(readonly Atom[])[]];
    const moved = batch ? { ...x, axes: [...rest.slice(0, -1), first, ...rest.slice(-1)] } : x;
    return flip ? turned(moved) : moved;
  }
  if (x?.kind !== 'constant' || x.dims.length !== 2)
    return refuse(op.where, 'weights of several axes', 'two', x?.kind === 'constant' ? `[${x.dims}]` : x?.kind);
  const [m, n] = x.dims as [number, number];
  return flip ? { ...pick(op, x, [n, m], [1, n]), tensor: x.tensor } : x;
}

function fusedMatmul(op: Op, ctx: Context): Item[] {
  const alpha = op.attributes.float('alpha', 1);
  const product = matmul({ ...op, inputs: [factor(op, 0), factor(op, 1)] }, ctx);
  return then(op, ctx, product, alpha === 1 ? undefined : { type: 'affine', alpha, beta: 0 });
}

/** With the bias that some of them bring. */
const biased =
  (what: ActivationSpec): Run =>
  (op, ctx) => {
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    return then(op, ctx, [op.inputs[1] ? add(op, ctx, [x, op.inputs[1]]) : x], what);
  };

export const FUSED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Gelu: biased('gelu'),
  BiasGelu: biased('gelu'),
  FastGelu: biased('gelu_tanh'),
  FusedMatMul: fusedMatmul,
  FusedGemm(op, ctx) {
    const { attributes } = op;
    const parameters = [
      attributes.float('activation_alpha', undefined),
      attributes.float('activation_beta', undefined),
    ];
    const what = named(op, attributes.string('activation', ''), parameters as number[]);
    return then(op, ctx, gemm(op, ctx), what);
  },
  FusedConv(op, ctx) {
    const { attributes } = op;
    const what = named(op, attributes.string('activation', ''), attributes.floats('activation_params') ?? []);
    if (op.inputs[3]) refuse(op.where, 'adds another value', 'X, W and B', 'Z');
    return then(op, ctx, conv(op, ctx), what);
  },
  SkipLayerNormalization(op, ctx) {
    const [x, skip, gamma, beta, bias] = op.inputs;
    const sum = add(op, ctx, [x, skip]);
    const all = bias ? add(op, ctx, [sum, bias]) : sum;
    const [y] = layerNorm({ ...op, inputs: [all, gamma, beta], used: [true] }, ctx, 1e-12);
    return [y, undefined, undefined, all];
  },
};
