import { SHOWN, shownRecords } from './shown.mjs';

/** The plot's lines: of which suite's record, which engine, and what it is called. */
const LINES = [
  ['streaming', 'gatewise', 'Gatewise'],
  ['int8', 'gatewise int8', 'Gatewise, int8'],
  ['streaming', 'onnxruntime-node', 'onnxruntime-node'],
  ['int8', 'onnxruntime-node int8', 'onnxruntime-node, int8'],
  ['streaming', 'onnxruntime-web', 'onnxruntime-web'],
  ['streaming', 'tfjs wasm', 'TensorFlow.js, wasm'],
  ['streaming', 'plain JS', 'plain JS'],
];

/** What the plot shows: the time of an LSTM's step by each engine, `[{ engine, size, seconds }]`, sizes `[inputs, units, layers]`. */
export function plotPoints() {
  const records = shownRecords()[SHOWN];
  return LINES.flatMap(([suite, name, engine]) =>
    (records[suite]?.rows ?? [])
      .filter(({ net, kind, engines }) => net.cell === 'lstm' && (kind ?? 'step') === 'step' && engines[name])
      .map(({ net, engines }) => ({ engine, size: net.size, seconds: engines[name].seconds })),
  );
}
