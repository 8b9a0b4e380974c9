import type { ActivationSpec } from '../../spec.js';
import { VECTOR_BYTES } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { gateColumns } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { BuildContext, ValueBuffer } from '../layer.js';

/** What convolutions of any number of axes have. */
interface Filters {
  readonly filters: number;
  readonly groups?: number;
  readonly tensors: { readonly weight: string; readonly bias?: string };
}

/**
 * Each group's weights, packed: columns are its filters.
 * @param length of a filter's sum: taps · channels of the group.
 * @param terms applied at a time, 0: all.
 */
export function packGroups(
  { filters, groups = 1, tensors }: Filters,
  context: BuildContext,
  length: number,
  terms: number,
): readonly Linear[] {
  const own = filters / groups;
  return Array.from({ length: groups }, (_, group) => {
    const columns = gateColumns([0], own).map((column) => (column < 0 ? -1 : group * own + column));
    return packLinear(context, columns, [[tensors.weight, length]], [tensors.bias], terms);
  });
}

/** What a convolution's activation makes of its result, in place. */
export function finisher(
  spec: ActivationSpec | undefined,
  where: string,
  { kernels }: BuildContext,
): (y: ValueBuffer) => void {
  const activate = makeActivation(spec, where, kernels);
  return (y) => activate?.(y.address, y.address, (y.rows * y.stride) / VECTOR_BYTES);
}
