import { sameClock } from '../../graph/clock.js';
import { wrongInputs } from '../../graph/node-check.js';
import { badSpec, describe } from '../../refuse.js';
import type { MergeNode } from '../../spec.js';
import { BINARY } from '../../wasm/abi.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from '../layer.js';

/**
 * Joins values elementwise or along the features, with Keras 3's meaning of masks: a timestep is masked where all the
 * inputs mask it; products, maxima and minima leave masked values out, and are 0 or the first value where all are masked.
 */
export const merge: LayerKind<MergeNode> = {
  fields: {},
  check({ type }, at) {
    const [first, ...rest] = at.inputs;
    if (!first || rest.length === 0) wrongInputs(at, 'nothing to merge', 'two or more inputs');
    const concatenate = type === 'concatenate';
    let { features } = first;
    for (const other of rest) {
      if (
        other.kind !== first.kind ||
        !sameClock(other.time, first.time) ||
        (!concatenate && other.features !== features)
      ) {
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
  make: ({ type }) => ({
    plan(plan) {
      const { inputs } = plan;
      const { mask, ops } = jointMask(plan);
      const y = plan.output(0, mask);
      ops.push(...joinValues(plan, BINARY[type as keyof typeof BINARY], inputs, y));
      const masked = inputs.some((x) => x.mask !== 0);
      if (type === 'multiply' && masked)
        ops.push(
          skipMasked(
            plan,
            y,
            (a, b) => a * b,
            () => 0,
          ),
        ); // prettier-ignore
      return ops;
    },
  }),
};

/** Joins values of as many rows: side by side, or by an elementwise operation from the left to the right. */
export function joinValues(
  { kernels }: PlanContext,
  operation: number | undefined,
  values: readonly ValueBuffer[],
  y: ValueBuffer,
): Op[] {
  const [first, ...rest] = values as [ValueBuffer, ...ValueBuffer[]];
  if (operation !== undefined) {
    return rest.map((x, index) => {
      const left = index === 0 ? first.address : y.address;
      return () => kernels.binary(operation, left, x.address, y.address, (y.rows * y.stride) / 16);
    });
  }
  let end = y.address;
  return values.map(({ address, stride, rows, features }) => {
    const to = end;
    end += features * 4;
    return () => kernels.copyRows(address, stride, to, y.stride, rows, features);
  });
}

/** The mask that a merge of values of one shape has. */
export function jointMask(plan: PlanContext): { mask: number; ops: Op[] } {
  const masks = [...new Set(plan.inputs.map((x) => x.mask))];
  if (masks.includes(0)) return { mask: 0, ops: [] };
  if (masks.length === 1) return { mask: masks[0] as number, ops: [] };
  const rows = (plan.inputs[0] as ValueBuffer).rows;
  const mask = plan.alloc(rows);
  const join: Op = () => {
    const { u8 } = plan.arena;
    for (let row = 0; row < rows; row++) u8[mask + row] = masks.some((other) => u8[other + row] !== 0) ? 1 : 0;
  };
  return { mask, ops: [join] };
}

/**
 * Joins the rows again that have a masked value, without it (Keras 3: `Multiply`, and `_apply_merge_op_and_or_mask` of `Maximum` and
 * `Minimum`).
 * @param none what it is where all are masked, of the first of them.
 */
export function skipMasked(
  { arena, inputs }: PlanContext,
  y: ValueBuffer,
  join: (a: number, b: number) => number,
  none: (first: number) => number,
): Op {
  const [first] = inputs as [ValueBuffer];
  return () => {
    const { f32, u8 } = arena;
    for (let row = 0; row < y.rows; row++) {
      const kept = inputs.filter((x) => x.mask === 0 || u8[x.mask + row] !== 0);
      if (kept.length === inputs.length) continue;
      for (let j = 0; j < y.features; j++) {
        const at = (x: ValueBuffer): number => (x.address + row * x.stride) / 4 + j;
        const get = (x: ValueBuffer): number => f32[at(x)] as number;
        f32[at(y)] = kept.length === 0 ? none(get(first)) : kept.map(get).reduce((a, b) => Math.fround(join(a, b)));
      }
    }
  };
}
