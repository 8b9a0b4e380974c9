/**
 * `ModelSpec`: a trained model as plain data. A small graph whose nodes stand in topological
 * order, plus the tensors they refer to by name. Importers produce it, the engine runs it;
 * this file imports nothing, so both sides depend on it and not on each other.
 *
 * One canonical layout throughout: weights are row-major `(rows, columns)` with one row per
 * output, gates are stacked along the rows in the order `i f g o` (LSTM) or `r z n` (GRU).
 *
 * Shapes at run time: a *sequence* value is `[batch, time, features]`, a *vector* value is
 * `[batch, features]`. The time of a sequence is the model's, which each run brings; another *open* time with a name; one made from
 * these by strides and kernels (a *derived* time); or a *fixed* number of timesteps. Values whose times are made from two open ones
 * do not merge. All values are float32; token ids are int32.
 *
 * Values with one more axis, as spectrograms have, are sequences whose rows have an inner layout: `features` is `[frequency][channels]`,
 * row-major, channels last. A value does not know of it: nodes that do (`WithChannels`) say how many channels they see, and the number of
 * frequencies is what divides the features by them. All other nodes take such rows as they take any.
 */

/** A named float32 tensor, row-major. `data.length` equals the product of `shape`. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Weights as int8, row-major: `data[output, …] · scales[output]`. They may stand for the matrices of recurrent layers (weightIh and
 * weightHh of a cell, both or neither), dense layers, convolutions and embeddings. What int8 weights multiply is rounded to 14
 * bits first: docs/int8.md. `quantize` of `gatewise/quantize` makes them.
 */
export interface Int8TensorSpec {
  readonly shape: readonly number[];
  /** -128 to 127. */
  readonly data: Int8Array;
  /**
   * One for each output, which is the first axis; at most 2^96 in magnitude. Or, for a matrix of a recurrent or dense layer, n for each: of
   * n blocks of its weights, as equal as multiples of four can be (2048 at most); those of an output stand together.
   */
  readonly scales: Float32Array;
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
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'abs'
  | 'square' //           x²
  | 'reciprocal' //       1/x
  | 'clip' //             min(beta, max(alpha, x));  relu6, hard_tanh
  | 'hard_silu' //        x·hard_sigmoid(x) with 1/6, 0.5 (hard_swish)
  | 'mish' //             x·tanh(softplus(x))
  | 'log_sigmoid' //      -softplus(-x)
  | 'erf'
  | 'floor'
  | 'sign' //             -1, 0 or 1
  | 'round'; //           to the nearest whole number, halves to the even one

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
  /**
   * Sequences only. A number: that many timesteps, whatever the time of the run. A name: an open time of its own, which each run
   * works out from the inputs that give this name (an encoder's and a decoder's, say). Default: the time of the run.
   */
  readonly time?: number | string;
  /** `'int32'` for token ids that feed an embedding. Default `'float32'`. */
  readonly dtype?: 'float32' | 'int32';
}

/** What all types of node have. */
export interface NodeBase {
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
  /**
   * With goBackwards: whether outputs come in the order they were computed (Keras), or each at its input's timestep (ONNX
   * `reverse`, half of a bidirectional layer). Default `'computed'`.
   */
  readonly outputOrder?: 'computed' | 'input';
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

/** The cells that have a kernel of their own. */
export type CellConfig = LstmConfig | GruConfig | RnnConfig;

/** Fields common to the newer cells: those of all recurrent layers but `clip`. */
export type NewerBase = Omit<RecurrentBase, 'clip'>;

/**
 * FastGRNN (Kusupati et al. 2018, arXiv:1901.02358): gate and candidate from one sum.
 *
 *     s = W·x + U·h        z = σ(s + bz)        n = tanh(s + bn)
 *     h' = (ζ·(1 - z) + ν)∘n + z∘h
 *
 * Where W and U are products of two matrices of low rank, these are their products.
 */
export interface FastGrnnConfig extends NewerBase {
  readonly type: 'fast_grnn';
  readonly tensors: {
    readonly weightIh: string; //  (units, input)
    readonly weightHh: string; //  (units, units)
    readonly bias?: string; //     (2·units) in the order z n; default zeros
    readonly initialH?: string; // (units); default zeros
  };
  /** ζ and ν as the equation has them: where they are trained through a sigmoid, after it. */
  readonly zeta: number;
  readonly nu: number;
  /** Defaults: sigmoid for z, tanh for n. */
  readonly activations?: { readonly z?: ActivationSpec; readonly n?: ActivationSpec };
}

/**
 * minGRU (Feng et al. 2024, arXiv:2410.01201): no gate sees h, so that h is a weighted mean of candidates.
 *
 *     z = σ(Wz·x + bz)        n = Wn·x + bn        h' = (1 - z)∘h + z∘n
 *
 * With `positive`, n goes through g(x) = x + 0.5 where x ≥ 0, σ(x) elsewhere (the paper's appendix B), by which h stays above 0 and can be
 * worked out in logarithms.
 */
export interface MinGruConfig extends NewerBase {
  readonly type: 'min_gru';
  readonly tensors: {
    readonly weightIh: string; //  (2·units, input) in the order z n
    readonly biasIh?: string; //   (2·units); default zeros
    readonly initialH?: string; // (units); default zeros
  };
  /** Default false. */
  readonly positive?: boolean;
}

/**
 * minLSTM (Feng et al. 2024), its gates normalised so that they sum to 1; `positive` as minGRU's.
 *
 *     f = σ(Wf·x + bf)      i = σ(Wi·x + bi)      n = Wn·x + bn
 *     h' = f/(f + i)∘h + i/(f + i)∘n
 */
export interface MinLstmConfig extends NewerBase {
  readonly type: 'min_lstm';
  readonly tensors: {
    readonly weightIh: string; //  (3·units, input) in the order i f n
    readonly biasIh?: string; //   (3·units); default zeros
    readonly initialH?: string; // (units); default zeros
  };
  /** Default false. */
  readonly positive?: boolean;
}

/**
 * Simple recurrent unit (Lei et al. 2018, arXiv:1709.02755); s is what the highway brings along, by `highway`: `'input'` scale·x, whose length is
 * units; `'projected'` Ws·x; `'none'` zeros.
 *
 *     f = σ(Wf·x + vf∘c + bf)      r = σ(Wr·x + vr∘c + br)      n = Wn·x
 *     c' = f∘c + (1 - f)∘n         h' = r∘g(c') + (1 - r)∘s
 */
export interface SruConfig extends NewerBase {
  readonly type: 'sru';
  readonly tensors: {
    readonly weightIh: string; //  (3·units, input) in the order f r n; with a projected highway (4·units, input), its rows last
    readonly peephole?: string; // (2·units): v in the order f r; default zeros
    readonly biasIh?: string; //   (2·units) in the order f r; default zeros
    readonly initialH?: string; // (units); default zeros. No equation reads it
    readonly initialC?: string; // (units); default zeros
  };
  readonly highway: 'input' | 'projected' | 'none';
  /** With `highway: 'input'`. Default 1. */
  readonly scale?: number;
  /** g. Default: none, c' itself. */
  readonly activation?: ActivationSpec;
}

/**
 * Simpler simple recurrent unit (Kim et al. 2019, "From Research to Production and Back: Ludicrously Fast Neural Machine Translation"; Marian's `ssru`).
 *
 *     f = σ(Wf·x + bf)      n = Wn·x + bn      c' = f∘c + (1 - f)∘n      h' = relu(c')
 */
export interface SsruConfig extends NewerBase {
  readonly type: 'ssru';
  readonly tensors: {
    readonly weightIh: string; //  (2·units, input) in the order f n
    readonly biasIh?: string; //   (2·units); default zeros
    readonly initialH?: string; // (units); default zeros. No equation reads it
    readonly initialC?: string; // (units); default zeros
  };
  /** Of c'. Default relu. */
  readonly activation?: ActivationSpec;
}

/**
 * Quasi-recurrent network (Bradbury et al. 2016, arXiv:1611.01576), by its pooling:
 *
 *     n = tanh(Wn·x + bn)      f = σ(Wf·x + bf)      o = σ(Wo·x + bo)      i = σ(Wi·x + bi)
 *     'f':    h' = f∘h + (1 - f)∘n
 *     'fo':   c' = f∘c + (1 - f)∘n      h' = o∘c'
 *     'ifo':  c' = f∘c + i∘n            h' = o∘c'
 *
 * A window over several timesteps is a causal `conv1d` before it, which makes these sums: then there is no `weightIh`, and x is
 * `(G·units)`, in the same order.
 */
export interface QrnnConfig extends NewerBase {
  readonly type: 'qrnn';
  readonly pooling: 'f' | 'fo' | 'ifo';
  readonly tensors: {
    readonly weightIh?: string; // (G·units, input) in the order n f o i, G = 2, 3 or 4
    readonly biasIh?: string; //   (G·units), beside weightIh; default zeros
    readonly initialH?: string; // (units); default zeros. Of 'fo' and 'ifo' no equation reads it
    readonly initialC?: string; // (units); default zeros. 'fo' and 'ifo'
  };
}

/**
 * An LSTM with layer normalisation (Ba et al. 2016), in the forms that there are. LN(v) is `(v - mean) / sqrt(variance + epsilon)`.
 *
 *     normalised 'gates':     s = LN(W·x + bih + U·h + bhh [+ p∘c]) ∘ gamma + beta, each gate over its own units
 *     normalised 'products':  s = LN(W·x + bih) ∘ gammaIh + LN(U·h + bhh) ∘ gammaHh + beta, each over all gates together
 *
 *     i = σ(si)   f = σ(sf) [f = 1 - i if coupled]   g = tanh(sg)   o = σ(so)
 *     c' = f∘c + i∘g                       [clipped to ±cellClip]
 *     h' = o∘tanh(c')                      without cellNorm
 *     c' = LN(f∘c + i∘g) ∘ gammaC + betaC  cellNorm 'state': what is normalised is carried on
 *     h' = o∘tanh(LN(c') ∘ gammaC + betaC) cellNorm 'output'
 *     [h' = Wr·h' + br with a projection]
 *
 * A gamma or beta that is not there is 1 or 0. Gates are those of TensorFlow's `LayerNormBasicLSTMCell` (state), of sketch-rnn (output) and of
 * TensorFlow Lite (no cellNorm); products those of TensorFlow Addons and of PyTorch's `custom_lstms.py` (state), and of haste (output).
 */
export interface LayerNormLstmConfig extends NewerBase {
  readonly type: 'layer_norm_lstm';
  readonly normalised: 'gates' | 'products';
  /** Default: c is not normalised. */
  readonly cellNorm?: 'state' | 'output';
  readonly epsilon: number;
  readonly tensors: RecurrentTensors & {
    readonly initialC?: string; // (units); default zeros
    readonly gamma?: string; //    (4·units); normalised 'gates'
    readonly gammaIh?: string; //  (4·units); normalised 'products'
    readonly gammaHh?: string; //  (4·units); normalised 'products'
    readonly beta?: string; //     (4·units)
    readonly gammaC?: string; //   (units); with cellNorm
    readonly betaC?: string; //    (units); with cellNorm
    readonly peephole?: string; // (3·units) in the order i f o; normalised 'gates'
    readonly weightHr?: string; // (projection, units)
    readonly biasHr?: string; //   (projection)
  };
  /** `output` is the one applied to c'. Defaults: sigmoid for i f o, tanh for g and output. */
  readonly activations?: LstmConfig['activations'];
  /** Length of h when `tensors.weightHr` projects it. */
  readonly projection?: number;
  /** f = 1 - i. Default false. */
  readonly coupled?: boolean;
  /** Bound c' to [-cellClip, cellClip]. Default: no bound. */
  readonly cellClip?: number;
}

/** The layers of a closed-form continuous-time cell before its heads: `activation(W·x + U·h + b)`, then more such without h. */
export interface CfcBackbone {
  readonly units: number;
  /** At least 1, the one over x and h. */
  readonly layers: number;
  readonly activation: ActivationSpec;
}

interface CfcTensors {
  readonly weightIh: string; //        (heads·units, input), or (backbone.units, input)
  readonly weightHh: string; //        (heads·units, units), or (backbone.units, units)
  readonly biasIh?: string; //         (heads·units), or (backbone.units)
  readonly weightBackbone?: string; // ((layers - 1)·backbone.units, backbone.units); with more than one layer
  readonly biasBackbone?: string; //   ((layers - 1)·backbone.units)
  readonly weightHeads?: string; //    (heads·units, backbone.units); with a backbone
  readonly biasHeads?: string; //      (heads·units)
  readonly weightMemoryIh?: string; // (4·units, input); with mixedMemory
  readonly weightMemoryHh?: string; // (4·units, units); with mixedMemory
  readonly biasMemory?: string; //     (4·units); with mixedMemory
  readonly initialH?: string; //       (units); default zeros
  readonly initialC?: string; //       (units); with mixedMemory; default zeros
}

interface CfcBase extends NewerBase {
  readonly backbone?: CfcBackbone;
  /**
   * An LSTM before the cell (Lechner & Hasani 2020, mixed memory): `i f g o` of x and h as an LSTM has them, c' = f∘c + i∘g, and o∘tanh(c') is what
   * the cell reads as h. Default false.
   */
  readonly mixedMemory?: boolean;
}

/**
 * A closed-form continuous-time cell (Hasani et al. 2022, CfC), timesteps being one unit of time apart. Its three heads, stacked in the order
 * f g t, are products with x and h, or with what a backbone makes of them:
 *
 *     f = tanh(sf)    g = tanh(sg)    t = σ(st)
 *     h' = (1 - t)∘f + t∘g            mode 'default'
 *     h' = f + t∘g                    mode 'no_gate'
 */
export interface CfcConfig extends CfcBase {
  readonly type: 'cfc';
  readonly mode: 'default' | 'no_gate';
  readonly tensors: CfcTensors;
}

/** The pure form of the same (`mode="pure"`), of one head: `h' = limit - limit∘e^-(|tau| + |f|)∘f`, f being its sum. */
export interface CfcPureConfig extends CfcBase {
  readonly type: 'cfc_pure';
  readonly tensors: CfcTensors & { readonly tau: string /* (units) */; readonly limit: string /* (units) */ };
}

/**
 * An LSTM with exponential gates (Beck et al. 2024, xLSTM, the sLSTM). Rows are in the order i f z o. Heads do not see one another's h: unit j
 * of head k reads the units of head k alone.
 *
 *     i~ = Wi·x + Ui·h + bi      f~ = Wf·x + Uf·h + bf      z = tanh(Wz·x + Uz·h + bz)      o = σ(Wo·x + Uo·h + bo)
 *     m' = max(i~, log σ(f~) + m), or i~ where n is 0, as before the first timestep
 *     i  = e^(i~ - m')           f  = min(1, e^(log σ(f~) + m - m'))
 *     c' = f∘c + i∘z             n' = f∘n + i               h' = o∘c'/n'
 *
 * Its cell state is `[c n m]`.
 */
export interface SlstmConfig extends NewerBase {
  readonly type: 'slstm';
  /** Must divide `units`. */
  readonly heads: number;
  readonly tensors: {
    readonly weightIh: string; //  (4·units, input)
    readonly weightHh: string; //  (4·units, units/heads)
    readonly bias?: string; //     (4·units)
    readonly initialH?: string; // (units); default zeros
    readonly initialC?: string; // (3·units); default zeros
  };
}

/**
 * A liquid time-constant cell (Hasani et al. 2021), timesteps being one unit of time apart: potentials h of neurons with conductance-based
 * synapses, by `unfolds` steps of the fused solver, each
 *
 *     a_jk = weight_jk · σ(sigma_jk · (v_k - mu_jk))    from each input, v being x, and from each unit, v being h
 *     h_j  = (capacitance_j·unfolds·h_j + leak_j·leakReversal_j + Σ_k a_jk·reversal_jk) / (capacitance_j·unfolds + leak_j + Σ_k a_jk + epsilon)
 */
export interface LtcConfig extends NewerBase {
  readonly type: 'ltc';
  readonly unfolds: number;
  readonly epsilon: number;
  readonly tensors: {
    readonly weightIh: string; //     (units, input)
    readonly reversalIh: string; //   (units, input)
    readonly sigmaIh: string; //      (units, input)
    readonly muIh: string; //         (units, input)
    readonly weightHh: string; //     (units, units)
    readonly reversalHh: string; //   (units, units)
    readonly sigmaHh: string; //      (units, units)
    readonly muHh: string; //         (units, units)
    readonly capacitance: string; //  (units)
    readonly leak: string; //         (units)
    readonly leakReversal: string; // (units)
    readonly initialH?: string; //    (units); default zeros
  };
}

/** The cells that are composed of the kernels of others, loaded when a model has them. None of their weights may be int8. */
export type NewerCellConfig =
  | FastGrnnConfig
  | MinGruConfig
  | MinLstmConfig
  | SruConfig
  | SsruConfig
  | QrnnConfig
  | LayerNormLstmConfig
  | CfcConfig
  | CfcPureConfig
  | SlstmConfig
  | LtcConfig;

export type AnyCellConfig = CellConfig | NewerCellConfig;
/** What a sum is in the whole numbers that it is rounded to, `sum·scale`, and where these end. */
export interface IntegerScale {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/**
 * An LSTM of whole numbers, as TensorFlow Lite's integer kernel has it (8 bits for x and h, 16 for gates and c): weights, biases, x, h and c are
 * whole numbers in float32, less their zero points, and every result is rounded as `src/layers/integer/fixed-point.ts` says. Sums of products must stay
 * below 2^24. No `clip`.
 *
 *     a = inputScale·(W·x + b) + recurrentScale·(U·h) [+ peepholeScale·p∘c]    of each gate, in steps of 2^-12, 16 bits
 *     i = σ(ai), f = σ(af), g = tanh(ag), o = σ(ao)                            in steps of 2^-15   [i = 1 - f if coupled]
 *     c' = f∘c + i∘g                                                           in steps of 2^-cellBits, 16 bits
 *     h' = hidden.scale·(o∘tanh(c'))                                           [h' = projected.scale·(Wr·h')]
 */
export interface IntegerLstmConfig extends NewerBase {
  readonly type: 'integer_lstm';
  readonly tensors: LstmConfig['tensors'];
  readonly projection?: number;
  /** i = 1 - f; the input gate's rows are not used. Default false. */
  readonly coupled?: boolean;
  /** 9 to 15. */
  readonly cellBits: number;
  /** Bounds c' to [-cellClip, cellClip], in its steps. Default: no bound. */
  readonly cellClip?: number;
  /** Of i f g o. */
  readonly inputScales: readonly number[];
  readonly recurrentScales: readonly number[];
  /** Of i f o. */
  readonly peepholeScales?: readonly number[];
  /** `scale` of products in steps of 2^-30. */
  readonly hidden: IntegerScale;
  readonly projected?: IntegerScale;
}

/** `inputs` and `outputs` as a recurrent layer's. */
export type IntegerLstmNode = NodeBase & IntegerLstmConfig;

/**
 * How a row of float32 is rounded to 8 bits, as TensorFlow Lite does with what 8-bit weights are multiplied by. `symmetric`, `asymmetric`: its own kernels, in steps of
 * the 127th part of the largest magnitude, or of the 255th part of the range that the row and 0 span. `xnnpack`: as the latter, by XNNPACK, its default.
 */
export type RoundingRule = 'symmetric' | 'asymmetric' | 'xnnpack';

/** An LSTM in whose sums h is rounded; x is by a `round_rows` before it. No projection, no `clip`. */
export interface RoundedLstmConfig extends NewerBase {
  readonly type: 'rounded_lstm';
  readonly rule: RoundingRule;
  readonly tensors: Omit<LstmConfig['tensors'], 'weightHr'>;
  readonly activations?: LstmConfig['activations'];
  readonly coupled?: boolean;
  readonly cellClip?: number;
}

/** `inputs` and `outputs` as a recurrent layer's. */
export type RoundedLstmNode = NodeBase & RoundedLstmConfig;

/** Each timestep's features rounded to 8 bits, in steps of their own. */
export interface RoundRowsNode extends NodeBase {
  readonly type: 'round_rows';
  readonly rule: RoundingRule;
}

/**
 * Each feature times its scale, rounded as TensorFlow Lite's integer kernels round sums of products to the steps of their output: by a factor of 31 bits and a
 * shift, each to the nearest, halves up and then as `halves` says. Of whole numbers within 2^24; what is no whole number is cut to one.
 */
export interface RescaleNode extends NodeBase {
  readonly type: 'rescale';
  /** One for all features, or one each; at least 0, below 2^15. */
  readonly scales: readonly number[];
  /** Away from zero as its elementwise operators and depthwise convolutions have it, or up as its products of matrices do. */
  readonly halves: 'away' | 'up';
  /** Bounds of what is made: -32768 to 0, 0 to 32767. */
  readonly low: number;
  readonly high: number;
}

/** Of layers whose rows may be of different lengths. */
export interface WithLengths {
  /**
   * The last of `inputs` is a vector of one feature: how many timesteps of each row are valid (ONNX `sequence_lens`, PyTorch's packed
   * sequences). The timesteps after them leave the state as it is and output zeros; walks from the end begin at the last valid
   * one; the final state, and the output of a layer that gives the last one only, are those at the length. A run in which one is
   * no whole number from 0 to the time is refused.
   */
  readonly lengths?: true;
}

/**
 * A recurrent layer. `inputs`: `[x]`, or with the initial state given by other values (vectors)
 * `[x, h0]` (GRU, RNN) or `[x, h0, c0]` (LSTM); then the lengths, if it has them.
 * `outputs`: `[y]`, or with the final state as vectors `[y, hn]` or `[y, hn, cn]`.
 */
export type RecurrentNode = NodeBase & AnyCellConfig & WithLengths;

/**
 * Two cells over the same sequence, one from each end; both yield their outputs in the order of the input's timesteps.
 * `merge: 'none'` has two outputs, `[forward, backward]`. `inputs`: `[x]`, or `[x, lengths]`.
 */
export interface BidirectionalNode extends NodeBase, WithLengths {
  readonly type: 'bidirectional';
  readonly forward: AnyCellConfig;
  readonly backward: AnyCellConfig;
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

/**
 * Elementwise from the left to the right; `concatenate` joins the features, or timesteps with `axis: 'time'`.
 * Values are broadcast: a vector over the timesteps of a sequence, one feature over many, one timestep over many.
 * Comparisons give 1 or 0. `average` is the mean of all inputs. `power` is x^y.
 */
export interface MergeNode extends NodeBase {
  readonly type:
    | 'add'
    | 'subtract'
    | 'multiply'
    | 'divide'
    | 'maximum'
    | 'minimum'
    | 'average'
    | 'power'
    | 'equal'
    | 'less'
    | 'less_equal'
    | 'greater'
    | 'greater_equal'
    | 'concatenate';
  /** `concatenate` only. Default `'features'`. */
  readonly axis?: 'features' | 'time';
}

/** The merges that are a function of two values. */
export type BinaryMerge = Exclude<MergeNode['type'], 'average' | 'concatenate'>;

/** `inputs: [condition, a, b]`: a where the condition is not 0, else b; broadcast as in merges. */
export interface WhereNode extends NodeBase {
  readonly type: 'where';
}

/** Identity at inference; kept so that the graph reads like the trained one. */
export interface DropoutNode extends NodeBase {
  readonly type: 'dropout';
}

/** The same numbers for every row: a vector from a tensor `(features)`, a sequence of fixed time from `(time, features)`. No inputs. */
export interface ConstantNode extends NodeBase {
  readonly type: 'constant';
  readonly tensors: { readonly value: string };
}

/** Of nodes that take a row for `[frequency][channels]`. */
export interface WithChannels {
  /** Of the first input; must divide its features. */
  readonly channels: number;
}

/** Of nodes whose tensors are one number per feature. */
export interface PerChannel {
  /** The tensors are `(channels)`, the same for each frequency. Default: `(features)`. */
  readonly channels?: number;
}

/** `y = scale·x + shift` per feature (Keras `Normalization`, `Rescaling`; ONNX Mul, Add by a constant). Absent: 1 and 0. */
export interface ScaleShiftNode extends NodeBase, PerChannel {
  readonly type: 'scale_shift';
  readonly tensors: { readonly scale?: string /* (features) */; readonly shift?: string /* (features) */ };
}

/** `(x - mean) / sqrt(variance + epsilon) · gamma + beta` per feature, with the moving statistics (Ioffe & Szegedy 2015). */
export interface BatchNormNode extends NodeBase, PerChannel {
  readonly type: 'batch_norm';
  readonly epsilon: number;
  readonly tensors: {
    readonly mean: string; //     (features)
    readonly variance: string; // (features)
    readonly gamma?: string; //   (features)
    readonly beta?: string; //    (features)
  };
}

/** `x < 0 ? alpha·x : x` per feature. */
export interface PreluNode extends NodeBase, PerChannel {
  readonly type: 'prelu';
  readonly tensors: { readonly alpha: string /* (features) or (1) */ };
}

/** `ln(softmax(x))` over the features. */
export interface LogSoftmaxNode extends NodeBase {
  readonly type: 'log_softmax';
}

/**
 * What a window that slides over time sees at the ends: timesteps added before and after. `'same_upper'` (TensorFlow and
 * Keras `same`, ONNX SAME_UPPER) and `'same_lower'` give ceil(time / stride) outputs, the odd timestep of padding after or before.
 */
export type PaddingSpec = readonly [before: number, after: number] | 'same_upper' | 'same_lower';

/**
 * `y[t] = activation(b + Σ_j W[:, j, :]·x[t·stride + j·dilation - before])` (cross-correlation, as every framework's Conv1D).
 * time → floor((time + before + after - dilation·(kernelSize - 1) - 1) / stride) + 1.
 */
export interface Conv1dNode extends NodeBase {
  readonly type: 'conv1d';
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride?: number; //   default 1
  readonly dilation?: number; // default 1
  /** Default 1; `input` features for a depthwise convolution. */
  readonly groups?: number;
  /**
   * Zeros. Default [0, 0]. `'causal'` is `[dilation·(kernelSize - 1), 0]` at the start of a sequence, and in a stream the timesteps that came before: they are
   * kept in its state, so such a layer runs timestep by timestep. It needs stride 1. Behind the lengths of a run its outputs are zeros.
   */
  readonly padding?: PaddingSpec | 'causal';
  readonly tensors: {
    readonly weight: string; // (filters, kernelSize, input / groups)
    readonly bias?: string; //  (filters)
  };
  readonly activation?: ActivationSpec;
}

/**
 * The transpose of Conv1D: `y[t·stride + j·dilation - crop before] += W[:, j, :]·x[t]`.
 * time → (time - 1)·stride + dilation·(kernelSize - 1) + 1 + outputPadding - crop before - crop after.
 */
export interface ConvTranspose1dNode extends NodeBase {
  readonly type: 'conv_transpose1d';
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride?: number; //        default 1
  readonly dilation?: number; //      default 1
  readonly groups?: number; //        default 1
  /** Outputs dropped at the ends (PyTorch and ONNX call it padding). Default [0, 0]. */
  readonly crop?: readonly [before: number, after: number];
  readonly outputPadding?: number; // default 0
  readonly tensors: {
    readonly weight: string; // (filters, kernelSize, input / groups)
    readonly bias?: string; //  (filters)
  };
  readonly activation?: ActivationSpec;
}

/** Maximum or mean of each window of timesteps, per feature. */
export interface Pool1dNode extends NodeBase {
  readonly type: 'max_pool1d' | 'average_pool1d';
  readonly poolSize: number;
  readonly stride: number;
  readonly dilation?: number; // default 1
  readonly padding?: PaddingSpec; // default [0, 0]
  /** `average_pool1d`: added timesteps count as zeros (ONNX `count_include_pad`). Default false. */
  readonly countPadding?: boolean;
  /** The number of outputs is rounded up (ONNX `ceil_mode`, explicit padding only). Default false. */
  readonly ceil?: boolean;
}

/** Of a window over two axes: along time, along frequency. */
export type TwoSizes = readonly [time: number, frequency: number];

/**
 * A convolution over time and frequency, of rows `[frequency][channels]` to rows `[frequency'][filters]`:
 *
 *     y[t][f] = activation(b + Σ_i Σ_j W[:, i, j, :]·x[t·stride + i·dilation - before][f·stride + j·dilation - before])
 *
 * with a stride, dilation and padding of its own along either axis. Each axis ends up as long as with Conv1D.
 */
export interface Conv2dNode extends NodeBase, WithChannels {
  readonly type: 'conv2d';
  readonly filters: number;
  readonly kernelSize: TwoSizes;
  readonly stride?: TwoSizes; //   default [1, 1]
  readonly dilation?: TwoSizes; // default [1, 1]
  /** Default 1; `channels` for a depthwise convolution. */
  readonly groups?: number;
  /**
   * Zeros. Default [[0, 0], [0, 0]]. `'causal'` along time is `[dilation·(kernelSize - 1), 0]` at the start of a sequence, and in a stream the
   * frames that came before: they are kept in its state, so such a layer runs timestep by timestep. It needs stride 1. Its `inputs` may then be
   * `[x, past]` and its `outputs` `[y, present]`: the frames before the first one and the last ones, as vectors
   * `[dilation·(kernelSize - 1)][frequency][channels]`, as other values give and take them.
   */
  readonly padding?: readonly [time: PaddingSpec | 'causal', frequency: PaddingSpec];
  readonly tensors: {
    readonly weight: string; // (filters, kernelSize[0], kernelSize[1], channels / groups)
    readonly bias?: string; //  (filters)
  };
  readonly activation?: ActivationSpec;
}

/**
 * The transpose of Conv2D: `y[t·stride + i·dilation - crop before][f·stride + j·dilation - crop before] += W[:, i, j, :]·x[t][f]`.
 * Each axis ends up as long as with the transpose of Conv1D.
 */
export interface ConvTranspose2dNode extends NodeBase, WithChannels {
  readonly type: 'conv_transpose2d';
  readonly filters: number;
  readonly kernelSize: TwoSizes;
  readonly stride?: TwoSizes; //        default [1, 1]
  readonly dilation?: TwoSizes; //      default [1, 1]
  readonly groups?: number; //          default 1
  /**
   * Outputs dropped at the ends. Default [[0, 0], [0, 0]]. `'causal'` along time is `[0, dilation·(kernelSize - 1)]`: no output comes before
   * all of its inputs, and a stream keeps the frames before. It needs stride 1.
   */
  readonly crop?: readonly [
    time: readonly [before: number, after: number] | 'causal',
    frequency: readonly [before: number, after: number],
  ];
  readonly outputPadding?: TwoSizes; // default [0, 0]
  readonly tensors: {
    readonly weight: string; // (filters, kernelSize[0], kernelSize[1], channels / groups)
    readonly bias?: string; //  (filters)
  };
  readonly activation?: ActivationSpec;
}

/** Maximum or mean of each window over time and frequency, per channel. */
export interface Pool2dNode extends NodeBase, WithChannels {
  readonly type: 'max_pool2d' | 'average_pool2d';
  readonly poolSize: TwoSizes;
  readonly stride: TwoSizes;
  readonly dilation?: TwoSizes; // default [1, 1]
  readonly padding?: readonly [time: PaddingSpec, frequency: PaddingSpec]; // default [[0, 0], [0, 0]]
  /** `average_pool2d`: what padding adds counts as zeros. Default false. */
  readonly countPadding?: boolean;
  /** The numbers of outputs are rounded up (explicit padding only). Default false. */
  readonly ceil?: boolean;
}

/**
 * `(x - mean) / sqrt(variance + epsilon) · gamma + beta`, with mean and variance of x itself, over each of `groups` groups of channels
 * and over the named axes: groups of one channel over time and frequency are InstanceNorm, one group over neither is LayerNorm of the channels.
 */
export interface GroupNormNode extends NodeBase, WithChannels {
  readonly type: 'group_norm';
  readonly groups: number;
  /** What is joined beside the channels of a group. */
  readonly axes: readonly ('time' | 'frequency')[];
  readonly epsilon: number;
  readonly tensors: { readonly gamma?: string /* (channels) */; readonly beta?: string /* (channels) */ };
}

/**
 * Each frequency `factor` times over (nearest upsampling, `UpSampling2D`): `[frequency][channels]` → `[frequency·factor][channels]`. With one
 * frequency it stretches a number per channel over many frequencies, with one channel a number per frequency over many channels.
 */
export interface UpsampleFrequencyNode extends NodeBase, WithChannels {
  readonly type: 'upsample_frequency';
  readonly factor: number;
}

/** A recurrent layer within another: a cell, or two from either end. */
export type InnerRecurrent = CellConfig | Omit<BidirectionalNode, 'name' | 'inputs' | 'outputs' | 'lengths'>;

/**
 * A recurrent layer over the frequencies of each frame (Keras `TimeDistributed(LSTM)`), its state fresh in each. Rows become
 * `[frequency][units]`, or `[units]` where it does not return sequences.
 */
export interface EachFrameNode extends NodeBase, WithChannels {
  readonly type: 'each_frame';
  readonly layer: InnerRecurrent;
}

/**
 * A recurrent layer over time at each frequency: the same weights, a state of its own. Rows become `[frequency][units]`. `inputs`: `[x]`, or with
 * the initial state given by vectors `[frequency][units]` `[x, h0]` or `[x, h0, c0]`; `outputs` likewise `[y]`, `[y, hn]` or `[y, hn, cn]`.
 */
export interface EachFrequencyNode extends NodeBase, WithChannels {
  readonly type: 'each_frequency';
  readonly layer: InnerRecurrent;
}

/**
 * Attention with softmax, each head by itself: `y[t] = Σ_s softmax_s(scale · score(q[t], k[s])) v[s]`, where a score is
 *
 *     dot:       q·k                       scaled dot-product attention (Vaswani et al. 2017)
 *     additive:  Σ_j w[j] tanh(q[j]+k[j])  (Bahdanau et al. 2015)
 *
 * `inputs`: `[q, k, v]`, sequences with rows `[heads][keySize]`, `[heads][keySize]`, `[heads][valueSize]`; k and v have one time, that of q may be
 * another. Masked timesteps of k are left out.
 */
export interface AttentionNode extends NodeBase {
  readonly type: 'attention';
  readonly heads: number;
  readonly scale: number;
  readonly scores?: 'dot' | 'additive'; // default 'dot'
  /** Of additive scores: w, `(heads · keySize)`; ones if absent. */
  readonly tensors?: { readonly weight?: string };
  /** Timesteps of k after that of q are left out, both counted from their beginnings. Default false. */
  readonly causal?: boolean;
  /** What y is at masked timesteps of q: by default as at others, or zeros, or the mean of all timesteps of v, masked ones too (Keras). */
  readonly maskedQuery?: 'zeros' | 'mean';
  /** What y is where no timestep of k is left: zeros, the default, or the mean of all timesteps of v, masked ones too (Keras). */
  readonly noKey?: 'zeros' | 'mean';
}

/**
 * Attention without softmax (Katharopoulos et al. 2020), with decay (Yang et al. 2023, GLA) and the delta rule (Schlag et al. 2021): ONNX
 * `LinearAttention`. Every key head has a state S `(keySize, valueSize)`, zeros at first, which a stream keeps; at each timestep
 *
 *     gated:      S ← e^g ∘ S                    e^g one for each row of S, or one for all
 *     delta:      S ← S + k ⊗ β·(v - Sᵀk)
 *     otherwise:  S ← S + k ⊗ v
 *     y = scale · Sᵀq                            of every query head that shares the key head
 *
 * `inputs`: `[q, k, v]`, all sequences of one time, rows `[heads][keySize]`, `[keyHeads][keySize]`, `[keyHeads][valueSize]`; then `g` if gated,
 * `[keyHeads][keySize]` or `[keyHeads]`; then `β` with the delta rule, `[keyHeads]` or one; then S as a vector `[keyHeads][keySize][valueSize]`,
 * if it is given by another value. `outputs`: `[y]`, rows `[heads][valueSize]`, or with the final S `[y, S]`. A masked timestep leaves S as it is
 * and gives zeros.
 */
export interface LinearAttentionNode extends NodeBase {
  readonly type: 'linear_attention';
  /** Of the queries. */
  readonly heads: number;
  /** Of keys and values; divides `heads`. Head i of the queries reads the state of head floor(i · keyHeads / heads). */
  readonly keyHeads: number;
  readonly scale: number;
  readonly gated?: boolean; // default false
  readonly delta?: boolean; // default false
}

/** A layer within another, over rows and columns: its time is the rows, its frequency the columns. */
export type InnerPlane =
  | Omit<Conv2dNode, 'name' | 'inputs' | 'outputs'>
  | Omit<ConvTranspose2dNode, 'name' | 'inputs' | 'outputs'>
  | Omit<Pool2dNode, 'name' | 'inputs' | 'outputs'>
  | Omit<PadNode, 'name' | 'inputs' | 'outputs'>
  | Omit<SliceNode, 'name' | 'inputs' | 'outputs'>;

/**
 * A layer over two axes of each frame (Keras `TimeDistributed(Conv2D)`): rows of the value are `[rows][columns][channels]`, and become `[rows'][columns'][filters]`.
 * `pad` and `slice` are of `axis: 'features'`, which adds or leaves out columns; what adds or leaves out rows needs no such layer.
 */
export interface EachFrame2dNode extends NodeBase {
  readonly type: 'each_frame2d';
  /** Of each frame; must divide the features. */
  readonly rows: number;
  readonly layer: InnerPlane;
}

/**
 * A convolutional LSTM (Shi et al. 2015; Keras `ConvLSTM2D`, and with one row `ConvLSTM1D`): an LSTM whose x, h and c are images and whose products are convolutions
 * over rows and columns. Rows of the value are `[rows][columns][channels]`, and become `[rows'][columns'][filters]`, as the stride and padding of the input's
 * convolution make them; that of the state keeps its size, with zeros around it. `inputs`: `[x]`, or with the initial state given by vectors `[x, h0, c0]`; `outputs`: `[y]`, or
 * `[y, hn, cn]`.
 */
export interface ConvLstmNode
  extends NodeBase,
    WithChannels,
    Pick<RecurrentBase, 'goBackwards' | 'outputOrder' | 'returnSequences'> {
  readonly type: 'conv_lstm';
  readonly filters: number;
  /** Default 1. */
  readonly rows?: number;
  /** Along rows, along columns. */
  readonly kernelSize: readonly [rows: number, columns: number];
  /** Of the state's convolution. Default: kernelSize. */
  readonly recurrentKernelSize?: readonly [rows: number, columns: number];
  readonly stride?: readonly [rows: number, columns: number]; //   default [1, 1]
  readonly dilation?: readonly [rows: number, columns: number]; // default [1, 1]
  readonly padding?: readonly [rows: PaddingSpec, columns: PaddingSpec]; // default [[0, 0], [0, 0]]
  readonly tensors: {
    readonly weightIh: string; // (4·filters, kernelSize[0], kernelSize[1], channels), gates i f g o
    readonly weightHh: string; // (4·filters, recurrentKernelSize[0], recurrentKernelSize[1], filters)
    readonly biasIh?: string; //  (4·filters)
  };
  /** As of `LstmConfig`. */
  readonly activations?: LstmConfig['activations'];
}

/** Over the timesteps (gives a vector) or the features (leaves one). */
export interface ReduceNode extends NodeBase {
  readonly type: 'reduce';
  readonly operation: 'mean' | 'sum' | 'max' | 'min' | 'prod';
  readonly axis: 'time' | 'features';
  /** `mean` over time: over the unmasked timesteps only (Keras GlobalAveragePooling1D). Default false: the mask is ignored. */
  readonly masked?: boolean;
}

/** Where the largest or smallest number stands, from 0: for each feature its timestep (gives a vector), or for each timestep its feature. */
export interface ArgReduceNode extends NodeBase {
  readonly type: 'arg_reduce';
  readonly operation: 'max' | 'min';
  readonly axis: 'time' | 'features';
  /** Of several that are alike, the last instead of the first. Default false. */
  readonly last?: boolean;
}

/** Running sums along time or features. */
export interface CumsumNode extends NodeBase {
  readonly type: 'cumsum';
  readonly axis: 'time' | 'features';
  /** Without the number itself. Default false. */
  readonly exclusive?: boolean;
  /** From the end. Default false. */
  readonly reverse?: boolean;
}

/** Adds timesteps or features at the ends: `value`, the mirrored inside without the edge (`reflect`), or the edge itself. */
export interface PadNode extends NodeBase {
  readonly type: 'pad';
  readonly axis: 'time' | 'features';
  readonly before: number;
  readonly after: number;
  readonly mode: 'constant' | 'reflect' | 'edge';
  /** `constant` only. Default 0. */
  readonly value?: number;
  /** `features` only: `before` and `after` are frequencies, of so many channels each. Default 1. */
  readonly channels?: number;
}

/**
 * Every `step`-th timestep or feature from `start` on: `count` of them, or (without `count`) until `drop` from the end are left out.
 * A negative `start` counts from the end. With `axis: 'time'` and a `count`, the result has fixed time.
 */
export interface SliceNode extends NodeBase {
  readonly type: 'slice';
  readonly axis: 'time' | 'features';
  readonly start: number;
  readonly step?: number; //  default 1
  readonly count?: number;
  readonly drop?: number; //  default 0
  /** `features` only: all of these count frequencies, of so many channels each. Default 1. */
  readonly channels?: number;
}

/** One timestep as a vector; negative from the end. With per-row lengths, -1 is still the last timestep of the sequence. */
export interface TimestepNode extends NodeBase {
  readonly type: 'timestep';
  readonly index: number;
}

/**
 * `inputs: [sequence, index]`: of each row the timestep that `index`, a vector of one feature, says, as a vector; negative from the
 * end. A run in which one is no whole number in [-time, time) is refused.
 */
export interface GatherTimeNode extends NodeBase {
  readonly type: 'gather_time';
}

/** Identity that hands no mask on: the layers after it see every timestep. */
export interface UnmaskNode extends NodeBase {
  readonly type: 'unmask';
}

/** Timesteps from the last to the first. */
export interface ReverseNode extends NodeBase {
  readonly type: 'reverse';
}

/** The same numbers in another shape, row-major: `[features]` gives a vector, `[time, features]` a sequence. Vectors and fixed time only. */
export interface ReshapeNode extends NodeBase {
  readonly type: 'reshape';
  readonly shape: readonly [number] | readonly [number, number];
}

/**
 * Moves a factor between time and features, row-major: `[time, features]` → `[time·factor, features/factor]` (`into: 'time'`), or
 * `[time/factor, features·factor]` (`into: 'features'`; a run whose time is not a multiple is refused).
 */
export interface RegroupNode extends NodeBase {
  readonly type: 'regroup';
  readonly factor: number;
  readonly into: 'time' | 'features';
}

/** Timesteps become features and features timesteps (Keras `Permute((2, 1))`). Fixed time only. */
export interface TransposeNode extends NodeBase {
  readonly type: 'transpose';
}

/** The features seen as a row-major block of `shape`, its axes put into another order: axis i of the result is axis `order[i]`. */
export interface RearrangeNode extends NodeBase {
  readonly type: 'rearrange';
  readonly shape: readonly number[];
  readonly order: readonly number[];
}

/** A vector as `count` equal timesteps (Keras `RepeatVector`); or each timestep of a sequence `count` times over (`UpSampling1D`). */
export interface RepeatNode extends NodeBase {
  readonly type: 'repeat';
  readonly count: number;
}

/**
 * The matrix product of two values, row by row of the batch: `a [time, k] · b [k, features]` (b's timesteps are k), or with
 * `transposeB` `a [time, k] · b [features, k]ᵀ`, whose b must have fixed time. Vectors count as one timestep; two vectors give a vector.
 */
export interface MatmulNode extends NodeBase {
  readonly type: 'matmul';
  readonly transposeB?: boolean; // default false
}

export type NodeSpec =
  | RecurrentNode
  | BidirectionalNode
  | IntegerLstmNode
  | RoundedLstmNode
  | RoundRowsNode
  | RescaleNode
  | DenseNode
  | EmbeddingNode
  | MaskingNode
  | LayerNormNode
  | ActivationNode
  | SoftmaxNode
  | MergeNode
  | DropoutNode
  | WhereNode
  | ConstantNode
  | ScaleShiftNode
  | BatchNormNode
  | PreluNode
  | LogSoftmaxNode
  | Conv1dNode
  | ConvTranspose1dNode
  | Pool1dNode
  | Conv2dNode
  | ConvTranspose2dNode
  | Pool2dNode
  | GroupNormNode
  | UpsampleFrequencyNode
  | EachFrameNode
  | EachFrequencyNode
  | AttentionNode
  | LinearAttentionNode
  | EachFrame2dNode
  | ConvLstmNode
  | ReduceNode
  | PadNode
  | SliceNode
  | TimestepNode
  | GatherTimeNode
  | UnmaskNode
  | ReverseNode
  | ReshapeNode
  | RegroupNode
  | TransposeNode
  | RearrangeNode
  | RepeatNode
  | MatmulNode
  | ArgReduceNode
  | CumsumNode;

/**
 * State that the file carries outside the layers: what `output` computed in one run (a stream's step) is what `input` is in
 * the next; zeros, or `initial`, at the start. Such an input is not asked of the caller, and the output not shown unless it is
 * also listed in `outputs`.
 */
export interface CarrySpec {
  /** A float32 vector input. */
  readonly input: string;
  /** A vector value of the same length. */
  readonly output: string;
  readonly initial?: string; // (features)
}

/**
 * The axes of an input or output as the model's file has them: what callers mean who pass a value with the shape that the file
 * says. Inside the model, and where values come flat or nested, it is `[batch, time, features]` all the same.
 */
export interface ValueLayout {
  /**
   * In the file's order. Numbers are sizes of blocks whose product, in this order, are the features; a 1 is an axis of length one. No
   * number at all is one feature. Without `'batch'` the file has no such axis, and the batch is 1. A sequence has `'time'`, once; a
   * vector has not.
   */
  readonly axes: readonly ('batch' | 'time' | number)[];
  /** The batch that the file fixes; a value that comes with a shape must have it. Default: any. */
  readonly batch?: number;
}

export interface ModelSpec {
  readonly name?: string;
  readonly inputs: readonly InputSpec[];
  /** In topological order. */
  readonly nodes: readonly NodeSpec[];
  /** Names of the values that are the model's outputs. */
  readonly outputs: readonly string[];
  readonly carries?: readonly CarrySpec[];
  /** Of inputs and outputs, by name, whose axes in the file are not `[batch, time, features]`, or `[batch, features]`. */
  readonly layouts?: Readonly<Record<string, ValueLayout>>;
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Weights that are int8, which nodes name as they do `tensors`; no name is in both. */
  readonly int8?: Readonly<Record<string, Int8TensorSpec>>;
}
