import type { ActivationSpec } from '../../spec.js';

/**
 * What safetensors does not hold: the modules in the order of the forward pass, in PyTorch's own terms. Every name and
 * number is checked against the file. `prefix` is the module's name in the state dict (`'lstm'` for
 * `lstm.weight_ih_l0`); leave it out when the file is the module's own state dict.
 */
export interface PyTorchConfig {
  /** Name of the model. */
  readonly name?: string;
  /** Features per timestep (`input_size`). Left out when the first layer is an embedding, whose input is token ids. */
  readonly inputSize?: number;
  readonly layers: readonly PyTorchLayer[];
  /** Tensors of the file that this model does not use, by exact name; any other unused tensor is an error. */
  readonly ignore?: readonly string[];
}

export type PyTorchLayer =
  | PyTorchLstm
  | PyTorchGru
  | PyTorchRnn
  | PyTorchLinear
  | PyTorchEmbedding
  | PyTorchLayerNorm
  | PyTorchActivation
  | PyTorchSoftmax
  | PyTorchDropout;

interface Named {
  /** Name of the layer in the model. Default: the prefix, or the type and the layer's place. */
  readonly name?: string;
}

interface Weighted extends Named {
  readonly prefix?: string;
}

/**
 * `nn.LSTM`, `nn.GRU`, `nn.RNN`. With `numLayers` above 1 the layers are named `name_l0`, `name_l1`, …
 * `batch_first` and `dropout` have no meaning here: sequences are always `[batch, time, features]`, and inference drops nothing.
 */
export interface PyTorchRecurrent extends Weighted {
  readonly hiddenSize: number;
  /** Default 1. */
  readonly numLayers?: number;
  /** Default false. */
  readonly bidirectional?: boolean;
  /** Default true. */
  readonly bias?: boolean;
  /**
   * Default true: `output`, at every timestep. False: the last layer's `h_n`, the state each direction ends with. With
   * `bidirectional` that is not `output[:, -1]`, where the backward half has seen one timestep only.
   */
  readonly returnSequences?: boolean;
}

export interface PyTorchLstm extends PyTorchRecurrent {
  readonly type: 'lstm';
  /** Smaller than hiddenSize. Default: no projection. */
  readonly projSize?: number;
}

export interface PyTorchGru extends PyTorchRecurrent {
  readonly type: 'gru';
}

export interface PyTorchRnn extends PyTorchRecurrent {
  readonly type: 'rnn';
  /** Default `'tanh'`, as `nn.RNN`. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/** `nn.Linear`, with the activation that follows it if one is given. */
export interface PyTorchLinear extends Weighted {
  readonly type: 'linear';
  /** Default: what the file says. */
  readonly outFeatures?: number;
  /** Default true. */
  readonly bias?: boolean;
  readonly activation?: ActivationSpec;
}

/** `nn.Embedding`; the first layer only. `padding_idx` matters to training alone: its row is stored like the others. */
export interface PyTorchEmbedding extends Weighted {
  readonly type: 'embedding';
  /** Default: what the file says. */
  readonly numEmbeddings?: number;
  /** Default: what the file says. */
  readonly embeddingDim?: number;
}

/** `nn.LayerNorm` over the features. */
export interface PyTorchLayerNorm extends Weighted {
  readonly type: 'layer_norm';
  /** Default 1e-5, as `nn.LayerNorm`. */
  readonly eps?: number;
  /** Default true: weight and bias are in the file. */
  readonly elementwiseAffine?: boolean;
  /** Default true, where `elementwiseAffine` is. */
  readonly bias?: boolean;
}

export interface PyTorchActivation extends Named {
  readonly type: 'activation';
  readonly activation: ActivationSpec;
}

/** `nn.Softmax(dim=-1)`. */
export interface PyTorchSoftmax extends Named {
  readonly type: 'softmax';
}

export interface PyTorchDropout extends Named {
  readonly type: 'dropout';
}
