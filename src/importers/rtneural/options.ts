import type { ImportLimits } from '../shared/budget.js';

export interface RTNeuralOptions {
  /** Of a PyTorch state_dict in which a Linear is not the last module: that no activation follows it, which the file cannot say. */
  readonly assume?: 'chain';
  /** Most that the import may take. Default: in proportion to the file. */
  readonly limits?: ImportLimits;
}
