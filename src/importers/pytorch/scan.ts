import { tensorAt } from '../formats/safetensors.js';
import { type Field, flag, oneOf, required, text, wholeNumber, withDefault } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { PyTorchMinCell, PyTorchScanLayer } from './config-scan.js';
import type { Filled } from './filled.js';
import { qrnn } from './qrnn.js';
import type { Site } from './site.js';
import { sru } from './sru.js';

type OfType<T, L = PyTorchScanLayer> = L extends { type: infer U } ? (T extends U ? L : never) : never;

const yes = withDefault(true, flag);
const no = withDefault(false, flag);
const size = wholeNumber(1);
const recurrent = { prefix: text, returnSequences: yes };

/** Rows of `LAYERS`: the class, the fields with its defaults, and what the layer becomes. */
export const SCAN_LAYERS: {
  readonly [T in PyTorchScanLayer['type']]: readonly [
    module: string,
    fields: { readonly [K in Exclude<keyof OfType<T>, 'type' | 'name'>]-?: Field },
    build: (layer: Filled<OfType<T>>, site: Site) => void,
  ];
} = {
  min_gru: ['minGRU_pytorch.minGRU', recurrent, minCell],
  min_lstm: ['minGRU_pytorch.minLSTM', recurrent, minCell],
  sru: [
    'sru.SRU',
    {
      ...recurrent,
      hiddenSize: required(size),
      numLayers: withDefault(2, size),
      bidirectional: no,
      useTanh: no,
      hasSkipTerm: yes,
      layerNorm: withDefault(false, oneOf(false)),
    },
    sru,
  ],
  qrnn: [
    'torchqrnn.QRNN',
    {
      ...recurrent,
      hiddenSize: required(size),
      numLayers: withDefault(1, size),
      window: withDefault(1, oneOf(1, 2)),
      outputGate: yes,
      zoneout: withDefault(0, oneOf(0)),
    },
    qrnn,
  ],
};

/** Of each type its matrix, and where in it the gates of the model stand. */
const MIN_CELLS = {
  // hidden, gate
  min_gru: { matrix: 'to_hidden_and_gate.weight', order: [1, 0], names: 'z n' },
  // hidden, f, i
  min_lstm: { matrix: 'to_hidden_and_f_i_gate.weight', order: [2, 1, 0], names: 'i f n' },
} as const;

/** Its scan in logarithms is the recurrence; its candidate goes through g. */
function minCell({ type, returnSequences }: Filled<PyTorchMinCell>, site: Site): void {
  site.needSequence();
  const { matrix, order, names } = MIN_CELLS[type];
  const { features } = site;
  const part = site.read(matrix, [undefined, features], 'weightIh');
  const units = (part.shape[0] as number) / order.length;
  if (!Number.isInteger(units)) {
    refuse(
      tensorAt(site.prefix + matrix),
      'rows of no number of units',
      `a multiple of ${order.length}`,
      `${part.shape[0]}`,
    );
  }
  const rows = units * features;
  const weightIh = site.made(
    'weightIh',
    [part.shape[0] as number, features],
    [part],
    `rows by gates ${names}`,
    (data) => {
      order.forEach((from, to) => {
        data.set(part.data.subarray(from * rows, (from + 1) * rows), to * rows);
      });
    },
  );
  const { name } = site;
  site.reporter.defaulted(name, 'h0', 'zeros', "the package's default");
  const hasOutput = site.left.has(`${site.prefix}to_out.weight`);
  site.layer({ type, units, tensors: { weightIh }, positive: true, returnSequences }, name);
  site.features = units;
  site.vector = !returnSequences;
  if (!hasOutput) return;
  const weight = site.take('to_out.weight', [features, units], 'weight', 'one row per output', `${name}_out`);
  site.layer({ type: 'dense', units: features, tensors: { weight } }, `${name}_out`, features);
}
