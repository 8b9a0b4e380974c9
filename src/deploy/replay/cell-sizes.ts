import type * as sizes from '../../layers/recurrent/cell-sizes.js';

export { stateLengths } from '../../layers/recurrent/cell-sizes.js';

/** Plans ask whether there are any, as there are in every cell; how many is for those who look inside. */
export const cellMultiplyAdds: typeof sizes.cellMultiplyAdds = () => 1;

export const rowsPerUnit: typeof sizes.rowsPerUnit = () => 1;
