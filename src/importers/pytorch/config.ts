import type { ActivationSpec } from '../../spec.js';
import type { ImportLimits } from '../shared/budget.js';
import type { Named, Weighted } from './config-base.js';
import type { PyTorchPackageLayer } from './config-packages.js';
import type { PyTorchScanLayer } from './config-scan.js';

/**
 * What a state dict does not hold: the modules in the order of the forward pass, in PyTorch's own terms. Every name and
 * number is checked against the file. `prefix` is the module's name in the state dict (`'lstm'` for
 * `lstm.weight_ih_l0`), with or without what wrappers put into it (`'module.lstm'`); leave it out when the file is the module's own state dict.
 */
export interface PyTorchConfig {
  /** Name of the model. */
  readonly name?: string;
  /** Features per timestep (`input_size`). Left out when the first layer is an embedding, whose input is token ids. */
  readonly inputSize?: number;
  /**
   * For models whose input is `(batch, channels, time, frequency)`: how many frequencies there are. `inputSize` is channels ·
   * frequencies then. Inputs and outputs come in PyTorch's order of axes where they come with a shape.
   */
  readonly frequencies?: number;
  /**
   * In the place of `frequencies`, for models whose input is an image, `(batch, channels, height, width)`: how many rows of pixels there are.
   * Columns are timesteps, and layers have their sizes in PyTorch's order, of height and width. `inputSize` is channels · height.
   */
  readonly height?: number;
  /** A fixed number of timesteps; `flatten` needs it. Default: any. */
  readonly timesteps?: number;
  /** Left out for one module alone, or with `assume`; otherwise the error prints a draft of this config. */
  readonly layers?: readonly PyTorchLayer[];
  /**
   * In the place of `layers`: that each module of the file reads what the one before it makes, at every timestep, with nothing
   * between them: no activation, no sum with an earlier value, no last timestep alone. Names and shapes prove the modules'
   * types and their order, but never this. The report says that it was assumed.
   */
  readonly assume?: 'chain';
  /**
   * Key of the state dict in a checkpoint: `'model'` for `{model: …, ema: …}`. Needed where there are several, or tensors inside an
   * object that is not built. Of a package of several exported programs, the name of one.
   */
  readonly stateDict?: string;
  /**
   * What of the state dict this model does not use, by exact name: tensors, or values that are none. Anything else that is not
   * used is an error.
   */
  readonly ignore?: readonly string[];
  /** Most that the import may take. Default: in proportion to the file. */
  readonly limits?: ImportLimits;
}

export type PyTorchLayer =
  | PyTorchScanLayer
  | PyTorchPackageLayer
  | PyTorchLstm
  | PyTorchGru
  | PyTorchRnn
  | PyTorchCell
  | PyTorchRnnCell
  | PyTorchLinear
  | PyTorchConv1d
  | PyTorchEmbedding
  | PyTorchLayerNorm
  | PyTorchBatchNorm
  | PyTorchPrelu
  | PyTorchMaxPool1d
  | PyTorchAvgPool1d
  | PyTorchFlatten
  | PyTorchConv2d
  | PyTorchConvTranspose2d
  | PyTorchBatchNorm2d
  | PyTorchMaxPool2d
  | PyTorchAvgPool2d
  | PyTorchZeroPad1d
  | PyTorchChomp1d
  | PyTorchZeroPad2d
  | PyTorchFrames
  | PyTorchActivation
  | PyTorchFunction
  | PyTorchPlain;

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

/** `nn.LSTMCell`, `nn.GRUCell`, called timestep by timestep from zeros on, as a layer over time. */
export interface PyTorchCell extends Weighted {
  readonly type: 'lstm_cell' | 'gru_cell';
  readonly hiddenSize: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default true: h at every timestep. False: the last one. */
  readonly returnSequences?: boolean;
}

/** `nn.RNNCell`, likewise. */
export interface PyTorchRnnCell extends Omit<PyTorchCell, 'type'> {
  readonly type: 'rnn_cell';
  /** Default `'tanh'`. */
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

/** `nn.BatchNorm1d` per feature, with the statistics of the training. */
export interface PyTorchBatchNorm extends Weighted {
  readonly type: 'batch_norm';
  /** Default 1e-5. */
  readonly eps?: number;
  /** Default true: weight and bias are in the file. */
  readonly affine?: boolean;
  /** Default true. False, statistics of the batch at hand, is refused. */
  readonly trackRunningStats?: boolean;
}

/** `nn.Conv1d`: its channels are the features, its length is time. */
export interface PyTorchConv1d extends Weighted {
  readonly type: 'conv1d';
  /** Default: what the file says. */
  readonly outChannels?: number;
  /** Default: what the file says. */
  readonly kernelSize?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Timesteps added at both ends. Default 0; `'valid'` is 0 and `'same'` keeps the number of timesteps, stride 1 only. */
  readonly padding?: number | 'same' | 'valid';
  /** Default 1. */
  readonly dilation?: number;
  /** Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default, and the only one: `'zeros'`. */
  readonly paddingMode?: 'zeros';
}

/** One size for both axes, or one along time and one along frequency; of images, one along height and one along width. */
type Sizes2d = number | readonly [time: number, frequency: number];

interface Convolution2d extends Weighted {
  readonly outChannels: number;
  readonly kernelSize: Sizes2d;
  /** Default 1. */
  readonly stride?: Sizes2d;
  /** Default 1. */
  readonly dilation?: Sizes2d;
  /** Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** `nn.Conv2d` over `(batch, channels, time, frequency)`. */
export interface PyTorchConv2d extends Convolution2d {
  readonly type: 'conv2d';
  /** Added at both ends of the axes. Default 0; `'valid'` is 0 and `'same'` keeps their lengths, stride 1 only. */
  readonly padding?: Sizes2d | 'same' | 'valid';
  /** Default, and the only one: `'zeros'`. */
  readonly paddingMode?: 'zeros';
}

/** `nn.ConvTranspose2d`. */
export interface PyTorchConvTranspose2d extends Convolution2d {
  readonly type: 'conv_transpose2d';
  /** Left out at both ends of the axes. Default 0. */
  readonly padding?: Sizes2d;
  /** Default 0. */
  readonly outputPadding?: Sizes2d;
}

/** `nn.BatchNorm2d`, per channel, with the statistics of the training. */
export interface PyTorchBatchNorm2d extends Omit<PyTorchBatchNorm, 'type'> {
  readonly type: 'batch_norm2d';
}

interface PyTorchPool2d extends Named {
  readonly kernelSize: Sizes2d;
  /** Default: kernelSize. */
  readonly stride?: Sizes2d;
  /** Added at both ends of the axes, at most half of kernelSize. Default 0. */
  readonly padding?: Sizes2d;
  /** Default false. */
  readonly ceilMode?: boolean;
}

/** `nn.MaxPool2d`. */
export interface PyTorchMaxPool2d extends PyTorchPool2d {
  readonly type: 'max_pool2d';
  /** Default 1. */
  readonly dilation?: Sizes2d;
}

/** `nn.AvgPool2d`. */
export interface PyTorchAvgPool2d extends PyTorchPool2d {
  readonly type: 'avg_pool2d';
  /** Default true: added places count as zeros. */
  readonly countIncludePad?: boolean;
}

/** `nn.ZeroPad1d`, `nn.ConstantPad1d` of 0, `F.pad`, over time. Zeros that a convolution needs of the past, and no others, make it causal: it streams. */
export interface PyTorchZeroPad1d extends Named {
  readonly type: 'zero_pad1d';
  readonly padding: number | readonly [before: number, after: number];
}

/** `y[:, :, :-size]`, the `Chomp1d` of temporal convolutional networks (Bai et al. 2018): drops what a padded convolution made of the future. */
export interface PyTorchChomp1d extends Named {
  readonly type: 'chomp1d';
  readonly size: number;
}

/** `nn.ZeroPad2d`. Zeros that a convolution needs of the past, and no others along time, make it causal: it streams. */
export interface PyTorchZeroPad2d extends Named {
  readonly type: 'zero_pad2d';
  /** PyTorch's order: the last axis first. Of images left, right, top, bottom. */
  readonly padding: number | readonly [low: number, high: number, before: number, after: number];
}

/** `(batch, channels, time, frequency)` as `(batch, time, features)`: each frame's numbers in a row, for a recurrent layer. */
export interface PyTorchFrames extends Named {
  readonly type: 'frames';
  /**
   * What was flattened: `x.transpose(1, 2).flatten(2)`, channels first, or `x.permute(0, 2, 3, 1).flatten(2)`. Of images
   * `x.permute(0, 3, 1, 2).flatten(2)`, channels first (as `x.squeeze(2).permute(0, 2, 1)` is), or `x.permute(0, 3, 2, 1).flatten(2)`.
   */
  readonly channelsFirst: boolean;
}

/** `nn.PReLU`, of one slope or one per feature: what the file says. */
export interface PyTorchPrelu extends Weighted {
  readonly type: 'prelu';
}

interface PyTorchPool extends Named {
  readonly kernelSize: number;
  /** Default: kernelSize. */
  readonly stride?: number;
  /** Timesteps added at both ends, at most half of kernelSize. Default 0. */
  readonly padding?: number;
  /** Default false. */
  readonly ceilMode?: boolean;
}

/** `nn.MaxPool1d` over time. */
export interface PyTorchMaxPool1d extends PyTorchPool {
  readonly type: 'max_pool1d';
  /** Default 1. */
  readonly dilation?: number;
}

/** `nn.AvgPool1d` over time. */
export interface PyTorchAvgPool1d extends PyTorchPool {
  readonly type: 'avg_pool1d';
  /** Default true: added timesteps count as zeros. */
  readonly countIncludePad?: boolean;
}

/** `nn.Flatten` of a sequence of a fixed number of timesteps: a vector. */
export interface PyTorchFlatten extends Named {
  readonly type: 'flatten';
  /** What was flattened: `(batch, channels, time)` as convolutions make it, or `(batch, time, features)`. */
  readonly channelsFirst: boolean;
}

/** Any activation of the engine. */
export interface PyTorchActivation extends Named {
  readonly type: 'activation';
  readonly activation: ActivationSpec;
}

/** Activations of `torch.nn.functional`, with PyTorch's own defaults. */
export type PyTorchFunction = Named &
  (
    | {
        readonly type:
          | 'relu'
          | 'relu6'
          | 'sigmoid'
          | 'tanh'
          | 'silu'
          | 'selu'
          | 'mish'
          | 'softsign'
          | 'logsigmoid'
          | 'hardsigmoid'
          | 'hardswish';
      }
    | { readonly type: 'leaky_relu'; readonly negativeSlope?: number /* default 0.01 */ }
    | { readonly type: 'elu'; readonly alpha?: number /* default 1 */ }
    | { readonly type: 'hardtanh'; readonly minVal?: number /* -1 */; readonly maxVal?: number /* 1 */ }
    | { readonly type: 'gelu'; readonly approximate?: 'none' | 'tanh' /* default 'none' */ }
    | { readonly type: 'softplus'; readonly beta?: 1 }
  );

/** `nn.Softmax` and `nn.LogSoftmax` over the features; `nn.Dropout`, the identity; `y[:, -1]`, the last timestep as a vector. */
export interface PyTorchPlain extends Named {
  readonly type: 'softmax' | 'log_softmax' | 'dropout' | 'last_timestep';
}
