import { comparisonColumns } from '../support/compare.mjs';
import { compareRuns } from '../support/compare-runs.mjs';
import { SIZES, sizeName } from '../support/lstm.mjs';

const BATCH = 32;
const TIME = 16;

export const title = `Batch: model.run over ${BATCH} sequences of ${TIME} timesteps, against plain JS (figures per timestep of one sequence)`;
export const columns = comparisonColumns;
export const points = SIZES;
export const pointName = sizeName;
export const measure = (size, options) => compareRuns('batch32', size, { batch: BATCH, time: TIME }, options);
