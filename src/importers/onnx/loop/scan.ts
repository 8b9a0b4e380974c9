import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, type Op } from '../context.js';
import { type Environment, Scope } from '../environment.js';
import { symbol } from '../num.js';
import { value } from '../stretch.js';
import type { Item } from '../value.js';
import { unchanging } from './body.js';
import { runSteps, walkedBy } from './loop.js';
import { STEP, timestepOfLoop } from './step.js';

/** The axis of each of `count` sequences that a Scan walks or makes, from the first timestep to the last. @throws {ImportError} */
function axesOf({ where, attributes }: Op, what: 'input' | 'output', count: number): readonly number[] {
  const zeros = Array(count).fill(0) as number[];
  const [axes, directions] = ['axes', 'directions'].map((field) => attributes.ints(`scan_${what}_${field}`, zeros));
  if (axes?.length !== count || `${directions}` !== `${zeros}`)
    refuse(where, `${what}s that are not honoured`, `${count}, forward`, `axes [${axes}], directions [${directions}]`);
  return axes;
}

/** Scan of operator set 9 and later: states first, then sequences, of which the body has one timestep; one step for each by definition. */
export function runScan(env: Environment, op: Op, outer: Scope): (Item | undefined)[] {
  const { where, attributes, inputs } = op;
  if (op.opset < 9) refuse(where, 'a Scan of another meaning', 'operator set 9 or later', `${op.opset}`);
  const body = attributes.graph('body');
  const walked = attributes.int('num_scan_inputs', 0);
  const count = inputs.length - walked;
  const outputs = body.output.map(({ name }) => name);
  if (
    walked < 1 ||
    count < 0 ||
    outputs.length < count ||
    body.input.length !== inputs.length ||
    outputs.length !== op.outputs.length
  )
    refuse(
      where,
      'a body that does not fit',
      `${inputs.length} inputs, ${op.outputs.length} outputs`,
      `${body.input.length}, ${outputs.length}`,
    );
  const given = inputs.map((item, i) => item ?? refuse(where, 'an input is missing', `input ${i}`));
  const names = body.input.map(({ name }) => name);
  const axes = axesOf(op, 'input', walked);
  const initial = given.slice(0, count);
  const invariant = unchanging(body, outputs, names.slice(0, count));
  const steps = { body, names, outputs, initial, invariant, counter: [] };
  const scopeOf = (child: Context): Scope => {
    const scope = new Scope(outer);
    given.forEach((item, i) => {
      const name = names[i] as string;
      if (i >= count) {
        const x = value(env.ctx, where, item, `input ${i}`);
        const axis = axisAt(where, axes[i - count] as number, x.axes.length);
        const step = timestepOfLoop(child, x, axis, symbol(STEP));
        scope.set(name, step ?? refuse(where, 'two axes of one value', 'the same one', `input ${i}, axis ${axis}`));
      } else if (invariant[i]) scope.set(name, item);
    });
    return scope;
  };
  const collected = axesOf(op, 'output', outputs.length - count).map((axis) => axisAt(where, axis, 3));
  return runSteps(env, op, steps, scopeOf, ({ ctx }) => walkedBy(op, ctx), collected);
}
