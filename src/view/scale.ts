import { rangeOf } from './codes.js';
import type { TracedMap } from './layers.js';

/** What the ends of a scale of colours stand for. */
export interface Scale {
  /** One colour darker than another from low to high, or two away from zero. */
  readonly type: 'sequential' | 'diverging';
  readonly low: number;
  readonly high: number;
}

/** Gates that are a sigmoid and values that are a tanh, where the model has no other activations. */
const SIGMOID = /(?:^|\.)[iforz]$/;
const TANH = /(?:^|\.)[gnh]$/;

const UNIT: Scale = { type: 'sequential', low: 0, high: 1 };
const SIGNED: Scale = { type: 'diverging', low: -1, high: 1 };

/**
 * The scale of a map's values: 0…1 of sigmoid gates, −1…1 of what a tanh has made, so that layers can be compared by eye; of all
 * others, and of these where other activations have gone beyond, as far as they go: from 0 where nothing is below it, else as far on both sides of zero.
 */
export function scaleOf({ name, kind }: Pick<TracedMap, 'name' | 'kind'>, arrays: readonly Float32Array[]): Scale {
  const [least, most] = rangeOf(arrays);
  if (kind !== 'output') {
    if (SIGMOID.test(name) && least >= 0 && most <= 1) return UNIT;
    if (TANH.test(name) && least >= -1 && most <= 1) return SIGNED;
  }
  if (least >= 0) return { type: 'sequential', low: 0, high: most || 1 };
  return around(Math.max(-least, most));
}

/** As far on both sides of zero. */
export const around = (most: number): Scale => ({ type: 'diverging', low: -(most || 1), high: most || 1 });
