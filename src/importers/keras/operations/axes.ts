import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';

/** What an axis of the file is in the spec. */
export type Role = 'batch' | 'time' | 'features';

/** The axes that a value has in the file, in order. */
export function axesOf({ kind, bare }: Flow): Role[] {
  return ['batch', ...(kind === 'sequence' ? ['time' as const] : []), ...(bare ? [] : ['features' as const])];
}

/** @returns which axis a number means, counted from the end if negative. @throws {ImportError} none of them. */
export function roleOf(where: string, x: Flow, axis: unknown): Role {
  const axes = axesOf(x);
  const role = typeof axis === 'number' ? axes.at(axis) : undefined;
  if (role === undefined || role === 'batch' || (axis as number) >= axes.length)
    return refuse(where, 'an axis that is not honoured', `one of ${axes.length} behind the batch`, show(axis));
  return role;
}

/** The value with or without an axis for its one feature. */
export const asBare = (x: Flow): Flow => ({ ...x, bare: true });
export const notBare = ({ bare: _, ...x }: Flow): Flow => x;
