import type * as sizes from '../../layers/recurrent/cell-sizes.js';

export { stateLengths } from '../../layers/recurrent/cell-sizes.js';

export const rowsPerUnit: typeof sizes.rowsPerUnit = () => 1;
