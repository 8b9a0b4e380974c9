import type { Numbers } from '../typed.js';
import type { ModelEngine } from './engine.js';
import type { Plan } from './plan.js';
import type { Port } from './port.js';

/** Most states that are put together: more would gain nothing on the weights, and no longer be in cache. */
const MOST = 32;

/**
 * Whether rows are faster together than one by one, as `npm run bench -- many` found. The product reads weights once for three rows,
 * which tells where they are too many to stay in a core's cache. The fewer they are, the more rows it takes to make up for
 * the work of putting them together; that of a toy is never made up for.
 */
const isWorth = ({ weightBytes, leastBytes }: ModelEngine, count: number): boolean =>
  count > 2 && weightBytes >= leastBytes && weightBytes * count >= 2 ** 20;

/**
 * One timestep of many rows that lie apart. All memory is taken before the first state changes.
 *
 * @param single the plan of one timestep of one row; a model of one input and one output.
 * @param states addresses of `count` slots.
 * @param from `[count][features]`.
 * @param to `[count][outputs]`; may lie where `from` does.
 * @throws {MemoryLimitError} no room to put them together; nothing has changed then.
 */
export function stepRows(
  engine: ModelEngine,
  single: Plan,
  states: readonly number[],
  count: number,
  from: Numbers,
  to: Float32Array,
): void {
  const { kernels, plans, slotBytes } = engine;
  const copy = (row: number, to: number): void => kernels.copyRows(row, slotBytes, to, slotBytes, 1, slotBytes / 4);
  const size = isWorth(engine, count) ? Math.ceil(count / Math.ceil(count / MOST)) : 1;
  const plan = size > 1 ? plans.hold({ ...single.shape, batch: size }) : single;
  const [input] = plan.inputs as [Port];
  const [output] = plan.outputs as [Port];
  const outputs = output.length / size;
  const together = size > 1 ? size * slotBytes : 0;
  try {
    const state = engine.roomForMany(together + (4 * count * input.length) / size);
    // All frames by one copy, from where a kernel hands them out.
    const frames = state + together;
    input.lay(from, frames);
    // Blocks of one size, for one plan. What the first computes beyond its end is not kept: the second starts there.
    for (let start = 0, end = count % size || size; end <= count; start = end, end += size) {
      for (let i = 0; together > 0 && i < size; i++) copy(states[start + i] as number, state + i * slotBytes);
      input.take(kernels, frames, start);
      plan.run(together > 0 ? state : (states[start] as number));
      output.read(to, start * outputs);
      for (let i = 0; together > 0 && start + i < end; i++) copy(state + i * slotBytes, states[start + i] as number);
    }
  } finally {
    if (size > 1) plans.release(plan);
  }
}
