import { eachTimestep } from '../../graph/kind.js';
import { wrongInputs } from '../../graph/node-context.js';
import { badSpec, describe } from '../../refuse.js';
import type { MergeNode } from '../../spec.js';
import { BINARY } from '../../wasm/abi.js';
import type { LayerKind, LayerKinds, Op, PlanContext, ValueBuffer } from '../layer.js';
import { broadcastRow, broadcastShape, broadcastStep } from './broadcast.js';
import { combineRow, OPERATION, type Operation } from './combine.js';
import { concatenate } from './concatenate.js';
import { joinValues } from './join.js';
import { jointMask, wideMask } from './mask.js';
import { rowIndex } from './values.js';

interface Merge {
  readonly operation: Operation;
  /** The kernels' operation with the same bits, for values of one shape. */
  readonly kernel?: number;
  /** The result is divided by the number of inputs. */
  readonly mean?: true;
  /**
   * Masked values are left out, as Keras 3 does (`Multiply`, and `_apply_merge_op_and_or_mask` of `Maximum` and `Minimum`): where
   * all are, it is 0, or the first value.
   */
  readonly allMasked?: 'zero' | 'first';
}

/** Every elementwise merge. */
const MERGES: Readonly<Record<Exclude<MergeNode['type'], 'concatenate'>, Merge>> = {
  add: { operation: OPERATION.add, kernel: BINARY.add },
  subtract: { operation: OPERATION.subtract },
  multiply: { operation: OPERATION.multiply, kernel: BINARY.multiply, allMasked: 'zero' },
  divide: { operation: OPERATION.divide },
  maximum: { operation: OPERATION.maximum, allMasked: 'first' },
  minimum: { operation: OPERATION.minimum, allMasked: 'first' },
  average: { operation: OPERATION.add, mean: true },
  power: { operation: OPERATION.power },
  equal: { operation: OPERATION.equal },
  less: { operation: OPERATION.less },
  less_equal: { operation: OPERATION.less_equal },
  greater: { operation: OPERATION.greater },
  greater_equal: { operation: OPERATION.greater_equal },
};

/** Joins values elementwise, from the left to the right, those that differ in shape broadcast. */
const merge = ({ operation, kernel, mean, allMasked }: Merge): LayerKind<MergeNode> => ({
  fields: {
    axis(value, where) {
      if (value !== undefined) badSpec(where, 'only concatenate has an axis', 'no axis', describe(value));
    },
  },
  check(_, context) {
    if (context.inputs.length < 2) wrongInputs(context, 'nothing to merge', 'two or more inputs');
    return [broadcastShape(context)];
  },
  make: () => ({
    plan(plan) {
      const { inputs } = plan;
      const [first, ...rest] = inputs as [ValueBuffer, ...ValueBuffer[]];
      const same = rest.every((x) => x.rows === first.rows && x.features === first.features);
      const { mask, ops } = same ? jointMask(plan) : { mask: wideMask(plan), ops: [] };
      const y = plan.output(0, mask);
      const divisor = mean ? inputs.length : 1;
      const steps =
        same && kernel !== undefined
          ? joinValues(plan, kernel, inputs, y)
          : rest.map((x, index) => {
              const left = index === 0 ? first : y;
              return combine(plan, operation, left, x, y, index === rest.length - 1 ? divisor : 1);
            });
      const skips = allMasked && same && inputs.some((x) => x.mask !== 0);
      return [...ops, ...steps, ...(skips ? [skipMasked(plan, y, operation, allMasked)] : [])];
    },
  }),
  obstacle: eachTimestep,
});

/** The merges by their types, `concatenate` among them. */
export const merges: LayerKinds = {
  __proto__: null as never,
  ...Object.fromEntries(Object.entries(MERGES).map(([type, entry]) => [type, merge(entry)])),
  concatenate,
};

function combine(
  { arena, batch }: PlanContext,
  operation: Operation,
  left: ValueBuffer,
  right: ValueBuffer,
  y: ValueBuffer,
  divisor: number,
): Op {
  const [leftStep, rightStep] = [broadcastStep(left), broadcastStep(right)];
  return () => {
    const { f32 } = arena;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < y.time; t++) {
        const p = broadcastRow(left, b, t);
        const q = broadcastRow(right, b, t);
        const row = rowIndex(y, b * y.time + t);
        combineRow(f32, operation, p, leftStep, q, rightStep, row, y.features, divisor);
      }
    }
  };
}

/** Joins the rows again that have a masked value, without it. */
function skipMasked({ arena, inputs }: PlanContext, y: ValueBuffer, operation: Operation, none: 'zero' | 'first'): Op {
  return () => {
    const { f32, u8 } = arena;
    for (let row = 0; row < y.rows; row++) {
      const to = rowIndex(y, row);
      let kept = 0;
      for (let i = 0; i < inputs.length; i++) if (isKept(inputs[i] as ValueBuffer, row, u8)) kept++;
      if (kept === inputs.length) continue;
      if (kept === 0 && none === 'zero') {
        f32.fill(0, to, to + y.features);
        continue;
      }
      let joined = false;
      for (let i = 0; i < inputs.length; i++) {
        const x = inputs[i] as ValueBuffer;
        if (kept > 0 && !isKept(x, row, u8)) continue;
        const from = rowIndex(x, row);
        if (joined) combineRow(f32, operation, to, 1, from, 1, to, y.features, 1);
        else f32.copyWithin(to, from, from + y.features);
        joined = true;
        if (kept === 0) break;
      }
    }
  };
}

const isKept = ({ mask }: ValueBuffer, row: number, u8: Uint8Array): boolean => mask === 0 || u8[mask + row] !== 0;
