import type { Flow } from '../build.js';
import type { Arguments } from './arguments.js';

/** An operation applied to values. */
export type Operation = (args: Arguments) => Flow[];
