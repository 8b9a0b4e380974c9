import { refuse } from '../shared/refuse.js';
import type { NodeDef } from './proto.js';

/** Outputs of operators that have several by name, in order; others have one, or several of one name. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  BlockLSTM: ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'],
  BlockLSTMV2: ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'],
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  GRUBlockCell: ['r', 'u', 'c', 'h'],
  LSTMBlockCell: ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'],
  Merge: ['output', 'value_index'],
  Switch: ['output_false', 'output_true'],
  TensorArrayV3: ['handle', 'flow'],
};

/**
 * Which output of a node a name says: `node:2` in a graph, in a function `node:output:2` with what the operator's definition calls it, or the name alone.
 * @throws {ImportError} one that it does not have.
 */
export function outputOf(
  { name, op }: NodeDef,
  parts: readonly string[],
  { inFunction, where }: { readonly inFunction: boolean; readonly where: string },
): number {
  const number = parts.at(-1) ?? '0';
  const several = OUTPUTS[op];
  const named = inFunction && parts.length === 2 && several ? several.indexOf(parts[0] as string) : 0;
  const output = named + Number(number);
  if (
    parts.length > (inFunction ? 2 : 1) ||
    named < 0 ||
    !/^\d{1,6}$/.test(number) ||
    (several && output >= several.length)
  )
    refuse(
      where,
      'a value that the node does not make',
      several?.join(', ') ?? 'name:output',
      [name, ...parts].join(':'),
    );
  return output;
}
