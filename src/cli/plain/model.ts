import type { DenseNode, ModelSpec, NodeSpec } from '../../index.js';
import { FUNCTIONS, gruStep, lstmStep, rnnStep, type Step, type Tensor } from './cells.js';
import { addProduct } from './product.js';

/** Fields that a layer may have for plain JS to be the same. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['lstm', ['units', 'returnSequences', 'activations']],
  ['gru', ['units', 'returnSequences', 'activations', 'resetAfter']],
  ['rnn', ['units', 'returnSequences', 'activation']],
  ['dense', ['units', 'activation']],
  ['dropout', []],
]);
const TENSORS = ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weight', 'bias'];
const SIGMOIDS = ['i', 'f', 'o', 'r', 'z'];

/**
 * The same model in plain JavaScript, written well: Float32Arrays, rows of weights as frameworks store them, four running sums, nothing
 * allocated in a step. What the engine's speed is compared with.
 * @returns its step; or why there is none: only chains of plain LSTM, GRU, RNN and dense layers are compared.
 */
export function plainModel(spec: ModelSpec): { readonly step: Step } | { readonly why: string } {
  const { inputs, nodes, outputs, tensors } = spec;
  const [input] = inputs;
  if (inputs.length !== 1 || outputs.length !== 1 || input?.dtype === 'int32' || spec.carries?.length)
    return { why: 'not one input of features and one output' };
  if (spec.int8 && Object.keys(spec.int8).length > 0) return { why: 'int8 weights' };
  let value = input?.name;
  for (const node of nodes) {
    const odd = oddity(node);
    if (odd) return { why: `layer ${JSON.stringify(node.name)} ${odd}` };
    if (node.inputs.length !== 1 || node.inputs[0] !== value || (node.outputs?.length ?? 1) !== 1)
      return { why: `layer ${JSON.stringify(node.name)} is not in a chain` };
    value = node.outputs?.[0] ?? node.name;
  }
  if (outputs[0] !== value) return { why: 'the output is not that of the last layer' };
  const tensor: Tensor = (name, length) =>
    name === undefined ? new Float32Array(length) : (tensors[name]?.data ?? new Float32Array(length));
  const steps = nodes.map((node) => stepOf(node, tensor));
  return { step: (x) => steps.reduce((values, step) => step(values), x) };
}

/** What a layer has that plain JS has not. */
function oddity(node: NodeSpec): string | undefined {
  const known = FIELDS.get(node.type);
  if (!known) return `is of type ${node.type}`;
  const {
    name: _name,
    type: _type,
    inputs: _inputs,
    outputs: _outputs,
    tensors = {},
    ...fields
  } = node as NodeSpec & {
    readonly tensors?: object;
  };
  const field = Object.entries(fields).find(
    ([key, value]) => !known.includes(key) && value !== undefined && value !== false,
  );
  if (field) return `has ${field[0]}`;
  const tensor = Object.entries(tensors).find(([key, name]) => name !== undefined && !TENSORS.includes(key));
  if (tensor) return `has ${tensor[0]}`;
  const { activations = {}, activation } = fields as { activations?: object; activation?: never };
  const gate = Object.entries(activations).find(
    ([key, given]) => given !== undefined && given !== (SIGMOIDS.includes(key) ? 'sigmoid' : 'tanh'),
  );
  if (gate) return `has another activation of ${gate[0]}`;
  return activation === undefined || FUNCTIONS.has(activation) ? undefined : 'has a function of its own';
}

function stepOf(node: NodeSpec, tensor: Tensor): Step {
  switch (node.type) {
    case 'lstm':
      return lstmStep(node, tensor);
    case 'gru':
      return gruStep(node, tensor);
    case 'rnn':
      return rnnStep(node, tensor);
    case 'dense':
      return denseStep(node, tensor);
    default:
      return (x) => x;
  }
}

function denseStep({ units, tensors, activation = 'linear' }: DenseNode, tensor: Tensor): Step {
  const [weight, bias, y] = [tensor(tensors.weight, 0), tensor(tensors.bias, units), new Float32Array(units)];
  const act = FUNCTIONS.get(activation) as (x: number) => number;
  return (x) => {
    y.set(bias);
    addProduct(y, weight, x);
    if (activation !== 'linear') for (let u = 0; u < units; u++) y[u] = act(y[u] as number);
    return y;
  };
}
