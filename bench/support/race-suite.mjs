import { subjects } from '../engines/all.mjs';
import { makeNet, NETS, netName } from './net.mjs';
import { race } from './race.mjs';
import { digits, duration, range, times } from './table.mjs';

/** A suite in which every engine that is installed takes `task` of every network; `kind` is step, sequence or batch. */
export const raceSuite = (kind, task) => ({
  columns: raceColumns,
  lines,
  points: NETS,
  pointName: netName,
  measure: (net, options) => raceRow(net, task, enginesFor(kind, net), options),
});

export const enginesFor = (kind, { cell }, int8) =>
  subjects({ kind, cell, int8 }).map((name) => ({ name, ...(int8 && { int8 }) }));

/** The row of a record: the network, its products a timestep, and what `race` says of every engine. */
export async function raceRow(net, task, entries, options) {
  const { multiplyAdds } = makeNet(net);
  return { net, multiplyAdds, batch: task.batch ?? 1, engines: await race(net, task, entries, options) };
}

/** A row of a race as lines of a table, one an engine. */
export const lines = ({ engines, ...row }) =>
  Object.entries(engines).map(([name, result], index) => ({ ...row, name, first: index === 0, ...result }));

const optional = (text) => (value) => (value === undefined ? '' : text(value));
export const raceColumns = [
  { label: 'network', text: ({ net, first }) => (first ? netName(net) : '') },
  { label: 'engine', text: ({ name }) => name },
  { label: 'a timestep', text: ({ seconds }) => duration(seconds) },
  { label: 'GFLOP/s', text: ({ multiplyAdds, batch, seconds }) => digits((2e-9 * multiplyAdds * batch) / seconds) },
  { label: 'of the first', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'p50', text: ({ p50 }) => optional(duration)(p50) },
  { label: 'p99', text: ({ p99 }) => optional(duration)(p99) },
  { label: 'off by', text: ({ worst }) => optional((value) => value.toExponential(0))(worst) },
];
