import { raceSuite } from '../support/race-suite.mjs';

const TIME = 128;

export const title = `Sequence: ${TIME} timesteps from a fresh state, by every engine that is installed`;
export const { columns, lines, points, pointName, measure } = raceSuite('sequence', {
  kind: 'sequence',
  batch: 1,
  time: TIME,
});
