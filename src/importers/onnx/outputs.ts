import type { CarrySpec, InputSpec, ModelSpec, ValueLayout } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Context } from './context.js';
import { arrange } from './layout.js';
import { layoutNote, outputLayout } from './layouts.js';
import { type Num, showSize } from './num.js';
import type { ValueInfo } from './proto/messages.js';
import { isFloatType } from './tensor.js';
import { type Atom, BOOL, dimsOf, type Item, runTime, type Value, withoutBatch } from './value.js';

/** @throws {ImportError} an output that is the same for every input. */
export function outputValue(name: string, item: Item): { readonly where: string; readonly value: Value } {
  const where = `output ${JSON.stringify(name)}`;
  if (item.kind !== 'value') refuse(where, 'does not depend on the input', 'a value of the model', 'a constant');
  return { where, value: item };
}

/** An output as the model has it. */
export interface Output {
  /** In the file. */
  readonly name: string;
  /** In the spec. */
  readonly value: string;
  readonly layout: ValueLayout | undefined;
}

/** An output in the order of its axes: timesteps where it has them, else a vector. */
export function outputOf(ctx: Context, name: string, item: Item, inputs: readonly ValueLayout[]): Output {
  const { where, value } = outputValue(name, item);
  if (value.pairs) refuse(where, 'a number for every timestep with every other', 'a fixed time: options.shapes', name);
  const time = timeOf(value);
  const features = value.axes.flatMap((axis) => withoutBatch(axis).filter((atom) => !time.includes(atom)));
  const layout = outputLayout(value, time, inputs);
  if (layout) ctx.reporter.note(layoutNote(where, layout));
  return { name, value: arrange(ctx, where, value, time, features), layout };
}

/** Of an output's atoms, those of its timesteps: of one axis. */
function timeOf(value: Value): readonly Atom[] {
  const flow = runTime(value);
  const axisWith = (holds: (atom: Atom) => boolean): Atom[] =>
    withoutBatch(value.axes.find((axis) => axis.some(holds)) ?? []);
  if (flow) return value.axes.some((axis) => axis.includes(flow)) ? axisWith((atom) => atom === flow) : [flow];
  if (value.axes.length <= 2) return [];
  const steps = axisWith(({ kind }) => kind === 'steps');
  return steps.length > 0 ? steps : axisWith((atom) => value.time.includes(atom));
}

/** Gives outputs the file's own names. */
export function finish(
  ctx: Context,
  inputs: readonly InputSpec[],
  outputs: readonly Output[],
  carries: readonly CarrySpec[],
  name: string,
): ModelSpec {
  // An identity that carries a name.
  const named = (value: string, wanted: string): string => ctx.add({ type: 'dropout', inputs: [value] }, wanted);
  const given = new Set(inputs.map((input) => input.name));
  const taken = new Set(given);
  for (const { name: own, outputs: several = [] } of ctx.nodes) for (const made of [own, ...several]) taken.add(made);
  const names = outputs.map(({ name: wanted, value }) => {
    if (wanted === value || taken.has(wanted)) return value;
    const made = named(value, wanted);
    taken.add(made);
    return made;
  });
  const seen = new Set<string>();
  const unique = names.map((value, index) => {
    if (seen.has(value)) return named(value, `${outputs[index]?.name}`);
    seen.add(value);
    return value;
  });
  const final = unique.map((value) => (given.has(value) ? named(value, `${value}.output`) : value));
  for (const value of [...final, ...carries.map(({ output }) => output)]) {
    const order = ctx.rows.orderOf(value);
    if (order)
      refuse(`output ${JSON.stringify(ctx.rows.source(value))}`, 'rows in another order', 'the batch’s own', order.by);
  }
  return ctx.spec({ inputs, outputs: final, ...(carries.length > 0 && { carries }), ...(name !== '' && { name }) });
}

const kindOf = (type: number): string =>
  isFloatType(type) ? 'floats' : type === BOOL ? 'truth values' : 'whole numbers';

/**
 * @throws {ImportError} an output of which the file declares numbers of another kind, another rank, or another size where both are
 *   known.
 */
export function checkDeclared({ name, type }: ValueInfo, item: Item): void {
  const elements = type?.tensorType?.elemType ?? 0;
  if (elements !== 0 && kindOf(elements) !== kindOf(item.type))
    refuse(`output ${JSON.stringify(name)}`, 'is not what the file declares', kindOf(elements), kindOf(item.type));
  const declared = type?.tensorType?.shape?.dim;
  if (!declared) return;
  const dims = dimsOf(item);
  const differs = (own: Num | undefined, { dimValue }: { readonly dimValue: number }): boolean =>
    dimValue > 0 && typeof own === 'number' && own !== dimValue;
  if (declared.length === dims.length && !declared.some((size, axis) => differs(dims[axis], size))) return;
  refuse(
    `output ${JSON.stringify(name)}`,
    'is not what the file declares',
    `[${declared.map(({ dimValue, dimParam }) => (dimValue > 0 ? dimValue : dimParam || '?')).join(', ')}]`,
    `[${dims.map(showSize).join(', ')}]`,
  );
}
