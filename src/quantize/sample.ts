import type { Input } from '../index.js';

/** What a run is given: the input of a model that has one, or inputs by name. */
export type Sample = Input | Readonly<Record<string, Input>>;
