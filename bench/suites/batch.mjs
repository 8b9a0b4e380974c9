import { raceSuite } from '../support/race-suite.mjs';

const BATCH = 32;
const TIME = 128;

export const title = `Batch: a timestep of ${BATCH} sequences of ${TIME} together, by every engine that is installed`;
export const { columns, lines, points, pointName, measure } = raceSuite('batch', {
  kind: 'sequence',
  batch: BATCH,
  time: TIME,
});
