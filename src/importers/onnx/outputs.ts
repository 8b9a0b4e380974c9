import type { CarrySpec, InputSpec, ModelSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Context } from './context.js';
import { arrange } from './layout.js';
import { type Item, runTime, type Value, withoutBatch } from './value.js';

/** @throws {ImportError} an output that is the same for every input. */
export function outputValue(name: string, item: Item): { readonly where: string; readonly value: Value } {
  const where = `output ${JSON.stringify(name)}`;
  if (item.kind !== 'value') refuse(where, 'does not depend on the input', 'a value of the model', 'a constant');
  return { where, value: item };
}

/** An output in the order of its axes: timesteps where it has them, else a vector. */
export function outputOf(ctx: Context, name: string, item: Item): string {
  const { where, value } = outputValue(name, item);
  const flow = runTime(value);
  const rest = value.axes.flatMap((axis) => withoutBatch(axis).filter((atom) => atom !== flow));
  const split = (time: typeof rest): string => {
    const features = rest.filter((atom) => !time.includes(atom));
    return arrange(ctx, where, value, time, features);
  };
  if (flow) return split(withoutBatch(value.axes.find((axis) => axis.includes(flow)) ?? [flow]));
  if (value.axes.length <= 2) return split([]);
  const steps = rest.filter(({ kind }) => kind === 'steps');
  return split(steps.length > 0 ? steps : rest.filter((atom) => value.time.includes(atom)));
}

/** Gives outputs the file's own names. */
export function finish(
  ctx: Context,
  inputs: readonly InputSpec[],
  outputs: readonly (readonly [name: string, value: string])[],
  carries: readonly CarrySpec[],
  name: string,
): ModelSpec {
  // An identity that carries a name.
  const named = (value: string, wanted: string): string => ctx.add({ type: 'dropout', inputs: [value] }, wanted);
  const isInput = (value: string): boolean => inputs.some((input) => input.name === value);
  const isTaken = (wanted: string): boolean =>
    isInput(wanted) || ctx.nodes.some((node) => node.name === wanted || node.outputs?.includes(wanted));
  const names = outputs.map(([wanted, value]) => (wanted === value || isTaken(wanted) ? value : named(value, wanted)));
  const unique = names.map((value, index) =>
    names.indexOf(value) === index ? value : named(value, `${outputs[index]?.[0]}`),
  );
  const final = unique.map((value) => (isInput(value) ? named(value, `${value}.output`) : value));
  return ctx.spec({ inputs, outputs: final, ...(carries.length > 0 && { carries }), ...(name !== '' && { name }) });
}
