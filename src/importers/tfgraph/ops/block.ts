import { type AttributeValue, valueInfo } from '../../translated/messages.js';
import { Builder } from '../builder.js';
import { DOMAIN } from '../rewrites.js';
import type { Site, Translate } from '../site.js';

// Cells that are one operator (`tensorflow/core/kernels/rnn/lstm_ops.cc`, `gru_ops.cc`), written out.

/** Writes an operator. @param outputs their names, if they are not to be fresh. @returns that of the first. */
type Emit = (
  type: string,
  inputs: readonly string[],
  attributes?: Readonly<Record<string, AttributeValue>>,
  outputs?: readonly string[],
  domain?: string,
) => string;

const emitOf =
  (builder: Builder, { type, node }: Site): Emit =>
  (operator, inputs, attributes, outputs = [builder.fresh(`${node.name}.${operator}`)], domain) => {
    builder.add(operator, type, inputs, outputs, attributes, domain, node.name);
    return outputs[0] as string;
  };

/** x and h side by side, weighed, in equal parts along their columns. */
function gates(
  emit: Emit,
  fresh: () => string,
  parts: number,
  [x, h, w, b]: readonly [string, string, string, string],
) {
  const joined = emit('Concat', [x, h], { axis: { i: 1 } });
  const sums = emit('Add', [emit('MatMul', [joined, w]), b]);
  const names = Array.from({ length: parts }, fresh);
  emit('Split', [sums], { axis: { i: 1 } }, names, DOMAIN);
  return names;
}

/** What an LSTM's operators have beside their inputs. */
interface LstmOptions {
  /** Of gates in the file, that of i, g, f, o. */
  readonly order: readonly number[];
  readonly forgetBias: number;
  readonly clip: number;
  readonly peephole: boolean;
}

/** Where an LSTM's inputs are: c, h, weights, peepholes of i f o, bias. */
type LstmInputs = readonly [c: string, h: string, w: string, wi: string, wf: string, wo: string, b: string];

/** Later versions have the gates in the order i f g o, and add nothing to f. */
function lstmOptions({ attributes }: Site, later = false): LstmOptions {
  return {
    order: later ? [0, 2, 1, 3] : [0, 1, 2, 3],
    forgetBias: later ? 0 : attributes.float('forget_bias', 1),
    clip: attributes.float('cell_clip', later ? 0 : 3),
    peephole: attributes.flag('use_peephole', false),
  };
}

/** A step of an LSTM: i, c', f, o, g, what is made of c', h'. */
function lstmStep(
  builder: Builder,
  site: Site,
  x: string,
  [c, h, w, wi, wf, wo, b]: LstmInputs,
  { order, forgetBias, clip, peephole }: LstmOptions,
): string[] {
  const emit = emitOf(builder, site);
  const number = (value: number): string => builder.number(`${site.node.name}.number`, value);
  const found = gates(emit, () => builder.fresh(`${site.node.name}.gate`), 4, [x, h, w, b]);
  const [i, g, f, o] = order.map((at) => found[at]) as [string, string, string, string];
  const seeing = (gate: string, of: string, weights: string): string =>
    emit('Sigmoid', [peephole ? emit('Add', [gate, emit('Mul', [of, weights])]) : gate]);
  const input = seeing(i, c, wi);
  const forget = seeing(forgetBias === 0 ? f : emit('Add', [f, number(forgetBias)]), c, wf);
  const candidate = emit('Tanh', [g]);
  const sum = emit('Add', [emit('Mul', [candidate, input]), emit('Mul', [c, forget])]);
  const next = clip > 0 ? emit('Clip', [sum, number(-clip), number(clip)]) : sum;
  const output = seeing(o, next, wo);
  const squashed = emit('Tanh', [next]);
  return [input, next, forget, output, candidate, squashed, emit('Mul', [squashed, output])];
}

function lstmBlockCell(site: Site): void {
  const options = lstmOptions(site);
  const [x, ...inputs] = site.arity(8).inputs() as [string, ...LstmInputs];
  lstmStep(site.builder, site, x, inputs, options).forEach((name, i) => {
    site.add('Identity', [name], [site.output(i)]);
  });
}

/** Over timesteps, which come first: as a Scan, whose states are h and c. @param later its second version. */
const blockLstm =
  (later: boolean): Translate =>
  (site) => {
    const options = lstmOptions(site, later);
    const { builder, node } = site;
    const [length, x, c, h, ...weights] = site.arity(9).inputs() as [string, string, ...LstmInputs];
    const whole = builder.fresh(`${node.name}.whole`);
    site.later('Timesteps', [x, length], [whole]);
    const inner = new Builder(builder.file, `${site.where}, its step`, { outer: builder.level }, builder);
    const names = ['h', 'c', 'x'].map((what) => inner.fresh(`${node.name}.${what}`)) as [string, string, string];
    const made = lstmStep(inner, site, names[2], [names[1], names[0], ...weights], options);
    const [next, hidden] = [made[1], made[6]] as [string, string];
    const plain = (name: string) => valueInfo(name, 0, undefined);
    const ends = [hidden, next, hidden, next].map(plain);
    const body = inner.graphOf(`${site.where}, its step`, names.map(plain), ends);
    const last = ['h', 'c'].map((what) => builder.fresh(`${node.name}.last ${what}`));
    const outputs = [...last, site.output(6), site.output(1)];
    site.add('Scan', [h, c, whole], outputs, { body: { g: body }, num_scan_inputs: { i: 1 } });
  };

function gruBlockCell(site: Site): void {
  const { builder, node } = site;
  const emit = emitOf(builder, site);
  const [x, h, w, wc, b, bc] = site.arity(6).inputs() as [string, string, string, string, string, string];
  const parts = gates(emit, () => builder.fresh(`${node.name}.gate`), 2, [x, h, w, b]);
  const [reset, update] = parts.map((gate) => emit('Sigmoid', [gate])) as [string, string];
  const joined = emit('Concat', [x, emit('Mul', [reset, h])], { axis: { i: 1 } });
  const candidate = emit('Tanh', [emit('Add', [emit('MatMul', [joined, wc]), bc])]);
  const rest = emit('Sub', [builder.number(`${node.name}.one`, 1), update]);
  const next = emit('Add', [emit('Mul', [rest, candidate]), emit('Mul', [update, h])]);
  [reset, update, candidate, next].forEach((name, i) => {
    site.add('Identity', [name], [site.output(i)]);
  });
}

export const BLOCK: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  BlockLSTM: blockLstm(false),
  BlockLSTMV2: blockLstm(true),
  GRUBlockCell: gruBlockCell,
  LSTMBlockCell: lstmBlockCell,
};
