import { advance, fixed, flows } from '../../graph/clock.js';
import { checkedWithNode, list, size } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { namedTensors, onlyInput, sequence, wrongInputs } from '../../graph/node-context.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { ConstantNode, RearrangeNode, RegroupNode, ReshapeNode, TensorSpec, TransposeNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import { packTable } from '../../wasm/pack-table.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { gatherFeatures } from './gather.js';
import { AXES, knownTime, rowIndex, vector } from './values.js';
import { moves } from './views.js';

/** The numbers of each row of the batch as they stand. */
const AS_THEY_STAND = { alongFeatures: () => false };

/** The same numbers in another shape, row-major. */
export const reshape: LayerKind<ReshapeNode> = moves(
  {
    fields: { shape: checkedWithNode },
    check({ shape }, context) {
      const x = onlyInput(context);
      list(shape, `${context.where}, shape`);
      for (const n of shape) size(n, `${context.where}, shape`);
      const [first, second] = shape;
      const length = knownTime(context, x) * x.features;
      if (shape.length > 2 || shape.length < 1 || (first as number) * (second ?? 1) !== length) {
        badSpec(
          context.where,
          'the numbers do not fit',
          `[${length}], or two sizes with this product`,
          describe(shape),
        );
      }
      return [
        second === undefined ? vector(length) : { ...vector(second), kind: 'sequence', time: fixed(first as number) },
      ];
    },
    make: () => flow,
    obstacle: eachTimestep,
  },
  AS_THEY_STAND,
);

/** A factor moved between time and features, row-major. */
export const regroup: LayerKind<RegroupNode> = moves(
  {
    fields: { factor: size, into: checkedWithNode },
    check({ factor, into }, context) {
      const x = sequence(context, onlyInput(context));
      choose(AXES, into, context.where, 'way');
      if (into === 'features') {
        const time = advance(x.time, { mul: 1, add: 0, div: factor, exact: true });
        return [{ ...x, features: x.features * factor, time }];
      }
      if (x.features % factor !== 0)
        badSpec(context.where, 'the features cannot be divided', `a divisor of ${x.features}`, `${factor}`);
      return [{ ...x, features: x.features / factor, time: advance(x.time, { mul: factor, add: 0, div: 1 }) }];
    },
    make: () => flow,
    obstacle: ({ factor }, [x]) => (factor > 1 && x && flows(x) ? 'changes the number of timesteps' : undefined),
  },
  AS_THEY_STAND,
);

/** The numbers of each row of the batch one after another, as they stand in x, into y. */
const flow = {
  plan(plan: PlanContext) {
    const { arena, batch } = plan;
    const x = plan.inputs[0] as ValueBuffer;
    const y = plan.output(0);
    const total = x.time * x.features;
    return [
      () => {
        const { f32 } = arena;
        for (let b = 0; b < batch; b++) {
          for (let done = 0; done < total; ) {
            const i = done % x.features;
            const j = done % y.features;
            const run = Math.min(x.features - i, y.features - j);
            const from = rowIndex(x, b * x.time + (done - i) / x.features) + i;
            const to = rowIndex(y, b * y.time + (done - j) / y.features) + j;
            for (let k = 0; k < run; k++) f32[to + k] = f32[from + k] as number;
            done += run;
          }
        }
      },
    ];
  },
};

/** Timesteps become features, features timesteps. */
export const transpose: LayerKind<TransposeNode> = moves(
  {
    fields: {},
    check(_, context) {
      const x = sequence(context, onlyInput(context));
      return [{ ...vector(knownTime(context, x)), kind: 'sequence', time: fixed(x.features) }];
    },
    make: () => ({
      plan(plan) {
        const { arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0);
        return [
          () => {
            const { f32 } = arena;
            for (let b = 0; b < batch; b++) {
              for (let t = 0; t < x.time; t++) {
                const from = rowIndex(x, b * x.time + t);
                for (let j = 0; j < x.features; j++) f32[rowIndex(y, b * y.time + j) + t] = f32[from + j] as number;
              }
            }
          },
        ];
      },
    }),
    obstacle: eachTimestep,
  },
  {
    alongFeatures: () => false,
    sources: (_, __, { time, features }) =>
      Int32Array.from({ length: time * features }, (_, j) => (j % features) * time + Math.floor(j / features)),
  },
);

/** The features in another order: a row-major block whose axes change places. */
export const rearrange: LayerKind<RearrangeNode> = moves(
  {
    fields: { shape: checkedWithNode, order: checkedWithNode },
    check({ shape, order }, context) {
      const x = onlyInput(context);
      list(shape, `${context.where}, shape`);
      for (const n of shape) size(n, `${context.where}, shape`);
      list(order, `${context.where}, order`);
      if (shape.reduce((product, n) => product * n, 1) !== x.features) {
        badSpec(context.where, 'the shape does not fit', `sizes whose product is ${x.features}`, describe(shape));
      }
      if (`${[...order].sort((a, b) => a - b)}` !== `${shape.map((_, axis) => axis)}`) {
        badSpec(context.where, 'not an order of the axes', `each of 0 to ${shape.length - 1} once`, describe(order));
      }
      return [x];
    },
    make({ shape, order }) {
      let sources: Int32Array | undefined;
      return {
        plan(plan) {
          const x = plan.inputs[0] as ValueBuffer;
          const y = plan.output(0, x.mask);
          // As large as a row of the value: made once there is room for that.
          sources ??= sourcesOf(shape, order, x.features);
          return [gatherFeatures(plan, x, y, sources)];
        },
      };
    },
    obstacle: eachTimestep,
  },
  { alongFeatures: () => true, sources: ({ shape, order }, _, y) => sourcesOf(shape, order, y.features) },
);

/** The same numbers for every row of the batch, in every run. */
export const constant: LayerKind<ConstantNode> = {
  fields: { tensors: checkedWithNode },
  check({ tensors }, context) {
    if (context.inputs.length > 0) wrongInputs(context, 'wrong number of inputs', 'none');
    const rank = Object.hasOwn(context.tensors, tensors?.value) ? context.tensors[tensors.value]?.shape.length : 1;
    const { value } = namedTensors(
      context,
      tensors,
      { value: rank === 2 ? ['time', 'features'] : ['features'] },
      context.where,
    );
    const [first, second] = (value as TensorSpec).shape as [number, number?];
    return [second === undefined ? vector(first) : { ...vector(second), kind: 'sequence', time: fixed(first) }];
  },
  make({ tensors: { value } }, context, _, features) {
    const [rows, stride] = [context.size(value) / features, rowBytes(features)];
    const block = packTable(context, value, features);
    return {
      plan(plan) {
        const y = plan.output(0);
        for (let b = 0; b < plan.batch; b++)
          plan.arena.u8.copyWithin(y.address + b * rows * stride, block, block + rows * stride);
        return [];
      },
    };
  },
  obstacle: eachTimestep,
};

/** Where each number of a rearranged block comes from. */
function sourcesOf(shape: readonly number[], order: readonly number[], count: number): Int32Array {
  const strides = [...shape];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  const sources = new Int32Array(count);
  for (let feature = 0; feature < count; feature++) {
    let rest = feature;
    for (let i = order.length - 1; i >= 0; i--) {
      const axis = order[i] as number;
      const n = shape[axis] as number;
      (sources[feature] as number) += (rest % n) * (strides[axis] as number);
      rest = Math.floor(rest / n);
    }
  }
  return sources;
}
