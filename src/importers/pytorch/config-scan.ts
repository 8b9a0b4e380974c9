import type { Weighted } from './config-base.js';

// Recurrent layers none of whose products reads the state, as the packages that have them write their state dicts.

interface Recurrent extends Weighted {
  /** Default true: the output at every timestep. False: the last one. */
  readonly returnSequences?: boolean;
}

/**
 * `minGRU` and `minLSTM` of `minGRU-pytorch` (Feng et al. 2024). Their width and the linear layer at their end, `to_out`, are what the file
 * says.
 */
export interface PyTorchMinCell extends Recurrent {
  readonly type: 'min_gru' | 'min_lstm';
}

/**
 * `SRU` of `sru` 2.1 and later (Lei et al. 2018), without layer normalisation or modules of the caller's. What the file says: `rescale`, by
 * `scale_x`; `projection_size`, by `weight_proj`; `proj_input_to_hidden_first`.
 */
export interface PyTorchSru extends Recurrent {
  readonly type: 'sru';
  /** Of one direction. */
  readonly hiddenSize: number;
  /** Default 2. */
  readonly numLayers?: number;
  /** Default false. */
  readonly bidirectional?: boolean;
  /** Default false. */
  readonly useTanh?: boolean;
  /** Default true. */
  readonly hasSkipTerm?: boolean;
  /** Default, and the only one: false. */
  readonly layerNorm?: false;
}

/** `QRNN` or `QRNNLayer` of `pytorch-qrnn` (Bradbury et al. 2016). */
export interface PyTorchQrnn extends Recurrent {
  readonly type: 'qrnn';
  readonly hiddenSize: number;
  /** Default 1. */
  readonly numLayers?: number;
  /** Timesteps that a sum is of. Default 1. */
  readonly window?: 1 | 2;
  /** Default true: pooling fo; false: pooling f. */
  readonly outputGate?: boolean;
  /** Default, and the only one: 0. Zoneout shrinks the gates in inference too. */
  readonly zoneout?: 0;
}

export type PyTorchScanLayer = PyTorchMinCell | PyTorchSru | PyTorchQrnn;
