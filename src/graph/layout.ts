import { badSpec, describe, requireObject } from '../refuse.js';
import type { ModelSpec, ValueLayout } from '../spec.js';
import { checkEveryField, list, optionalSize } from './field-checks.js';
import type { ValueInfo } from './value.js';

/** The axes of a value where its file says nothing else. */
export const usualAxes = ({ kind, features }: Pick<ValueInfo, 'kind' | 'features'>): ValueLayout['axes'] =>
  kind === 'sequence' ? ['batch', 'time', features] : ['batch', features];

/** Checks the layouts of a spec against the shapes of the values. @throws {SpecError} */
export function checkLayouts(
  { layouts = {}, inputs, outputs }: ModelSpec,
  values: ReadonlyMap<string, ValueInfo>,
): Map<string, ValueLayout> {
  requireObject(layouts, 'spec.layouts', 'no layouts', 'a record of layouts');
  const known = new Set([...inputs.map(({ name }) => name), ...outputs]);
  return new Map(
    Object.entries(layouts).map(([name, layout]) => {
      const where = `layout ${describe(name)}`;
      if (!known.has(name)) badSpec(where, 'not an input or output', [...known].join(', '), describe(name));
      checkEveryField(layout, [], { axes: list, batch: optionalSize }, where);
      checkAxes(layout, values.get(name) as ValueInfo, where);
      return [name, layout];
    }),
  );
}

function checkAxes({ axes, batch }: ValueLayout, { kind, features }: ValueInfo, where: string): void {
  let product = 1;
  const seen = new Set<string | number>();
  for (const axis of axes) {
    const fits =
      typeof axis === 'number' ? Number.isSafeInteger(axis) && axis > 0 : axis === 'batch' || axis === 'time';
    if (!fits) badSpec(where, 'not an axis', 'batch, time or a size', describe(axis));
    if (typeof axis === 'number') product *= axis;
    else if (seen.has(axis)) badSpec(where, `a second ${axis} axis`, 'one', describe(axes));
    seen.add(axis);
  }
  if (seen.has('time') !== (kind === 'sequence')) {
    badSpec(where, `a ${kind} ${kind === 'sequence' ? 'without' : 'with'} a time axis`, undefined, describe(axes));
  }
  if (product !== features)
    badSpec(where, 'sizes that are not the features', `a product of ${features}`, describe(axes));
  if (batch !== undefined && !seen.has('batch'))
    badSpec(where, 'a batch without an axis', 'a batch axis', describe(axes));
}
