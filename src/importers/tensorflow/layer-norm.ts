import { blocks } from '../formats/matrix.js';
import type { NamedArray } from '../formats/npy.js';
import { halves, kernelOf, LSTM_ORDER, type MadeCell } from './cells.js';
import type { LayerNormBasicLstmCell, SketchLayerNormLstmCell } from './config.js';
import type { Filled } from './fields.js';
import type { Site } from './site.js';

const ORDER = 'columns i j f o transposed to rows i f g o';

/** `LayerNormBasicLSTMCell`: a scale and a shift for each gate and for c, which is carried on normalised; `forget_bias` is added to f's shift. */
export function layerNormBasicLstm(layer: Filled<LayerNormBasicLstmCell>, site: Site): MadeCell {
  const { prefix, activation } = layer;
  // In the model's order of gates.
  const gates = ['input', 'forget', 'transform', 'output'];
  const own = (scope: string, part: string): NamedArray => site.take(`${prefix}/${scope}/${part}`, [layer.numUnits]);
  const all = (part: string): Float32Array => {
    const data = new Float32Array(4 * layer.numUnits);
    gates.forEach((gate, index) => {
      data.set(own(gate, part).data, index * layer.numUnits);
    });
    return data;
  };
  const parts = {
    kernel: kernelOf(site, prefix, ['/kernel'], layer.numUnits, 4 * layer.numUnits),
    gamma: all('gamma'),
    beta: all('beta'),
    from: `${prefix}/{${gates}}/`,
    shape: [layer.numUnits],
    how: 'gates i f g o joined',
    state: ['gamma', 'beta'].map((part) => own('state', part)) as [NamedArray, NamedArray],
    stateFrom: `${prefix}/state/`,
  };
  // `variance_epsilon` of tf.contrib.layers.layer_norm.
  const activations = activation === 'tanh' ? {} : { activations: { g: activation, output: activation } };
  return make(layer, site, parts, { cellNorm: 'state', epsilon: 1e-12, ...activations });
}

/** `LayerNormLSTMCell` of sketch-rnn: scale and shift of all gates together, and of what the output sees of c. */
export function sketchLayerNormLstm(layer: Filled<SketchLayerNormLstmCell>, site: Site): MadeCell {
  const { prefix, numUnits: units } = layer;
  const [gamma, beta] = ['gamma', 'beta'].map((part) => site.take(`${prefix}/ln_all/ln_${part}`, [4 * units])) as [
    NamedArray,
    NamedArray,
  ];
  const parts = {
    kernel: kernelOf(site, prefix, ['/W_xh', '/W_hh'], units, 4 * units),
    gamma: blocks(gamma.data, LSTM_ORDER),
    beta: blocks(beta.data, LSTM_ORDER),
    from: `${prefix}/ln_all/ln_`,
    shape: [4 * units],
    how: 'i j f o reordered to i f g o',
    state: ['gamma', 'beta'].map((part) => site.take(`${prefix}/ln_c/ln_${part}`, [units])) as [NamedArray, NamedArray],
    stateFrom: `${prefix}/ln_c/ln_`,
  };
  return make(layer, site, parts, { cellNorm: 'output', epsilon: 1e-3 });
}

interface Parts {
  readonly kernel: ReturnType<typeof kernelOf>;
  /** In the order i f g o. */
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  /** What gamma and beta are of, before these words; their shape there, and what was made of them. */
  readonly from: string;
  readonly shape: readonly number[];
  readonly how: string;
  readonly state: readonly [gamma: NamedArray, beta: NamedArray];
  readonly stateFrom: string;
}

function make(
  { numUnits: units, forgetBias }: { readonly numUnits: number; readonly forgetBias: number },
  site: Site,
  { kernel: { kernel, from: kernelFrom }, gamma, beta, from, shape, how, state, stateFrom }: Parts,
  fields: { readonly cellNorm: 'state' | 'output'; readonly epsilon: number },
): MadeCell {
  const weights = halves(site, kernel, kernelFrom, units, LSTM_ORDER, ORDER);
  const shifted = beta.map((value, i) => (i >= units && i < 2 * units ? value + forgetBias : value));
  const [gammaC, betaC] = state;
  const tensors = {
    ...weights,
    gamma: site.field('gamma', [4 * units], gamma, `${from}gamma`, shape, how),
    beta: site.field(
      'beta',
      [4 * units],
      shifted,
      `${from}beta`,
      shape,
      `${how}; forget_bias ${forgetBias} added to f`,
    ),
    gammaC: site.field('gammaC', [units], gammaC.data, `${stateFrom}gamma`, [units], ''),
    betaC: site.field('betaC', [units], betaC.data, `${stateFrom}beta`, [units], ''),
  };
  return { config: { type: 'layer_norm_lstm', units, normalised: 'gates', ...fields, tensors }, features: units };
}
