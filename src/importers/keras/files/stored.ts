/** An array of the file. */
export interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
