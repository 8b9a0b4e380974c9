export interface RTNeuralOptions {
  /** Of a PyTorch state_dict in which a Linear is not the last module: that no activation follows it, which the file cannot say. */
  readonly assume?: 'chain';
}
