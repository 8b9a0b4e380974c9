import { flows, sameClock } from '../../graph/clock.js';
import { type Check, checkedWithNode, finite, optionalTruth, size } from '../../graph/field-checks.js';
import { namedTensors, sequence, wrongInputs } from '../../graph/node-context.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { AttentionNode } from '../../spec.js';
import { rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { type Linear, linearOf, packLinear } from '../../wasm/linear.js';
import { gateColumns, packRows } from '../../wasm/pack.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { additiveScores, dotScores } from './scores.js';

const comparison: Check = (value, where) => {
  if (value !== undefined) choose({ dot: 0, additive: 0 }, value, where, 'way to score');
};

/** Rows of scores that are worked on at a time. */
const ROWS = 32;

const rest: Check = (value, where) => {
  if (value !== undefined) choose({ zeros: 0, mean: 0 }, value, where, 'result');
};

/** Every timestep of q weighs those of k and v. The products' second factors are packed in each run, as weights are once. */
export const attention: LayerKind<AttentionNode> = {
  fields: {
    scores: comparison,
    tensors: checkedWithNode,
    heads: size,
    scale: finite,
    causal: optionalTruth,
    maskedQuery: rest,
    noKey: rest,
  },
  check({ heads, scores, tensors }, context) {
    const { where, inputs } = context;
    const [q, k, v, ...more] = inputs;
    if (!q || !k || !v || more.length > 0) wrongInputs(context, 'wrong number of inputs', '[q, k, v]');
    for (const x of inputs) {
      if (sequence(context, x).features % heads !== 0)
        badSpec(where, `heads do not divide ${describe(x.name)}`, `a multiple of ${heads}`, `${x.features}`);
    }
    if (k.features !== q.features)
      badSpec(where, `${describe(k.name)} does not fit ${describe(q.name)}`, `${q.features}`, `${k.features}`);
    if (!sameClock(v.time, k.time))
      badSpec(where, `input ${describe(v.name)} has another time`, `that of ${describe(k.name)}`, 'another');
    if (scores === 'additive') namedTensors(context, tensors ?? {}, { 'weight?': [q.features] }, where);
    else if (tensors !== undefined) badSpec(where, 'tensors of dot products', "scores: 'additive'", describe(scores));
    return [{ ...q, features: v.features }];
  },
  make(node, context, inputs, outputs) {
    const { weight } = node.tensors ?? {};
    const sum = weight === undefined ? undefined : packLinear(context, gateColumns([0], 1), [[weight, inputs]], []);
    return {
      // As many more for each timestep of k: for one.
      multiplyAdds: inputs + outputs,
      plan: (plan) => [attend(node, plan, sum)],
    };
  },
  obstacle: ({ causal }, [, k]) =>
    k && (causal || flows(k)) ? 'weighs timesteps with one another, so it needs the whole sequence' : undefined,
  words: ({ heads, causal, scores }) => ({
    opening:
      `${scores === 'additive' ? 'adds' : 'compares'} the query of each timestep ${scores === 'additive' ? 'to' : 'with'} the keys of all${causal ? ' up to it' : ''}, by ${heads} ${heads === 1 ? 'head' : 'heads'}, ` +
      `and gives the mean of their values, weighed by the softmax of ${scores === 'additive' ? 'what the tanh of that adds up to' : 'that'}.`,
  }),
};

/** The work of a run: by row of the batch and head, keys and values are packed, and queries taken some at a time. */
function attend(node: AttentionNode, plan: PlanContext, weight: Linear | undefined): () => void {
  const { heads, scale, causal = false, maskedQuery, noKey } = node;
  const { kernels, arena, batch } = plan;
  const [q, k, v] = plan.inputs as [ValueBuffer, ValueBuffer, ValueBuffer];
  const y = plan.output(0, q.mask);
  const valueSize = v.features / heads;
  const { time } = k;
  const [wide, narrow] = [vectorsFor(time), vectorsFor(valueSize)];
  const [stride, row] = [rowBytes(time), rowBytes(valueSize)];
  const { mask } = k;
  // Masked timesteps of q that are not as others.
  const apart = maskedQuery === undefined ? 0 : q.mask;
  const some = causal || mask !== 0 || apart !== 0 ? 1 : ROWS;
  const compare = node.scores === 'additive' ? additiveScores(node, plan, weight) : dotScores(node, plan);
  const scores = plan.shared((some * (wide + narrow) + time * narrow) * VECTOR_BYTES + compare.bytes);
  const results = scores + some * stride;
  const values = results + some * row;
  compare.place(values + time * row);
  const second = { address: values, rows: time, vectors: narrow };
  const weigh = linearOf(kernels, second, 0);
  const byFeature = gateColumns([0], valueSize);

  /** Takes the masked ones of the first `count` timesteps of k out of a row of scores. @returns how many are left. */
  const leaveOut = (b: number, count: number): number => {
    if (mask === 0) return count;
    const { f32, u8 } = arena;
    let left = 0;
    for (let s = 0; s < count; s++) {
      if (u8[mask + b * time + s] === 0) f32[scores / 4 + s] = Number.NEGATIVE_INFINITY;
      else left++;
    }
    return left;
  };
  const isApart = (b: number, t: number): boolean => apart !== 0 && arena.u8[apart + b * q.time + t] === 0;
  return () => {
    for (let b = 0; b < batch; b++) {
      for (let head = 0; head < heads; head++) {
        const own = 4 * head * valueSize;
        compare.keys(b, head);
        const value = v.address + b * time * v.stride + own;
        packRows(kernels, arena, second, 0, time, byFeature, value, 4, v.stride, kernels.copyRows);
        for (let t = 0; t < q.time; t += some) {
          const rows = Math.min(some, q.time - t);
          let count = causal ? Math.min(t + 1, time) : time;
          compare.write(b, head, t, rows, scores, stride);
          const { f32 } = arena;
          for (let i = scores / 4, end = i + (rows * stride) / 4; i < end; i++) (f32[i] as number) *= scale;
          const to = y.address + (b * y.time + t) * y.stride + own;
          const instead = isApart(b, t) ? maskedQuery : leaveOut(b, count) === 0 ? (noKey ?? 'zeros') : undefined;
          if (instead === 'zeros') {
            f32.fill(0, to / 4, to / 4 + valueSize);
            continue;
          }
          if (instead === 'mean') {
            // All scores alike.
            count = time;
            f32.fill(0, scores / 4, scores / 4 + time);
          }
          kernels.softmax(scores, scores, rows, stride, count);
          weigh.applyTerms(0, count, scores, stride, rows, 0, 0, results, row);
          kernels.copyRows(results, row, to, y.stride, rows, valueSize);
        }
      }
    }
  };
}
