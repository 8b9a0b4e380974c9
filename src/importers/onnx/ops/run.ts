import { refuse } from '../../shared/refuse.js';
import { type Context, known, type Op } from '../context.js';
import type { Num } from '../num.js';
import type { Item } from '../value.js';

/** What makes an operator's outputs of its inputs; undefined for outputs that nothing reads. */
export type Run = (op: Op, ctx: Context) => (Item | undefined)[];

/** An input that must be there. */
export const item = ({ where, inputs }: Op, index = 0): Item =>
  inputs[index] ?? refuse(where, 'an input is missing', `input ${index}`);

/** Numbers of a shape input, which may depend on batch and time. */
export const sizes = (where: string, x: Item | undefined): readonly Num[] =>
  Array.from(known(where, x, 'the shape').data);
