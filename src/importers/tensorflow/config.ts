import type { ActivationSpec } from '../../spec.js';
import type { ImportLimits } from '../shared/budget.js';

/** What checkpoints do not hold: the layers in the order of the forward pass, in TensorFlow's own terms. Every shape is checked. */
export interface TensorFlowConfig {
  readonly name?: string;
  /** Features per timestep. Left out when the first layer is an embedding. */
  readonly inputSize?: number;
  /** Left out, the error drafts them, as far as the variables' names and shapes tell. */
  readonly layers?: readonly TensorFlowLayer[];
  /** Variables that the model does not use, by name. Optimiser slots, counters and the object graph are left out by themselves. */
  readonly ignore?: readonly string[];
  /** Most that the import may take. Default: in proportion to the files. */
  readonly limits?: ImportLimits;
}

interface Prefixed {
  /**
   * Scope of the variables: `rnn/basic_lstm_cell` for `rnn/basic_lstm_cell/kernel`, or `…/weights` and `…/Linear/Matrix`, as TensorFlow
   * before 1.2 and before 1.0 named it; in a checkpoint of objects `cell` for `cell/kernel/.ATTRIBUTES/VARIABLE_VALUE`.
   */
  readonly prefix: string;
  readonly name?: string;
}

/** `BasicLSTMCell`: gates i j f o; `forgetBias` is added to f when the cell runs. */
export interface BasicLstmCell extends Prefixed {
  readonly type: 'basic_lstm_cell';
  readonly numUnits: number;
  /** Default 1, as the cell's. */
  readonly forgetBias?: number;
  /** Default tanh. */
  readonly activation?: ActivationSpec;
}

/** `LSTMCell`. `cell_clip` bounds c; peepholes and projection are found by their variables and checked against what is said here. */
export interface LstmCell extends Prefixed {
  readonly type: 'lstm_cell';
  readonly numUnits: number;
  readonly forgetBias?: number;
  readonly usePeepholes?: boolean;
  readonly numProj?: number;
  readonly cellClip?: number;
  readonly activation?: ActivationSpec;
}

/**
 * `tf.contrib.rnn.LayerNormBasicLSTMCell` with its normalisation: that of each gate, and of c, which is carried on normalised. Dropout is left
 * out, as inference does.
 */
export interface LayerNormBasicLstmCell extends Prefixed {
  readonly type: 'layer_norm_basic_lstm_cell';
  readonly numUnits: number;
  /** Default 1, as the cell's. */
  readonly forgetBias?: number;
  /** Default tanh. */
  readonly activation?: ActivationSpec;
}

/** `LayerNormLSTMCell` of sketch-rnn, of variables `W_xh`, `W_hh`, `ln_all/…` and `ln_c/…`: the output sees a normalised c. */
export interface SketchLayerNormLstmCell extends Prefixed {
  readonly type: 'sketch_layer_norm_lstm_cell';
  readonly numUnits: number;
  /** Default 1, as the cell's. */
  readonly forgetBias?: number;
}

/** `GRUCell`: gates r u, the reset gate before the product. */
export interface GruCell extends Prefixed {
  readonly type: 'gru_cell';
  readonly numUnits: number;
  readonly activation?: ActivationSpec;
}

export interface BasicRnnCell extends Prefixed {
  readonly type: 'basic_rnn_cell';
  readonly numUnits: number;
  readonly activation?: ActivationSpec;
}

/** `tf.layers.dense`, `tf.contrib.layers.fully_connected`; of variables `softmax_w` and `softmax_b` the prefix is `softmax`. */
export interface DenseLayer extends Prefixed {
  readonly type: 'dense';
  readonly units: number;
  readonly bias?: boolean;
  readonly activation?: ActivationSpec;
}

/** `tf.nn.embedding_lookup`; `prefix` is the variable's whole name. The first layer. */
export interface EmbeddingLayer extends Prefixed {
  readonly type: 'embedding';
}

export type TensorFlowCell =
  | BasicLstmCell
  | LstmCell
  | LayerNormBasicLstmCell
  | SketchLayerNormLstmCell
  | GruCell
  | BasicRnnCell;

/**
 * `bidirectional_dynamic_rnn`: the outputs of two cells side by side. With `returnSequences: false` the last output of each, a vector,
 * as MusicVAE's encoders take it; dense layers may follow.
 */
export interface BidirectionalRnn {
  readonly type: 'bidirectional_rnn';
  /** Default: the forward cell's prefix. */
  readonly name?: string;
  readonly forward: TensorFlowCell;
  readonly backward: TensorFlowCell;
  /** Default true. */
  readonly returnSequences?: boolean;
}

/** `MultiRNNCell`: its cells are written out one after another, with prefixes `…/multi_rnn_cell/cell_0/basic_lstm_cell` and so on. */
export type TensorFlowLayer = TensorFlowCell | BidirectionalRnn | DenseLayer | EmbeddingLayer;
