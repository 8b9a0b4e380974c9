import { NETS, netName } from '../support/net.mjs';
import { enginesFor, lines, raceColumns, raceRow } from '../support/race-suite.mjs';

const TASKS = {
  step: { kind: 'step' },
  sequence: { kind: 'sequence', batch: 1, time: 128 },
  batch: { kind: 'sequence', batch: 32, time: 128 },
};
/** Whose float32 is in the race as well. */
const FLOAT32 = ['gatewise', 'onnxruntime-node'];

export const title =
  'int8: LSTMs with int8 weights (onnxruntime: DynamicQuantizeLSTM) and float32 beside them; a step of a stream, a timestep of 128, one of 32 sequences';
export const columns = [{ label: '', text: ({ kind, first }) => (first ? kind : '') }, ...raceColumns];
export { lines };
export const points = NETS.filter(({ cell }) => cell === 'lstm').flatMap((net) =>
  Object.keys(TASKS).map((kind) => ({ net, kind })),
);
export const pointName = ({ net, kind }) => `${netName(net)}, ${kind}`;

export async function measure({ net, kind }, options) {
  const float32 = enginesFor(kind, net).filter(({ name }) => FLOAT32.includes(name));
  return { kind, ...(await raceRow(net, TASKS[kind], [...enginesFor(kind, net, true), ...float32], options)) };
}
