/** What all layers of a config have. */
export interface Named {
  /** Name of the layer in the model. Default: the prefix, or the type and the layer's place. */
  readonly name?: string;
}

/** What those have that are in the file. */
export interface Weighted extends Named {
  readonly prefix?: string;
}
