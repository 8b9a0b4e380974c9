import { firstRequests } from '../support/workerd.mjs';

export { columns, missing, pointName, points } from '../support/workerd.mjs';
export const title =
  'Worker: the first request of a Worker that runs an LSTM, against one that does nothing, in fresh workerd processes that take turns';

export const measure = (size, effort) =>
  firstRequests({ worker: 'worker.mjs' }, size, effort, async (site) => (await fetch(site)).json());
