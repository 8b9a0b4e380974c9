import { flows } from '../../graph/clock.js';
import { optionalTruth } from '../../graph/field-checks.js';
import { wrongInputs } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { MatmulNode } from '../../spec.js';
import { VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { linearOf } from '../../wasm/linear.js';
import { gateColumns, packRows } from '../../wasm/pack.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { knownTime } from './values.js';

/** `a·b` or `a·bᵀ` of two values, for each row of the batch: b is packed for the kernel in each run, as weights are once. */
export const matmul: LayerKind<MatmulNode> = {
  fields: { transposeB: optionalTruth },
  check({ transposeB = false }, context) {
    const [a, b, ...more] = context.inputs;
    if (!a || !b || more.length > 0) wrongInputs(context, 'wrong number of inputs', '[a, b]');
    const time = knownTime(context, b);
    const [k, features] = transposeB ? [b.features, time] : [time, b.features];
    if (a.features !== k)
      badSpec(
        context.where,
        `${describe(b.name)} does not fit ${describe(a.name)}`,
        `${a.features} to sum over`,
        `${k}`,
      );
    return [{ ...a, features }];
  },
  make: ({ transposeB = false }) => ({
    plan(plan) {
      const { kernels, arena, batch } = plan;
      const [a, b] = plan.inputs as [ValueBuffer, ValueBuffer];
      const y = plan.output(0);
      const vectors = vectorsFor(y.features);
      const terms = a.features;
      const weight = { address: plan.shared(terms * vectors * VECTOR_BYTES), rows: terms, vectors };
      const product = linearOf(kernels, weight, 0);
      const columns = gateColumns([0], y.features);
      // b [k][columns], or its transpose, as `packRows` reads it.
      const [columnStep, rowStep] = transposeB ? [b.stride, 4] : [4, b.stride];
      return [
        () => {
          for (let row = 0; row < batch; row++) {
            const from = b.address + row * b.time * b.stride;
            packRows(kernels, arena, weight, 0, terms, columns, from, columnStep, rowStep, kernels.copyRows);
            product.apply(
              a.address + row * a.time * a.stride,
              a.stride,
              a.time,
              y.address + row * y.time * y.stride,
              y.stride,
            );
          }
        },
      ];
    },
  }),
  obstacle: (_, inputs: readonly ValueInfo[]) =>
    inputs[1] && flows(inputs[1]) ? 'sums over timesteps, so it needs the whole sequence first' : undefined,
};
