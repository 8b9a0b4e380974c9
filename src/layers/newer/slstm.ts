import { size } from '../../graph/field-checks.js';
import { badSpec } from '../../refuse.js';
import type { SlstmConfig } from '../../spec.js';
import { rowBytes, vectorsFor } from '../../wasm/abi.js';
import { type Linear, linearOf, packLinear } from '../../wasm/linear.js';
import { packMatrix } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';

/** An LSTM with exponential gates (Beck et al. 2024, xLSTM); `SlstmConfig` has the formulas. */
export const slstm: CellKind<SlstmConfig> = {
  title: 'an sLSTM',
  gates: { i: 'input gate', f: 'forget gate', z: 'candidate', o: 'output gate' },
  extras: {
    weightIh: 'weights from x',
    weightHh: 'weights from h, of a gate’s own head',
    bias: 'biases',
    ...INITIAL_H,
    initialC: 'for the trained initial c, n and m',
  },
  fields: newerFields({ heads: size }),
  ownTensors: true,
  stateLengths: ({ units }) => [units, 3 * units],
  extraTensors({ units, heads }, where, inputs) {
    if (units % heads !== 0) badSpec(where, 'heads of unequal size', `a divisor of ${units}`, `${heads}`);
    return {
      weightIh: [4 * units, inputs],
      weightHh: [4 * units, units / heads],
      'bias?': [4 * units],
      'initialC?': [3 * units],
    };
  },
  pack(name, { units, heads, tensors }, inputs, context) {
    const { arena, kernels } = context;
    const width = units / heads;
    const vectors = vectorsFor(units);
    const bytes = rowBytes(units);
    const sum = packLinear(context, gateBlocks([0, 1, 2, 3], units), [[tensors.weightIh, inputs]], [tensors.bias]);
    // Each head sees its own part of h; all its gates' sums stand together, without gaps.
    const headVectors = vectorsFor(4 * width);
    const blocks: Linear[] = Array.from({ length: heads }, (_, head) => {
      const columns = Int32Array.from({ length: headVectors * 4 }, (_, column) =>
        column < 4 * width ? Math.floor(column / width) * units + head * width + (column % width) : -1,
      );
      return linearOf(kernels, packMatrix(context, columns, [tensors.weightHh, width]), 0);
    });
    const headBytes = headVectors * 16;
    const [logSigmoid, exp, tanh, sigmoid] = (['log_sigmoid', 'exp', 'tanh', 'sigmoid'] as const).map((each) =>
      makeActivation(each, name, kernels),
    );
    return compose(context, {
      inputs,
      units,
      c: 3 * units,
      projection: sum,
      // What comes of h: [heads][4·width].
      scratchVectors: heads * headVectors,
      sums(_, __, scratch, scratchStride, state, stateStride, rows) {
        for (let head = 0; head < heads; head++) {
          const from = state + head * width * 4;
          (blocks[head] as Linear).apply(from, stateStride, rows, scratch + head * headBytes, scratchStride);
        }
      },
      step(raw, scratch, h) {
        const { f32 } = arena;
        const i = raw / 4;
        const f = i + bytes / 4;
        const z = f + bytes / 4;
        const o = z + bytes / 4;
        const c = (h + bytes) / 4;
        const n = c + units;
        const m = n + units;
        for (let gate = 0; gate < 4; gate++) {
          const to = i + (gate * bytes) / 4;
          for (let unit = 0; unit < units; unit++) {
            const head = Math.floor(unit / width);
            const ofH = (scratch + head * headBytes) / 4 + gate * width + unit - head * width;
            (f32[to + unit] as number) += f32[ofH] as number;
          }
        }
        logSigmoid?.(raw + bytes, raw + bytes, vectors);
        tanh?.(raw + 2 * bytes, raw + 2 * bytes, vectors);
        sigmoid?.(raw + 3 * bytes, raw + 3 * bytes, vectors);
        for (let unit = 0; unit < units; unit++) {
          const input = f32[i + unit] as number;
          const kept = (f32[f + unit] as number) + (f32[m + unit] as number);
          // Before the first timestep there is nothing that m could hold down.
          const next = (f32[n + unit] as number) === 0 ? input : Math.max(input, kept);
          f32[m + unit] = next;
          f32[i + unit] = input - next;
          f32[f + unit] = Math.min(0, kept - next);
        }
        exp?.(raw, raw, 2 * vectors);
        for (let unit = 0; unit < units; unit++) {
          const input = f32[i + unit] as number;
          const forget = f32[f + unit] as number;
          const cell = forget * (f32[c + unit] as number) + input * (f32[z + unit] as number);
          const norm = forget * (f32[n + unit] as number) + input;
          f32[c + unit] = cell;
          f32[n + unit] = norm;
          f32[h / 4 + unit] = ((f32[o + unit] as number) * cell) / norm;
        }
      },
    });
  },
};
