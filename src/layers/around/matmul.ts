import { optionalTruth } from '../../graph/field-checks.js';
import { wrongInputs } from '../../graph/node-check.js';
import type { ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { MatmulNode } from '../../spec.js';
import { vectorsFor } from '../../wasm/abi.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { flows, knownTime, rowAt } from './values.js';

/** `a·b` or `a·bᵀ` of two values, for each row of the batch: b is packed for the kernel in each run, as weights are once. */
export const matmul: LayerKind<MatmulNode> = {
  fields: { transposeB: optionalTruth },
  check({ transposeB = false }, at) {
    const [a, b, ...more] = at.inputs;
    if (!a || !b || more.length > 0) wrongInputs(at, 'wrong number of inputs', '[a, b]');
    const time = knownTime(at, b);
    const [k, features] = transposeB ? [b.features, time] : [time, b.features];
    if (a.features !== k)
      badSpec(at.where, `${describe(b.name)} does not fit ${describe(a.name)}`, `${a.features} to sum over`, `${k}`);
    return [{ ...a, features }];
  },
  make: ({ transposeB = false }) => ({
    plan(plan) {
      const { kernels, batch } = plan;
      const [a, b] = plan.inputs as [ValueBuffer, ValueBuffer];
      const y = plan.output(0);
      const vectors = vectorsFor(y.features);
      const packed = plan.shared(a.features * vectors * 16);
      return [
        () => {
          for (let row = 0; row < batch; row++) {
            pack(plan, b, row, a.features, y.features, transposeB, packed);
            const from = a.address + row * a.time * a.stride;
            const to = y.address + row * y.time * y.stride;
            kernels.gemm(from, a.stride, a.time, packed, a.features, 0, a.features, vectors, 0, 0, to, y.stride);
          }
        },
      ];
    },
  }),
  obstacle: (_, inputs: readonly ValueInfo[]) =>
    inputs[1] && flows(inputs[1]) ? 'sums over timesteps, so it needs the whole sequence first' : undefined,
};

/** One row's b `[k][columns]`, or its transpose, in panel order (`wasm/pack.ts`). */
function pack(
  { arena, kernels }: PlanContext,
  b: ValueBuffer,
  row: number,
  k: number,
  columns: number,
  transposed: boolean,
  to: number,
): void {
  const { f32 } = arena;
  const vectors = vectorsFor(columns);
  let at = to / 4;
  for (let vector = 0; vector < vectors; ) {
    const width = kernels.panelVectors(vectors - vector);
    for (let i = 0; i < k; i++) {
      for (let column = vector * 4; column < (vector + width) * 4; column++) {
        const from = transposed ? rowAt(b, row * b.time + column) + i : rowAt(b, row * b.time + i) + column;
        f32[at++] = column < columns ? (f32[from] as number) : 0;
      }
    }
    vector += width;
  }
}
