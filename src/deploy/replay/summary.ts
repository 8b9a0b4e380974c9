import type * as told from '../../inspect/summary.js';

/** A built model has no summary to show. */
export const headOf: typeof told.headOf = ({ graph: { name }, build }) =>
  `Model${name ? ` ${name}` : ''} (${build}), built`;

export const summarize = undefined as never;
