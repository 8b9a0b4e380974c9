import type { RoundingRule } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { DOMAIN, isQuantised } from '../builder.js';
import { ACTIVATIONS } from '../operators.js';
import type { Site, Translate } from '../site.js';
import { integerLstm } from './integer-lstm.js';
import { bias, isHybrid, roundRows, weight } from './product.js';

// The fused layers have no like in ONNX (a projection, a bound of the cell's state): they are nodes of a domain of their own, which
// `cells.ts` computes. Which input is what stands in TensorFlow Lite's kernels, `unidirectional_sequence_lstm.cc` and its fellows.

/** Places of one direction's inputs. */
interface Places {
  readonly weights: number;
  readonly recurrent: number;
  readonly peepholes: number;
  readonly biases: number;
  readonly projection: number;
  readonly state: number;
}

const UNIDIRECTIONAL: Places = { weights: 1, recurrent: 5, peepholes: 9, biases: 12, projection: 16, state: 18 };
const FORWARD: Places = { ...UNIDIRECTIONAL, state: 35 };
const BACKWARD: Places = { weights: 18, recurrent: 22, peepholes: 26, biases: 29, projection: 33, state: 37 };

function noProjectionBias(site: Site, { projection }: Places): void {
  if (site.has(projection + 1))
    refuse(site.where, 'a bias of the projection', 'a projection without', site.tensor(projection + 1).name);
}

/** What a direction is called in the node's inputs: gates i f g o, each left out as the empty name. */
function lstmInputs(site: Site, at: Places, rounds: boolean): string[] {
  const given = (index: number, name: () => string): string => (site.has(index) ? name() : '');
  const gates = [0, 1, 2, 3];
  const [first] = [at.weights + 1];
  return [
    ...gates.map((gate) => given(at.weights + gate, () => weight(site, at.weights + gate, 0, rounds))),
    ...gates.map((gate) => given(at.recurrent + gate, () => weight(site, at.recurrent + gate, 0, rounds))),
    ...[0, 1, 2].map((gate) => given(at.peepholes + gate, () => site.float(at.peepholes + gate))),
    ...gates.map((gate) =>
      given(at.biases + gate, () =>
        bias(site, at.biases + gate, 0, site.has(at.weights + gate) ? at.weights + gate : first),
      ),
    ),
    given(at.projection, () => weight(site, at.projection, 0)),
  ];
}

/** Places of coefficients of layer normalisation, of gates i f g o. */
const COEFFICIENTS = [20, 21, 22, 23];

/** Those of each gate that has weights, or none of them. */
function normInputs(site: Site): string[] {
  const first = COEFFICIENTS.find((place) => site.has(place));
  if (first === undefined) return [];
  if (isQuantised(site.tensor(UNIDIRECTIONAL.state + 1)))
    refuse(site.where, 'layer normalisation within an integer cell', 'a cell of float32', site.tensor(first).name);
  COEFFICIENTS.forEach((place, gate) => {
    if (site.has(place) !== site.has(UNIDIRECTIONAL.weights + gate))
      refuse(
        site.where,
        'layer normalisation of some gates',
        'coefficients of each gate that has weights',
        `inputs ${COEFFICIENTS.filter((place) => site.has(place))}`,
      );
  });
  return COEFFICIENTS.map((place) => (site.has(place) ? site.float(place) : ''));
}

/** A state that lasts from call to call, as a stream's does. @throws {ImportError} another. */
function checkState(site: Site, input: number): void {
  const state = site.tensor(input);
  if (!state.variable || state.data)
    refuse(site.where, 'a state that is no variable', 'a variable without numbers of its own', state.name);
  if (!isQuantised(site.tensor(0)) && state.type !== 'FLOAT32')
    refuse(site.where, 'a state of another type than the input', 'FLOAT32', state.type);
  const index = site.index(input);
  const uses = site.builder.graph.operators.flatMap(({ inputs }) => inputs.filter((own) => own === index));
  if (uses.length > 1) refuse(site.where, 'a state that several layers have', 'one of its own', state.name);
}

/** There is no kernel of whole numbers. */
function onlyFloats(site: Site): void {
  if (isQuantised(site.tensor(0)))
    refuse(site.where, 'an input that TensorFlow Lite has no such layer for', 'FLOAT32', site.tensor(0).type);
}

const activationOf = (site: Site, code: number): { readonly s: string } => {
  const name = ACTIVATIONS[code] ?? (code === 6 ? 'SIGMOID' : undefined);
  if (name === undefined || name === 'SIGN_BIT')
    refuse(
      site.where,
      'an activation that is not honoured',
      `${ACTIVATIONS.slice(0, 5).join(', ')} or 6, SIGMOID`,
      name ?? `${code}`,
    );
  return { s: name };
};

/**
 * How TensorFlow Lite rounds x and h, where 8-bit weights among floats make it; undefined if they do not, or in front of a projection, whose operand
 * is not rounded here.
 */
function ruleOf(site: Site, at: Places, asymmetric: boolean): RoundingRule | undefined {
  const all = [0, 1, 2, 3]
    .flatMap((gate) => [at.weights + gate, at.recurrent + gate])
    .filter((input) => site.has(input));
  const isPlain = (input: number): boolean =>
    site.tensor(input).type === 'INT8' && site.tensor(input).scales.length === 1;
  const rounds = !site.has(at.projection) && all.every((input) => isHybrid(site, input) && isPlain(input));
  return rounds ? (asymmetric ? 'asymmetric' : 'symmetric') : undefined;
}

interface LstmOptions {
  /** How x and h are rounded to 8 bits. */
  readonly rule?: RoundingRule | undefined;
  readonly activation: { readonly s: string };
  readonly clip: number;
  readonly timeMajor: boolean;
}

function lstmOptions(site: Site, timeMajorField: number): LstmOptions {
  const { options } = site;
  const activation = activationOf(site, site.fused());
  if (activation.s === 'NONE')
    refuse(
      site.where,
      'an activation that TensorFlow Lite does not compute in an LSTM',
      'RELU, RELU_N1_TO_1, RELU6, TANH or 6, SIGMOID',
      'NONE',
    );
  const clip = options.float(1, 'cell_clip');
  const projectionClip = options.float(2, 'proj_clip');
  if (projectionClip !== 0) refuse(site.where, 'a bound of the projection', 'proj_clip 0', `${projectionClip}`);
  return { activation, clip, timeMajor: options.flag(timeMajorField, 'time_major', timeMajorField === 4) };
}

function sequenceLstm(site: Site): void {
  const { options } = site;
  options.need('UnidirectionalSequenceLSTM');
  const settings = lstmOptions(site, 3);
  const asymmetric = options.flag(4, 'asymmetric_quantize_inputs');
  if (options.flag(5, 'diagonal_recurrent_tensors'))
    refuse(site.where, 'diagonal recurrent weights', 'diagonal_recurrent_tensors false', 'true');
  site.arity(24);
  const coefficients = normInputs(site);
  checkState(site, 18);
  checkState(site, 19);
  noProjectionBias(site, UNIDIRECTIONAL);
  if (!isQuantised(site.tensor(0))) {
    const rule = coefficients.length > 0 ? undefined : ruleOf(site, UNIDIRECTIONAL, asymmetric);
    const inputs = [...lstmInputs(site, UNIDIRECTIONAL, !!rule), ...coefficients];
    addLayer(site, 'Lstm', inputs, { ...settings, rule }, site.target(), false);
  } else if (settings.activation.s !== 'TANH')
    refuse(site.where, 'an activation that the integer kernel does not have', 'TANH', settings.activation.s);
  else integerLstm(site, settings.clip, settings.timeMajor);
}

function addLayer(
  site: Site,
  type: string,
  inputs: readonly string[],
  { activation, clip, timeMajor, rule }: LstmOptions,
  target: string,
  backwards: boolean,
): void {
  const attributes = {
    activation,
    cell_clip: { f: clip },
    time_major: { i: timeMajor ? 1 : 0 },
    backwards: { i: backwards ? 1 : 0 },
    ...(rule && { rule: { s: rule } }),
  };
  const x = rule ? roundRows(site, site.float(0), rule) : site.float(0);
  site.builder.add(type, site.source, [x, ...inputs], [target], attributes, DOMAIN);
}

/** Both directions, side by side or as two outputs. */
function addBoth(
  site: Site,
  type: string,
  both: readonly (readonly string[])[],
  settings: readonly LstmOptions[],
  merge: boolean,
): void {
  const names = both.map((_, i) => (merge ? site.builder.fresh(`${site.outputName()}.${i}`) : site.target(i)));
  both.forEach((inputs, i) => {
    addLayer(site, type, inputs, settings[i] as LstmOptions, names[i] as string, i === 1);
  });
  if (merge) site.add('Concat', names, [site.target()], { axis: { i: -1 } });
}

function bidirectionalLstm(site: Site): void {
  const { options } = site;
  options.need('BidirectionalSequenceLSTM');
  const settings = lstmOptions(site, 4);
  const merge = options.flag(3, 'merge_outputs');
  const asymmetric = options.flag(5, 'asymmetric_quantize_inputs');
  site.arity(48, merge ? 1 : 2);
  for (let input = 39; input < 48; input++)
    if (site.has(input)) refuse(site.where, 'an auxiliary input', 'none', site.tensor(input).name);
  onlyFloats(site);
  const both = [FORWARD, BACKWARD].map((places) => {
    checkState(site, places.state);
    checkState(site, places.state + 1);
    noProjectionBias(site, places);
    const rule = ruleOf(site, places, asymmetric);
    return { inputs: lstmInputs(site, places, !!rule), settings: { ...settings, rule } };
  });
  addBoth(
    site,
    'Lstm',
    both.map(({ inputs }) => inputs),
    both.map((own) => own.settings),
    merge,
  );
}

const rnnInputs = (site: Site, at: number): string[] => {
  checkState(site, at + 3);
  return [weight(site, at, 0), weight(site, at + 1, 0), bias(site, at + 2, 0, at)];
};

function sequenceRnn(site: Site): void {
  const { options } = site;
  options.need('SequenceRNN');
  const timeMajor = options.flag(0, 'time_major');
  const activation = activationOf(site, site.fused(1));
  options.ignore(2);
  onlyFloats(site);
  addLayer(site.arity(5), 'Rnn', rnnInputs(site, 1), { activation, clip: 0, timeMajor }, site.target(), false);
}

function bidirectionalRnn(site: Site): void {
  const { options } = site;
  options.need('BidirectionalSequenceRNN');
  const timeMajor = options.flag(0, 'time_major');
  const activation = activationOf(site, site.fused(1));
  const merge = options.flag(2, 'merge_outputs');
  options.ignore(3);
  site.arity(12, merge ? 1 : 2);
  for (const input of [9, 10, 11])
    if (site.has(input)) refuse(site.where, 'an auxiliary input', 'none', site.tensor(input).name);
  onlyFloats(site);
  const settings = { activation, clip: 0, timeMajor };
  addBoth(site, 'Rnn', [rnnInputs(site, 1), rnnInputs(site, 5)], [settings, settings], merge);
}

export const RECURRENT: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  BIDIRECTIONAL_SEQUENCE_LSTM: bidirectionalLstm,
  BIDIRECTIONAL_SEQUENCE_RNN: bidirectionalRnn,
  UNIDIRECTIONAL_SEQUENCE_LSTM: sequenceLstm,
  UNIDIRECTIONAL_SEQUENCE_RNN: sequenceRnn,
};
