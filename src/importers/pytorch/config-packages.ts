import type { Weighted } from './config-base.js';

// Recurrent layers that PyTorch itself does not have, as the packages that have them write their state dicts.

interface Recurrent extends Weighted {
  /** Default true: the output at every timestep. False: the last one. */
  readonly returnSequences?: boolean;
}

/**
 * A cell of an LSTM whose products with x and with h, and whose c, are normalised (Ba et al. 2016), as `LayerNormLSTMCell` of PyTorch's
 * `benchmarks/fastrnns/custom_lstms.py` has it: `weight_ih`, `weight_hh`, and `nn.LayerNorm`s `layernorm_i`, `layernorm_h`, `layernorm_c`.
 */
export interface PyTorchLayerNormLstm extends Recurrent {
  readonly type: 'layer_norm_lstm';
  readonly hiddenSize: number;
  /** Default 1e-5, as `nn.LayerNorm`. */
  readonly eps?: number;
}

/** `CfC` of `ncps.torch`, of a number of units (Hasani et al. 2022), called without timespans. */
export interface PyTorchCfc extends Recurrent {
  readonly type: 'cfc';
  /** Default: what the file says. */
  readonly hiddenSize?: number;
  /** Default `'default'`. */
  readonly mode?: 'default' | 'pure' | 'no_gate';
  /** Of the backbone. Default `'lecun_tanh'`. */
  readonly activation?: 'silu' | 'relu' | 'tanh' | 'gelu' | 'lecun_tanh';
  /** Default: what the file says. */
  readonly backboneUnits?: number;
  /** Default 1. */
  readonly backboneLayers?: number;
  /** Inference drops nothing; above 0 it stands among the backbone's layers and numbers them. Default 0. */
  readonly backboneDropout?: number;
  /** Outputs of the linear layer at the end. Default: there is none. */
  readonly projSize?: number;
  /** An LSTM before the cell, on the same state (Lechner & Hasani 2020). Default false. */
  readonly mixedMemory?: boolean;
}

/** `CfC` of `ncps.torch`, of a wiring (`AutoNCP`, `NCP`), whose masks are in the file. */
export interface PyTorchWiredCfc extends Recurrent {
  readonly type: 'wired_cfc';
  /** Default `'default'`. */
  readonly mode?: 'default' | 'pure' | 'no_gate';
  /** Outputs of the linear layer at the end. Default: there is none. */
  readonly projSize?: number;
}

/** `LTC` of `ncps.torch` (Hasani et al. 2021), of a wiring or a number of units, called without timespans. */
export interface PyTorchLtc extends Recurrent {
  readonly type: 'ltc';
  /** Neurons, motor neurons among them. Default: what the file says. */
  readonly hiddenSize?: number;
  /** Motor neurons, whose potentials are the output. Default: what the file says, which it does not where `outputMapping` is null. */
  readonly outputSize?: number;
  /** Default `'affine'`. */
  readonly inputMapping?: 'affine' | 'linear' | null;
  /** Default `'affine'`. */
  readonly outputMapping?: 'affine' | 'linear' | null;
  /** Default 6. */
  readonly odeUnfolds?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Whether weights, leaks and capacitances are kept positive by softplus, which is `LTC`'s default: true. */
  readonly implicitParamConstraints?: boolean;
}

/**
 * `sLSTMLayer` of `xlstm` (Beck et al. 2024): a causal convolution for the input and forget gates, the sLSTM, and a group norm of its heads. State dicts of both
 * backends are honoured: the shape of the recurrent kernel tells them apart.
 */
export interface PyTorchSlstm extends Weighted {
  readonly type: 'slstm';
  /** Default 4. */
  readonly numHeads?: number;
  /** 0: no convolution; 1 would leave none of the timesteps. Default 4. */
  readonly conv1dKernelSize?: number;
  /** Default true: the norm's weight is in the file. */
  readonly groupNormWeight?: boolean;
}

/** `FastGRNN` or `FastGRNNCell` of `edgeml_pytorch` (Kusupati et al. 2018). */
export interface PyTorchFastGrnn extends Recurrent {
  readonly type: 'fast_grnn';
  readonly hiddenSize: number;
  /** Default `'sigmoid'`. */
  readonly gateNonlinearity?: EdgeMlNonlinearity;
  /** Default `'tanh'`. */
  readonly updateNonlinearity?: EdgeMlNonlinearity;
  /** Of the product of W1 and W2 in the place of W. Default: W is in the file. */
  readonly wRank?: number;
  /** Of the product of U1 and U2 in the place of U. Default: U is in the file. */
  readonly uRank?: number;
}

/** Names of `gen_nonlinearity`. */
export type EdgeMlNonlinearity = 'tanh' | 'sigmoid' | 'quantTanh' | 'quantSigm' | 'quantSigm4';

export type PyTorchPackageLayer =
  | PyTorchLayerNormLstm
  | PyTorchCfc
  | PyTorchWiredCfc
  | PyTorchLtc
  | PyTorchSlstm
  | PyTorchFastGrnn;
