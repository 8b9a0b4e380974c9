/**
 * `ModelSpec`: a trained model as plain data. A small graph whose nodes stand in topological
 * order, plus the tensors they refer to by name. Importers produce it, the engine runs it;
 * this file imports nothing, so both sides depend on it and not on each other.
 *
 * One canonical layout throughout: weights are row-major `(rows, columns)` with one row per
 * output, gates are stacked along the rows in the order `i f g o` (LSTM) or `r z n` (GRU).
 *
 * Shapes at run time: a *sequence* value is `[batch, time, features]`, a *vector* value is
 * `[batch, features]`. All values are float32; token ids are int32.
 */

/** A named float32 tensor, row-major. `data.length` equals the product of `shape`. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type ActivationName =
  | 'linear' //           x
  | 'sigmoid' //          1 / (1 + e^-x)
  | 'tanh'
  | 'relu' //             max(0, x)
  | 'hard_sigmoid' //     min(1, max(0, alpha·x + beta));  Keras 2: 0.2, 0.5;  Keras 3, PyTorch: 1/6, 0.5
  | 'leaky_relu' //       x < 0 ? alpha·x : x
  | 'thresholded_relu' // x > alpha ? x : 0
  | 'elu' //              x < 0 ? alpha·(e^x - 1) : x
  | 'selu' //             scale·(x < 0 ? alpha·(e^x - 1) : x), constants of Klambauer et al. 2017
  | 'softsign' //         x / (1 + |x|)
  | 'softplus' //         ln(1 + e^x)
  | 'affine' //           alpha·x + beta
  | 'scaled_tanh' //      alpha·tanh(beta·x)
  | 'gelu' //             x·Φ(x), by erf
  | 'gelu_tanh' //        the tanh approximation of gelu
  | 'silu' //             x·sigmoid(x)
  | 'exp';

/**
 * An activation with its parameters. `alpha` and `beta` must be given wherever the formula has
 * them and may not be given elsewhere: their defaults differ between frameworks, so none is assumed.
 */
export type ActivationSpec =
  | ActivationName
  | { readonly type: ActivationName; readonly alpha?: number; readonly beta?: number };

export interface InputSpec {
  readonly name: string;
  /** Numbers per timestep (sequence) or per row (vector). 1 for token ids. */
  readonly features: number;
  /** Default `'sequence'`. */
  readonly kind?: 'sequence' | 'vector';
  /** `'int32'` for token ids that feed an embedding. Default `'float32'`. */
  readonly dtype?: 'float32' | 'int32';
}

interface NodeBase {
  /** Unique; also the layer name in errors, `summary()` and `getState()`. */
  readonly name: string;
  /** Names of values: model inputs, or outputs of earlier nodes. */
  readonly inputs: readonly string[];
  /** Names of the values this node makes. Default: one, named like the node. */
  readonly outputs?: readonly string[];
}

/** Fields common to the recurrent layers. */
export interface RecurrentBase {
  /** Length of h (without projection) and of c. */
  readonly units: number;
  /**
   * Walk time from the last timestep to the first; outputs come in the order they were computed
   * (Keras `go_backwards`). Default false. A bidirectional layer's backward half is walked backwards without it.
   */
  readonly goBackwards?: boolean;
  /** Output at every timestep (`[batch, time, units]`) or the last one only (`[batch, units]`). Default true. */
  readonly returnSequences?: boolean;
  /** Output zeros, instead of repeating the previous output, at masked timesteps, also at a masked last one. Default false. */
  readonly zeroOutputForMask?: boolean;
  /** ONNX `clip`: bound what the gates' activations are given to [-clip, clip]. Default: no bound. */
  readonly clip?: number;
}

/** Names of tensors; shapes in the comments, G = 4 (LSTM), 3 (GRU), 1 (simple RNN). */
export interface RecurrentTensors {
  readonly weightIh: string; //  (G·units, input)
  readonly weightHh: string; //  (G·units, units)   or (G·units, projection)
  readonly biasIh?: string; //   (G·units)
  readonly biasHh?: string; //   (G·units)          added to biasIh, except GRU's n with resetAfter
  readonly initialH?: string; // (units)            or (projection); default zeros
}

/**
 *     i = σ(Wi·x + Ui·h + bi [+ pi∘c])      f = σ(Wf·x + Uf·h + bf [+ pf∘c])  [f = 1 - i if coupled]
 *     g = tanh(Wg·x + Ug·h + bg)            c' = f∘c + i∘g                    [clipped to ±cellClip]
 *     o = σ(Wo·x + Uo·h + bo [+ po∘c'])     h' = o∘tanh(c')                   [h' = Wr·h' with a projection]
 */
export interface LstmConfig extends RecurrentBase {
  readonly type: 'lstm';
  readonly tensors: RecurrentTensors & {
    readonly initialC?: string; // (units); default zeros
    readonly peephole?: string; // (3·units) in the order i f o
    readonly weightHr?: string; // (projection, units)
  };
  /** `output` is the one applied to c'. Defaults: sigmoid for i f o, tanh for g and output. */
  readonly activations?: {
    readonly i?: ActivationSpec;
    readonly f?: ActivationSpec;
    readonly g?: ActivationSpec;
    readonly o?: ActivationSpec;
    readonly output?: ActivationSpec;
  };
  /** Length of h when `tensors.weightHr` projects it (PyTorch `proj_size`). */
  readonly projection?: number;
  /** Coupled input and forget gate (ONNX `input_forget`): f = 1 - i. Default false. */
  readonly coupled?: boolean;
  /** TensorFlow `cell_clip`: bound c' to [-cellClip, cellClip]. Default: no bound. */
  readonly cellClip?: number;
}

/**
 *     r = σ(Wr·x + bir + Ur·h + bhr)        z = σ(Wz·x + biz + Uz·h + bhz)
 *     resetAfter:  n = tanh(Wn·x + bin + r∘(Un·h + bhn))
 *     otherwise:   n = tanh(Wn·x + bin + Un·(r∘h) + bhn)
 *     h' = (1 - z)∘n + z∘h
 */
export interface GruConfig extends RecurrentBase {
  readonly type: 'gru';
  readonly tensors: RecurrentTensors;
  /** Apply the reset gate after the recurrent product (PyTorch always; Keras `reset_after`). Required: frameworks disagree. */
  readonly resetAfter: boolean;
  /** Defaults: sigmoid for r and z, tanh for n. */
  readonly activations?: { readonly r?: ActivationSpec; readonly z?: ActivationSpec; readonly n?: ActivationSpec };
}

/** `h' = tanh(W·x + U·h + b)` (Elman). */
export interface RnnConfig extends RecurrentBase {
  readonly type: 'rnn';
  readonly tensors: RecurrentTensors;
  /** Default tanh. */
  readonly activation?: ActivationSpec;
}

export type CellConfig = LstmConfig | GruConfig | RnnConfig;

/**
 * A recurrent layer. `inputs`: `[x]`, or with the initial state given by other values (vectors)
 * `[x, h0]` (GRU, RNN) or `[x, h0, c0]` (LSTM).
 * `outputs`: `[y]`, or with the final state as vectors `[y, hn]` or `[y, hn, cn]`.
 */
export type RecurrentNode = NodeBase & CellConfig;

/**
 * Two cells over the same sequence, one from each end; both yield their outputs in the order of the input's timesteps.
 * `merge: 'none'` has two outputs, `[forward, backward]`.
 */
export interface BidirectionalNode extends NodeBase {
  readonly type: 'bidirectional';
  readonly forward: CellConfig;
  readonly backward: CellConfig;
  readonly merge: 'concat' | 'sum' | 'mul' | 'ave' | 'none';
}

/** `y = activation(W·x + b)` at every timestep. */
export interface DenseNode extends NodeBase {
  readonly type: 'dense';
  readonly units: number;
  readonly tensors: { readonly weight: string /* (units, input) */; readonly bias?: string /* (units) */ };
  readonly activation?: ActivationSpec;
}

/** Row lookup; the input holds token ids, `0 <= id < vocabulary`. */
export interface EmbeddingNode extends NodeBase {
  readonly type: 'embedding';
  readonly tensors: { readonly weight: string /* (vocabulary, features) */ };
  /** Timesteps whose id is 0 are masked in the layers that follow (Keras `mask_zero`). Default false. */
  readonly maskZero?: boolean;
}

/** Timesteps whose features all equal `maskValue` are masked and zeroed (Keras `Masking`). */
export interface MaskingNode extends NodeBase {
  readonly type: 'masking';
  readonly maskValue: number;
}

/** `(x - mean) / sqrt(variance + epsilon) · gamma + beta` over the features (Ba et al. 2016). */
export interface LayerNormNode extends NodeBase {
  readonly type: 'layer_norm';
  readonly epsilon: number;
  readonly tensors: { readonly gamma?: string /* (features) */; readonly beta?: string /* (features) */ };
}

export interface ActivationNode extends NodeBase {
  readonly type: 'activation';
  readonly activation: ActivationSpec;
}

/** Over the features. */
export interface SoftmaxNode extends NodeBase {
  readonly type: 'softmax';
}

/** Elementwise over two or more values of one shape; `concatenate` joins their features. */
export interface MergeNode extends NodeBase {
  readonly type: 'add' | 'multiply' | 'concatenate';
}

/** Identity at inference; kept so that the graph reads like the trained one. */
export interface DropoutNode extends NodeBase {
  readonly type: 'dropout';
}

export type NodeSpec =
  | RecurrentNode
  | BidirectionalNode
  | DenseNode
  | EmbeddingNode
  | MaskingNode
  | LayerNormNode
  | ActivationNode
  | SoftmaxNode
  | MergeNode
  | DropoutNode;

export interface ModelSpec {
  readonly name?: string;
  readonly inputs: readonly InputSpec[];
  /** In topological order. */
  readonly nodes: readonly NodeSpec[];
  /** Names of the values that are the model's outputs. */
  readonly outputs: readonly string[];
  readonly tensors: Readonly<Record<string, TensorSpec>>;
}
