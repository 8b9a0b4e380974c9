import { comparisonColumns } from '../support/compare.mjs';
import { compareRuns } from '../support/compare-runs.mjs';
import { SIZES, sizeName } from '../support/lstm.mjs';

const TIME = 128;

export const title = `Sequence: model.run over ${TIME} timesteps, against plain JS (figures per timestep)`;
export const columns = comparisonColumns;
export const points = SIZES;
export const pointName = sizeName;
export const measure = (size, options) => compareRuns('sequence', size, { batch: 1, time: TIME }, options);
