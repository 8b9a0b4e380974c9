import type { InputSpec, ModelSpec, ValueLayout } from '../../spec.js';
import { recordOf } from '../formats/record.js';
import type { AxisRole } from './axes.js';
import type { OnnxInput } from './inputs.js';
import { type Atom, count, type Value } from './value.js';

// What the axes of inputs and outputs are in the file, where the model's own are in another order: `{ data, shape }` keeps the file's.

type Axes = ValueLayout['axes'];

const isUsual = (axes: Axes, { features, kind, dtype }: Pick<InputSpec, 'features' | 'kind' | 'dtype'>): boolean => {
  const row = kind === 'vector' ? ['batch'] : ['batch', 'time'];
  // Token ids have no axis of features.
  return `${axes}` === `${dtype === 'int32' ? row : [...row, features]}`;
};

/** Undefined where the file has the axes that the model has, and leaves the batch open. */
export function inputLayout({ dims }: OnnxInput, roles: readonly AxisRole[], spec: InputSpec): ValueLayout | undefined {
  const axes = dims.map((size, axis) => {
    const role = roles[axis];
    if (role === 'batch' || role === 'time') return role;
    return role === 'fixed' && size !== 1 ? 'time' : (size as number);
  });
  const batch = dims[roles.indexOf('batch')];
  if (typeof batch === 'number') return { axes, batch };
  return isUsual(axes, spec) ? undefined : { axes };
}

/**
 * Undefined where they are the model's, and where an axis stands apart from what it is a part of.
 * @param time the atoms that the output has as its time.
 * @param inputs what the inputs are in the file: where their batch is fixed at 1, the output has such an axis too, if only by its place.
 */
export function outputLayout(
  { axes: own }: Value,
  time: readonly Atom[],
  inputs: readonly ValueLayout[],
): ValueLayout | undefined {
  const axes: Axes[number][] = [];
  for (const atoms of own) {
    if (atoms.length === 0) axes.push(1);
    let block: Atom[] = [];
    const end = (): void => {
      if (block.length > 0) axes.push(count(block));
      block = [];
    };
    for (const atom of atoms) {
      const role = atom.kind === 'batch' ? 'batch' : time.includes(atom) ? 'time' : undefined;
      if (!role) block.push(atom);
      else {
        end();
        if (axes.at(-1) !== role) axes.push(role);
      }
    }
    end();
  }
  if (axes.filter((axis) => axis === 'time').length > 1) return undefined;
  // A run's time that the file knows to be 1, and has as such an axis behind the batch's or has dropped.
  if (time.length > 0 && !axes.includes('time')) {
    const place = axes.indexOf('batch') + 1;
    axes.splice(place, place > 0 && axes[place] === 1 ? 1 : 0, 'time');
  }
  const fixed = inputs.find(({ batch }) => batch !== undefined);
  if (fixed && !axes.includes('batch')) {
    const same = fixed.axes.indexOf('batch');
    const place = axes[same] === 1 && axes.length === fixed.axes.length ? same : axes.indexOf(1);
    if (place >= 0) axes[place] = 'batch';
  }
  if (fixed?.batch !== undefined && axes.includes('batch')) return { axes, batch: fixed.batch };
  const features = axes.reduce<number>((product, axis) => (typeof axis === 'number' ? product * axis : product), 1);
  const usual = isUsual(axes, { features, kind: time.length > 0 ? 'sequence' : 'vector' });
  return usual ? undefined : { axes };
}

/** For the report, of an input or output. */
export const layoutNote = (what: string, { axes, batch }: ValueLayout): string =>
  `${what}: with a shape, its axes are the file's own: [${axes.map((axis) => (axis === 'batch' ? (batch ?? axis) : axis)).join(', ')}]`;

/** The layouts of a spec's inputs and outputs that differ, by name. */
export function layoutsOf(
  { inputs, outputs }: ModelSpec,
  all: ReadonlyMap<string, ValueLayout | undefined>,
): Pick<ModelSpec, 'layouts'> {
  const names = [...inputs.map(({ name }) => name), ...outputs];
  const layouts = names.flatMap((name) => {
    const layout = all.get(name);
    return layout ? [[name, layout] as const] : [];
  });
  return layouts.length > 0 ? { layouts: recordOf(layouts) } : {};
}
