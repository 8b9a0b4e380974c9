import { usualAxes } from '../graph/layout.js';
import type { ValueInfo } from '../graph/value.js';
import type { ValueLayout } from '../spec.js';

/** Sizes of a value: of its batch, its time and its features. */
export interface Sizes {
  readonly batch: number;
  /** 1 for a vector. */
  readonly time: number;
}

/** The axes of a value as its file has them, which has one for the batch at least where there are several rows. */
export const axesOf = (info: ValueInfo, layout: ValueLayout | undefined, batch = 1): ValueLayout['axes'] => {
  const { axes } = layout ?? { axes: usualAxes(info) };
  return batch > 1 && !axes.includes('batch') ? ['batch', ...axes] : axes;
};

/** The shape of a value in the order of the given axes. */
export const shapeOf = (axes: ValueLayout['axes'], sizes: Sizes): number[] =>
  axes.map((axis) => (typeof axis === 'number' ? axis : sizes[axis]));

/**
 * Where each number of a value in the file's order stands in ours, `[batch][time][features]`; undefined if it is the same place.
 * Sizes in the file that are blocks of features keep their order.
 */
export function placesOf(axes: ValueLayout['axes'], { batch, time }: Sizes): Int32Array | undefined {
  const shape = shapeOf(axes, { batch, time });
  const features = axes.reduce<number>((product, axis) => (typeof axis === 'number' ? product * axis : product), 1);
  const strides: number[] = [];
  let block = features;
  for (const axis of axes) {
    if (axis === 'batch') strides.push(time * features);
    else if (axis === 'time') strides.push(features);
    else {
      block /= axis;
      strides.push(block);
    }
  }
  const places = new Int32Array(batch * time * features);
  let moved = false;
  for (let i = 0; i < places.length; i++) {
    let rest = i;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      place += (rest % size) * (strides[axis] as number);
      rest = Math.floor(rest / size);
    }
    places[i] = place;
    moved ||= place !== i;
  }
  return moved ? places : undefined;
}
