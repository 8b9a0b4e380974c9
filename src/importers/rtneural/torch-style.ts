import { flattenNested, type Nested } from '../formats/nested.js';
import { Chain, sameShape } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import type { RTNeuralOptions } from './options.js';

export interface Module {
  readonly name: string;
  readonly tensors: Map<string, Nested>;
}

/** The weights of a state_dict by the modules that have them, in the order of the file. */
export function modulesOf(file: Readonly<Record<string, unknown>>, reporter: Reporter): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const [key, value] of Object.entries(file)) {
    const dot = key.lastIndexOf('.');
    if (dot < 1) refuse(`entry ${JSON.stringify(key)}`, 'not a weight of a module', 'module.weight…', key);
    const name = key.slice(0, dot);
    const module = modules.get(name) ?? { name, tensors: new Map() };
    module.tensors.set(key.slice(dot + 1), flattenNested(value, `entry ${JSON.stringify(key)}`, reporter.budget));
    modules.set(name, module);
  }
  return modules;
}

/**
 * A PyTorch state_dict as JSON: modules in the order of the file, each reading what the one before it makes, as RTNeural's
 * models do.
 */
export function torchLayers(
  file: Readonly<Record<string, unknown>>,
  reporter: Reporter,
  { assume }: RTNeuralOptions,
): Chain {
  const all = [...modulesOf(file, reporter).values()];
  const first = all[0] ?? refuse('file', 'no weights', 'a state_dict');
  const start = first.tensors.get('weight_ih_l0') ?? first.tensors.get('weight');
  const inputs = start?.shape[1];
  if (!inputs)
    return refuse(
      `module ${JSON.stringify(first.name)}`,
      'a module that is not honoured',
      'LSTM, GRU or Linear',
      [...first.tensors.keys()].join(', '),
    );
  const chain = new Chain(reporter, inputs);
  reporter.note(
    'modules in the order of the file, each reading what the one before it makes, as in models of RTNeural',
  );
  if (assume) reporter.note('options.assume: no activation follows an inner Linear');
  for (const module of all) {
    if (isRecurrent(module)) recurrent(chain, module);
    else linear(chain, module);
  }
  // Activations have no weights, so the file does not have them.
  const inner = all.slice(0, -1).find((module) => !isRecurrent(module));
  if (inner && !assume)
    refuse(
      `module ${JSON.stringify(inner.name)}`,
      'an activation may follow it',
      "options.assume: 'chain', if none does",
    );
  return chain;
}

/** How many gates, and what rows of weights are then. */
const GATES = new Map([
  [4, 'gates i f g o, in order'],
  [3, 'gates r z n, in order'],
  [1, 'one row per unit; unchanged'],
]);
const isRecurrent = ({ tensors }: Module): boolean => tensors.has('weight_ih_l0');

export function linear(chain: Chain, { name, tensors }: Module): void {
  const where = `module ${JSON.stringify(name)}`;
  const [weight, bias] = [tensors.get('weight'), tensors.get('bias')];
  if (weight?.shape.length !== 2 || tensors.size !== (bias ? 2 : 1)) {
    refuse(where, 'a module that is not honoured', 'LSTM, GRU or Linear', [...tensors.keys()].join(', '));
  }
  const units = weight.shape[0] as number;
  sameShape(`${where}, weight`, weight.shape, [units, chain.features]);
  if (bias) sameShape(`${where}, bias`, bias.shape, [units]);
  const keep = (field: string, tensor: Nested, how: string) =>
    chain.keep(`${name}.${field}`, tensor, { tensor: `${name}.${field}`, shape: tensor.shape, how });
  const kept = {
    weight: keep('weight', weight, 'one row per output; unchanged'),
    ...(bias && { bias: keep('bias', bias, 'one per output') }),
  };
  chain.append(name, { type: 'dense', units, tensors: kept }, units);
}

/**
 * `nn.LSTM` or `nn.GRU`, told by the number of gates; all its layers.
 * @param elman whether it may be an `nn.RNN` too: who asks for one knows that its activation is tanh, which weights do not say.
 */
export function recurrent(chain: Chain, { name, tensors }: Module, elman = false): void {
  const where = `module ${JSON.stringify(name)}`;
  const left = new Set(tensors.keys());
  for (let layer = 0; tensors.has(`weight_ih_l${layer}`); layer++) {
    const get = (kind: string): Nested => {
      const key = `${kind}_l${layer}`;
      left.delete(key);
      return tensors.get(key) ?? refuse(where, `no ${key}`, 'all weights and biases of the layer');
    };
    const [ih, hh] = [get('weight_ih'), get('weight_hh')];
    const units = hh.shape[1] as number;
    const gates = (hh.shape[0] as number) / units;
    const how = GATES.get(gates);
    if (!how || (gates === 1 && !elman))
      refuse(
        where,
        'a module that is not honoured',
        `LSTM (4 gates)${elman ? ', RNN (1)' : ''} or GRU (3 gates)`,
        `${gates} gates`,
      );
    sameShape(`${where}, weight_ih_l${layer}`, ih.shape, [gates * units, chain.features]);
    sameShape(`${where}, weight_hh_l${layer}`, hh.shape, [gates * units, units]);
    const parts = { weightIh: ih, weightHh: hh, biasIh: get('bias_ih'), biasHh: get('bias_hh') };
    sameShape(`${where}, biases`, [...parts.biasIh.shape, ...parts.biasHh.shape], [gates * units, gates * units]);
    const label = `${name}_l${layer}`;
    const keep = (field: keyof typeof parts, kind: string) => {
      const origin = { tensor: `${name}.${kind}_l${layer}`, shape: parts[field].shape, how };
      return chain.keep(`${label}.${field}`, parts[field], origin);
    };
    const names = {
      weightIh: keep('weightIh', 'weight_ih'),
      weightHh: keep('weightHh', 'weight_hh'),
      biasIh: keep('biasIh', 'bias_ih'),
      biasHh: keep('biasHh', 'bias_hh'),
    };
    if (gates === 4) chain.append(label, { type: 'lstm', units, tensors: names }, units);
    else if (gates === 3) chain.append(label, { type: 'gru', units, resetAfter: true, tensors: names }, units);
    else chain.append(label, { type: 'rnn', units, tensors: names }, units);
  }
  if (left.size > 0) refuse(where, 'weights that are not honoured', 'one direction, with biases', [...left].join(', '));
}
