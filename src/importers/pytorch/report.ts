/** Where one tensor of the file went: what a reader needs to check the import by hand. */
export interface PyTorchReportRow {
  /** Name in the file. */
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Field of the model's layer, e.g. `lstm_l0.weightIh`. */
  readonly becomes: string;
  /** What its rows are, in order, and whether its values were converted. */
  readonly how: string;
}

const GATES = {
  lstm: ['input gate i', 'forget gate f', 'candidate g', 'output gate o'],
  gru: ['reset gate r', 'update gate z', 'candidate n'],
  rnn: ['the new state'],
} as const;

/** `rows 0-63 input gate i, 64-127 forget gate f, …`: PyTorch stacks gates as the model does, so nothing is moved. */
export function gateRows(type: keyof typeof GATES, units: number): string {
  const rows = GATES[type].map((gate, index) => `${index * units}-${(index + 1) * units - 1} ${gate}`);
  return `rows ${rows.join(', ')}; same order`;
}
