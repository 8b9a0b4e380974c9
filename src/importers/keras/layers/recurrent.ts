import type { CellConfig } from '../../../spec.js';
import { blocks, turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, sequence, shaped } from '../build.js';
import { Config } from '../config.js';
import { cellsOf, entryOf, type LayerEntry } from '../entries.js';
import type { Stored } from '../files/stored.js';
import { type Activation, cellActivation } from './activations.js';
import type { Call } from './layer.js';
import { variables } from './variables.js';

type Kind = 'lstm' | 'gru' | 'rnn';
const KINDS: Readonly<Record<string, Kind>> = {
  LSTM: 'lstm',
  CuDNNLSTM: 'lstm',
  LSTMCell: 'lstm',
  GRU: 'gru',
  CuDNNGRU: 'gru',
  GRUCell: 'gru',
  SimpleRNN: 'rnn',
  SimpleRNNCell: 'rnn',
};

/** Keras stacks LSTM gates i f c o, which is the spec's i f g o, and GRU gates z r h, which are r z n. */
const ORDER: Readonly<Record<Kind, readonly number[]>> = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], rnn: [0] };
const HOW: Readonly<Record<Kind, string>> = {
  lstm: 'columns i f c o transposed to rows i f g o',
  gru: 'columns z r h transposed to rows r z n',
  rnn: 'transposed',
};

/** What a cell's config and arrays say. */
function cell(
  build: Build,
  config: Config,
  kind: Kind,
  className: string,
  label: string,
  inputs: number,
  arrays: readonly Stored[],
): CellConfig {
  const { where } = config;
  const units = config.size('units');
  const cudnn = className.startsWith('CuDNN');
  const useBias = cudnn || config.flag('use_bias', true);
  const order = ORDER[kind];
  const width = order.length * units;
  const [kernel, recurrent, bias] = arrays as [Stored, Stored, Stored | undefined];
  shaped(where, kernel, [inputs, width]);
  shaped(where, recurrent, [units, width]);
  const tensors: Record<string, string> = {
    weightIh: build.tensor(kernel, `${label}.weightIh`, [width, inputs], HOW[kind], (data) =>
      turned(data, inputs, width, order),
    ),
    weightHh: build.tensor(recurrent, `${label}.weightHh`, [width, units], HOW[kind], (data) =>
      turned(data, units, width, order),
    ),
  };
  const fields: Record<string, unknown> = { units, tensors };
  const resetAfter =
    kind === 'gru' &&
    (cudnn || config.flag('reset_after', false, 'Keras before 2.2 has no reset_after: before the product'));
  if (useBias && bias) {
    const two = resetAfter || (cudnn && kind === 'lstm');
    const rows = two && bias.shape.length === 2 ? 2 : 1;
    if (rows === 2) shaped(where, bias, [2, width]);
    else shaped(where, bias, [two ? 2 * width : width]);
    const half = (index: number) => (data: Float32Array) =>
      blocks(data.slice(index * width, (index + 1) * width), order);
    tensors.biasIh = build.tensor(
      bias,
      `${label}.biasIh`,
      [width],
      two ? 'its first half, in that order' : 'in that order',
      half(0),
    );
    if (two) tensors.biasHh = build.tensor(bias, `${label}.biasHh`, [width], 'its second half, in that order', half(1));
  }
  const main: Activation = cudnn ? 'tanh' : cellActivation(config, 'activation', 'tanh', build.dialect);
  if (kind === 'rnn') fields.activation = main;
  else {
    const fallback = build.dialect === 'keras2' ? 'hard_sigmoid' : 'sigmoid';
    const gate = cudnn ? 'sigmoid' : cellActivation(config, 'recurrent_activation', fallback, build.dialect);
    fields.activations =
      kind === 'lstm' ? { i: gate, f: gate, g: main, o: gate, output: main } : { r: gate, z: gate, n: main };
  }
  if (kind === 'gru') fields.resetAfter = resetAfter;
  return { type: kind, ...fields } as unknown as CellConfig;
}

/** The settings of the layer around the cell. */
function around(config: Config) {
  config.ignore('cell');
  return {
    sequences: config.flag('return_sequences', false),
    state: config.flag('return_state', false),
    backwards: config.flag('go_backwards', false),
    zero: config.flag('zero_output_for_mask', false),
    stateful: config.flag('stateful', false),
    unroll: config.flag('unroll', false),
  };
}

/** Unrolled, Keras zeroes the outputs of a backward walk by the mask as it stands in the input, so at other timesteps. */
function refuseUnrolled(where: string, x: Flow, { unroll, sequences }: ReturnType<typeof around>): void {
  if (x.mask && unroll && sequences)
    refuse(where, 'an unrolled backward walk over a mask that makes outputs zero', 'unroll false', 'true');
}

/** `[y, …states]` of LSTM, GRU, SimpleRNN, RNN(cell) and RNN(cells). */
export function recurrent({ build, config, entry, name, inputs, arrays }: Call): Flow[] {
  const { where } = config;
  const [first, ...initial] = inputs as [Flow, ...Flow[]];
  let x = sequence(where, first);
  const settings = around(config);
  const { sequences, state, backwards, zero, stateful } = settings;
  if (backwards && zero) refuseUnrolled(where, x, settings);
  if (stateful)
    build.reporter.note(
      `${where} is stateful: a stream carries its state from one run to the next, and reset() is reset_states(); run() of the model starts from zeros`,
    );
  const cells = entry.className === 'RNN' ? cellsOf(where, entry.config) : [entry];
  const used = [...arrays];
  const states: Flow[] = [];
  // Called with a state, Keras 3 forgets the mask that its input carries.
  if (initial.length > 0 && x.mask && build.dialect === 'keras3')
    refuse(where, 'a masked input together with initial_state', 'one of them', 'both');
  const given = [...initial];
  cells.forEach((one, index) => {
    const kind =
      KINDS[one.className] ??
      refuse(where, 'a cell that is not honoured', 'LSTMCell, GRUCell, SimpleRNNCell', one.className);
    const last = index === cells.length - 1;
    const own = one === entry ? config : new Config(`${where}, cell ${index}`, entry.name, one.config, build.reporter);
    const label = cells.length === 1 ? entry.name : `${entry.name}.${index}`;
    const taken = used.splice(0, one === entry ? used.length : variables(one).length);
    const spec = cell(build, own, kind, one.className, label, x.features, taken);
    if (own !== config) own.finish();
    const parts = kind === 'lstm' ? 2 : 1;
    const start = given.splice(0, initial.length > 0 ? parts : 0);
    if (initial.length > 0 && start.length !== parts)
      refuse(where, 'wrong number of initial states', `${parts} for each cell`, `${initial.length}`);
    const wanted = cells.length === 1 ? name : `${name}.${index}`;
    const outputs = state
      ? ['y', 'h', 'c'].slice(0, parts + 1).map((part) => build.unique(`${wanted}.${part}`))
      : undefined;
    const made = build.add(wanted, {
      ...spec,
      inputs: [x.name, ...start.map((flow) => flow.name)],
      ...(index === 0 && backwards && { goBackwards: true }),
      ...(last && !sequences && { returnSequences: false }),
      ...(zero && { zeroOutputForMask: true }),
      ...(outputs && { outputs }),
    });
    const y: Flow = {
      ...x,
      name: outputs?.[0] ?? made,
      features: spec.units,
      kind: last && !sequences ? 'vector' : 'sequence',
    };
    if (backwards && x.mask && cells.length > 1)
      refuse(where, 'stacked cells walking backwards over a mask', 'one of them');
    x = last && !sequences ? { name: y.name, kind: 'vector', features: y.features } : y;
    for (const part of outputs?.slice(1) ?? []) states.push({ name: part, kind: 'vector', features: spec.units });
  });
  if (given.length > 0) refuse(where, 'too many initial states', 'one per state', `${initial.length}`);
  return [x, ...states];
}

/** Two layers, one from each end. */
export function bidirectional(call: Call): Flow[] {
  const { build, config, entry, name, inputs, arrays } = call;
  const { where } = config;
  const merge =
    config.raw('merge_mode') === null ? 'none' : config.choice('merge_mode', ['concat', 'sum', 'mul', 'ave'], 'concat');
  const forward = entryOf(where, config.raw('layer'));
  const given = config.raw('backward_layer');
  const backward = given ? entryOf(where, given) : forward;
  config.ignore('return_sequences', 'return_state', 'go_backwards', 'num_constants', 'zero_output_for_mask');
  const [first, ...initial] = inputs as [Flow, ...Flow[]];
  const x = sequence(where, first);
  const count = variables(forward).length;
  const half = (one: LayerEntry, which: 'forward' | 'backward') => {
    const own = new Config(`${where}, ${which} layer`, entry.name, one.config, build.reporter);
    const settings = around(own);
    const { sequences, state, backwards, stateful } = settings;
    if (which === 'backward') refuseUnrolled(where, x, settings);
    // It cannot be streamed, so nothing could carry what it keeps from one call to the next.
    if (stateful) refuse(where, 'a stateful layer both ways', 'stateful false', 'true');
    const kind =
      KINDS[one.className] ??
      refuse(where, 'a layer that is not honoured both ways', 'LSTM, GRU, SimpleRNN', one.className);
    if (given !== undefined && given !== null && backwards !== (which === 'backward'))
      refuse(where, `the ${which} layer walks the wrong way`, 'forward and backward', `go_backwards ${backwards}`);
    if (!given && backwards && which === 'forward')
      refuse(where, 'a wrapped layer that walks backwards', 'go_backwards false', 'true');
    const taken = which === 'forward' ? arrays.slice(0, count) : arrays.slice(count);
    const spec = cell(build, own, kind, one.className, `${entry.name}.${which}`, x.features, taken);
    own.finish();
    // Keras makes the halves output zeros at masked timesteps exactly where they return sequences.
    return { spec: { ...spec, ...(sequences && { zeroOutputForMask: true }) }, sequences, state, kind };
  };
  const [f, b] = [half(forward, 'forward'), half(backward, 'backward')];
  if (f.sequences !== b.sequences || f.state !== b.state)
    refuse(where, 'halves that disagree', 'one return_sequences and return_state');
  const single = f.sequences ? {} : { returnSequences: false };
  const like: Pick<Flow, 'kind'> = f.sequences ? x : { kind: 'vector' };
  const flow = (value: string, features: number): Flow => ({ ...like, name: value, features });
  const width = merge === 'concat' ? f.spec.units + b.spec.units : f.spec.units;
  if (!f.state && initial.length === 0) {
    const outputs = merge === 'none' ? [build.unique(`${name}.forward`), build.unique(`${name}.backward`)] : undefined;
    const made = build.add(name, {
      type: 'bidirectional',
      inputs: [x.name],
      forward: { ...f.spec, ...single },
      backward: { ...b.spec, ...single },
      merge,
      ...(outputs && { outputs }),
    });
    return outputs
      ? [flow(outputs[0] as string, f.spec.units), flow(outputs[1] as string, b.spec.units)]
      : [flow(made, width)];
  }
  const parts = f.kind === 'lstm' ? 2 : 1;
  if (initial.length !== 0 && initial.length !== 2 * parts)
    refuse(where, 'wrong number of initial states', `${2 * parts}`, `${initial.length}`);
  if (initial.length > 0 && x.mask) refuse(where, 'a masked input together with initial_state', 'one of them');
  const walk = ({ spec }: typeof f, which: 'forward' | 'backward'): string[] => {
    const label = `${name}.${which}`;
    const start = which === 'forward' ? initial.slice(0, parts) : initial.slice(parts);
    const outputs = ['y', 'h', 'c'].slice(0, parts + 1).map((part) => build.unique(`${label}.${part}`));
    const back = which === 'backward' ? { goBackwards: true, outputOrder: 'input' as const } : {};
    build.add(label, { ...spec, ...single, ...back, inputs: [x.name, ...start.map((one) => one.name)], outputs });
    return outputs;
  };
  const [one, two] = [walk(f, 'forward'), walk(b, 'backward')];
  const states = f.state
    ? [...one.slice(1), ...two.slice(1)].map((state): Flow => ({ name: state, kind: 'vector', features: f.spec.units }))
    : [];
  const pair = [one[0] as string, two[0] as string];
  if (merge === 'none')
    return [flow(pair[0] as string, f.spec.units), flow(pair[1] as string, b.spec.units), ...states];
  const type = ({ concat: 'concatenate', sum: 'add', mul: 'multiply', ave: 'average' } as const)[merge];
  return [flow(build.add(name, { type, inputs: pair }), width), ...states];
}
