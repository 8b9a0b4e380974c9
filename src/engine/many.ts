import type { Numbers } from '../typed.js';
import type { ModelEngine } from './engine.js';
import type { Plan } from './plan.js';
import type { Port } from './port.js';

/** Most states that are put together: more would gain nothing on the weights, and no longer be in cache. */
const MOST = 32;

/**
 * Bytes of weights from which on rows together are faster than rows alone: what no longer stays in a core's own cache from step to
 * step, so that a step waits for memory. Below, the steps' kernels are as fast as the product, and there is nothing to move.
 */
const WORTH = 1024 * 1024;

/**
 * One timestep of many rows that lie apart. All memory is taken before the first state changes.
 *
 * @param single the plan of one timestep of one row; a model of one input and one output.
 * @param states addresses of `count` slots.
 * @param from `[count][features]`.
 * @param to `[count][outputs]`, other memory than `from`.
 * @throws {MemoryLimitError} no room to put them together; nothing has changed then.
 */
export function stepRows(
  engine: ModelEngine,
  single: Plan,
  states: Uint32Array,
  count: number,
  from: Numbers,
  to: Float32Array,
): void {
  const { arena, plans, slotBytes, weightBytes } = engine;
  const size = weightBytes < WORTH ? 1 : Math.ceil(count / Math.ceil(count / MOST));
  const plan = size > 1 ? plans.hold({ ...single.shape, batch: size }) : single;
  const [input] = plan.inputs as [Port];
  const [output] = plan.outputs as [Port];
  const features = input.length / size;
  const outputs = output.length / size;
  let state = 0;
  try {
    if (size > 1) state = plans.makeRoom(() => arena.alloc(size * slotBytes));
    // Blocks of one size, for one plan. What the first computes beyond its end is not kept: the second starts there.
    for (let start = 0, end = count % size || size; end <= count; start = end, end += size) {
      for (let i = 0; state > 0 && i < size; i++) {
        const row = states[start + i] as number;
        arena.u8.copyWithin(state + i * slotBytes, row, row + slotBytes);
      }
      input.write(from, start * features);
      plan.run(state || (states[start] as number));
      output.read(to, start * outputs);
      for (let i = start, row = state; state > 0 && i < end; i++, row += slotBytes) {
        arena.u8.copyWithin(states[i] as number, row, row + slotBytes);
      }
    }
  } finally {
    if (state > 0) arena.free(state);
    if (size > 1) plans.release(plan);
  }
}
