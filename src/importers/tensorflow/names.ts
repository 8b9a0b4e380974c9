import { refuse } from '../shared/refuse.js';
import type { DenseLayer, TensorFlowCell } from './config.js';

/** What the variables of a layer are called, behind its prefix. */
export interface Names {
  /** Who calls them so. */
  readonly by: string;
  /** The matrix, or its rows of x and those of h in a variable each. */
  readonly kernel: readonly [string] | readonly [x: string, h: string];
  readonly bias: string;
  /** Of `GRUCell`: scopes of the gates' and of the candidate's kernel and bias. */
  readonly gates: string;
  readonly candidate: string;
  /** Of `LSTMCell`: of i, f and o. */
  readonly peepholes: readonly [string, string, string];
  readonly projection: string;
}

const NEWER: Names = {
  by: 'TensorFlow 1.2 and newer',
  kernel: ['/kernel'],
  bias: '/bias',
  gates: 'gates',
  candidate: 'candidate',
  peepholes: ['w_i_diag', 'w_f_diag', 'w_o_diag'],
  projection: '/projection/kernel',
};
const FIRST: Names = {
  ...NEWER,
  by: 'TensorFlow 1.0 and 1.1',
  kernel: ['/weights'],
  bias: '/biases',
  projection: '/projection/weights',
};
const BEFORE: Names = {
  ...NEWER,
  by: 'TensorFlow 0.x',
  kernel: ['/Linear/Matrix'],
  bias: '/Linear/Bias',
  gates: 'Gates',
  candidate: 'Candidate',
};
const BEFORE_LSTM: Names = {
  ...BEFORE,
  kernel: ['/W_0'],
  bias: '/B',
  peepholes: ['W_I_diag', 'W_F_diag', 'W_O_diag'],
  projection: '/W_P_0',
};
const SKETCH: Names = { ...NEWER, by: "sketch-rnn's LSTMCell", kernel: ['/W_xh', '/W_hh'] };
/** As people name variables of their own: `softmax_w`, `softmax_b`. */
const OWN: Names = { ...NEWER, by: 'hand, _w and _b', kernel: ['_w'], bias: '_b' };

/** Cells with layer normalisation have names of one kind each. */
type Named = Exclude<
  (TensorFlowCell | DenseLayer)['type'],
  'layer_norm_basic_lstm_cell' | 'sketch_layer_norm_lstm_cell'
>;

/** Each kind of layer has the same arrays in every version; only their names changed. */
const NAMES: { readonly [T in Named]: readonly Names[] } = {
  basic_lstm_cell: [NEWER, FIRST, BEFORE, SKETCH],
  lstm_cell: [NEWER, FIRST, BEFORE_LSTM],
  gru_cell: [NEWER, FIRST, BEFORE],
  basic_rnn_cell: [NEWER, FIRST, BEFORE],
  dense: [NEWER, FIRST, BEFORE, OWN],
};

/** All there are, for who does not know the kind of layer. */
export const ALL_NAMES: readonly Names[] = [NEWER, FIRST, BEFORE, BEFORE_LSTM, SKETCH, OWN];

/**
 * What the variables of a layer are called in this file: as the first of the known names that are there, or as today's if none is.
 * @throws {ImportError} variables of two such names.
 */
export function namesOf(
  { type, prefix }: { readonly type: Named; readonly prefix: string },
  has: (variable: string) => boolean,
): Names {
  const first = ({ kernel, gates }: Names) => `${prefix}${type === 'gru_cell' ? `/${gates}` : ''}${kernel[0]}`;
  const [found = NEWER, another] = NAMES[type].filter((names) => has(first(names)));
  if (another)
    refuse(
      `layer ${JSON.stringify(prefix)}`,
      'variables by the names of two versions',
      'those of one; the others by another prefix, or in config.ignore',
      `${first(found)}, ${first(another)}`,
    );
  return found;
}

/** Whether names are those of today, which no report need mention. */
export const areToday = (names: Names): boolean => names === NEWER;
