/**
 * The kernels' interface as TypeScript sees it. Pointers are byte addresses, strides are bytes,
 * a *vector* is 4 float32 = 16 bytes. The meaning of each function stands in `assembly/`.
 */

/** One timestep of one cell for `rows` rows; see `assembly/lstm.ts`, `gru.ts`, `rnn.ts`. */
export type CellKernel = (
  layer: number,
  x: number,
  xStride: number,
  raw: number,
  rawStride: number,
  scratch: number,
  state: number,
  stateStride: number,
  rows: number,
  mask: number,
  maskStride: number,
  out: number,
  outStride: number,
) => void;

export interface Kernels {
  /** 1 in the relaxed build. */
  readonly relaxed: { readonly value: number };
  /** Width, in vectors, of the next panel of a packed matrix when `remaining` vectors remain. */
  panelVectors(remaining: number): number;
  /** `C[r] = init[r] + Σ_k A[r, k] · W[k0 + k]`, one sequential sum per output. */
  gemm(
    a: number,
    aStride: number,
    rows: number,
    w: number,
    panelRows: number,
    k0: number,
    k: number,
    vectors: number,
    init: number,
    initStride: number,
    c: number,
    cStride: number,
  ): void;
  activate(src: number, dst: number, vectors: number, id: number, alpha: number, beta: number): void;
  softmax(src: number, dst: number, rows: number, stride: number, n: number): void;
  layerNorm(
    src: number,
    dst: number,
    rows: number,
    stride: number,
    n: number,
    gamma: number,
    beta: number,
    epsilon: number,
  ): void;
  embedding(ids: number, rows: number, table: number, stride: number, dst: number): void;
  masking(src: number, dst: number, rows: number, stride: number, n: number, value: number, mask: number): void;
  binary(op: number, a: number, b: number, dst: number, vectors: number): void;
  copyRows(src: number, srcStride: number, dst: number, dstStride: number, rows: number, n: number): void;
  /** With 0 for what is below `TINY` in magnitude. */
  copyRowsWithoutTiny(src: number, srcStride: number, dst: number, dstStride: number, rows: number, n: number): void;
  /** 0 in place of each denormal number of vectors. */
  withoutDenormals(address: number, vectors: number): void;
  /** Continues the two lanes of a hash over 32-bit words. @returns 0. */
  hash(words: number, count: number, lanes: number): number;
  /** 1 where the magnitude of any of `count` floats has bits from `low` to `high`, else 0. */
  anyBetween(floats: number, count: number, low: number, high: number): number;
  readonly lstm: CellKernel;
  readonly gru: CellKernel;
  /** Reset gates and r∘h, between the products of a GRU whose reset gate comes first; with `FLAG.summed` only. */
  gruReset(
    layer: number,
    raw: number,
    rawStride: number,
    scratch: number,
    state: number,
    stateStride: number,
    rows: number,
    mask: number,
    maskStride: number,
  ): void;
  readonly rnn: CellKernel;
}

/** Fields of a cell's descriptor, 4 bytes each, in their order. */
export type DescriptorFields = Readonly<Record<string, 'i32' | 'f32'>>;

/**
 * What the cells' kernels read their layer from: `LstmLayer`, `GruLayer`, `RnnLayer` in `assembly/`. Behind these fields stand
 * the activations, `ACTIVATION_WORDS` each: number, alpha, beta.
 */
export const LSTM_FIELDS = {
  inputs: 'i32',
  units: 'i32',
  recurrent: 'i32',
  w: 'i32',
  bias: 'i32',
  peephole: 'i32',
  projection: 'i32',
  clip: 'f32',
  cellClip: 'f32',
  flags: 'i32',
} as const satisfies DescriptorFields;

/** Of a GRU: see `LSTM_FIELDS`. */
export const GRU_FIELDS = {
  inputs: 'i32',
  units: 'i32',
  wIh: 'i32',
  biasIh: 'i32',
  wHh: 'i32',
  biasHh: 'i32',
  wHn: 'i32',
  biasHn: 'i32',
  clip: 'f32',
  flags: 'i32',
} as const satisfies DescriptorFields;

/** Of a simple RNN: see `LSTM_FIELDS`. */
export const RNN_FIELDS = {
  inputs: 'i32',
  units: 'i32',
  w: 'i32',
  bias: 'i32',
  clip: 'f32',
  flags: 'i32',
} as const satisfies DescriptorFields;

/** Fields of one activation in a descriptor: `Gate` in `assembly/cell.ts`. */
export const ACTIVATION_WORDS = 3;

export const BINARY = { add: 0, multiply: 1, mean: 2 } as const;

/** Bits of the `flags` field of a layer descriptor. */
export const FLAG = {
  /** Not the standard activations, or any option: take the general gate pass. */
  general: 1,
  /** LSTM: f = 1 - i. */
  coupled: 2,
  /** GRU: reset gate after the recurrent product. */
  resetAfter: 2,
  /** Masked timesteps output zeros. */
  zeroOutputForMask: 4,
  /** The state keeps the last output, for masked timesteps to repeat. */
  keepsOutput: 8,
  /** Inputs below `TINY` count. */
  tinyInputs: 16,
  /** The sums are in their places already. */
  summed: 32,
} as const;

export const VECTOR_BYTES = 16;

/** Whole vectors that hold `n` floats. */
export const vectorsFor = (n: number): number => Math.ceil(n / 4);

/** Bytes of a row of `n` floats, padded to whole vectors. */
export const rowBytes = (n: number): number => vectorsFor(n) * VECTOR_BYTES;
