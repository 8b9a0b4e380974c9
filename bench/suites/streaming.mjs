import { raceSuite } from '../support/race-suite.mjs';

export const title = 'Streaming: one timestep at a time, by every engine that is installed';
export const { columns, lines, points, pointName, measure } = raceSuite('step', { kind: 'step' });
