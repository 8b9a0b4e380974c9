import { badSpec, describe } from '../refuse.js';
import type { MergeNode } from '../spec.js';
import { BINARY } from '../wasm/abi.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from './layer.js';

/** Joins values elementwise or along the features; a timestep masked in any of them is masked in the result. */
export const merge: LayerKind<MergeNode> = {
  fields: {},
  check({ type }, at) {
    const [first, ...rest] = at.inputs;
    if (!first || rest.length === 0) return at.wrongInputs('two or more inputs', 'nothing to merge');
    const concatenate = type === 'concatenate';
    let { features } = first;
    for (const other of rest) {
      if (other.kind !== first.kind || (!concatenate && other.features !== features)) {
        badSpec(
          at.where,
          `input ${describe(other.name)} does not fit the first`,
          `a ${first.kind}${concatenate ? '' : ` of ${features}`}`,
          `a ${other.kind} of ${other.features}`,
        );
      }
      if (concatenate) features += other.features;
    }
    return [{ ...first, features }];
  },
  make: ({ type }, { kernels }) => ({
    plan(plan) {
      const { mask, ops } = jointMask(plan);
      const y = plan.output(0, mask);
      if (type === 'concatenate') {
        let to = y.address;
        for (const { address, stride, rows, features } of plan.inputs) {
          const at = to;
          ops.push(() => kernels.copyRows(address, stride, at, y.stride, rows, features));
          to += features * 4;
        }
        return ops;
      }
      const op = BINARY[type];
      const [first, ...rest] = plan.inputs as [ValueBuffer, ...ValueBuffer[]];
      rest.forEach((x, index) => {
        const left = index === 0 ? first.address : y.address;
        ops.push(() => kernels.binary(op, left, x.address, y.address, (y.rows * y.stride) / 16));
      });
      return ops;
    },
  }),
};

function jointMask(plan: PlanContext): { mask: number; ops: Op[] } {
  const masks = [...new Set(plan.inputs.map((x) => x.mask).filter((mask) => mask !== 0))];
  if (masks.length < 2) return { mask: masks[0] ?? 0, ops: [] };
  const rows = (plan.inputs[0] as ValueBuffer).rows;
  const mask = plan.alloc(rows);
  const and: Op = () => {
    const { u8 } = plan.arena;
    for (let row = 0; row < rows; row++) u8[mask + row] = masks.every((other) => u8[other + row] !== 0) ? 1 : 0;
  };
  return { mask, ops: [and] };
}
