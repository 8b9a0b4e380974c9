import type { CellConfig, NodeSpec, RecurrentTensors } from '../../spec.js';
import type { PyTorchCell, PyTorchGru, PyTorchLstm, PyTorchRnn, PyTorchRnnCell } from './config.js';
import { type Full, LAYERS } from './fields.js';
import { refuse } from './refuse.js';
import { type Made, needSequence, type Site } from './site.js';

type Stacked = PyTorchLstm | PyTorchGru | PyTorchRnn;
type Cell = PyTorchCell | PyTorchRnnCell;
/** What is the same for modules and cells; cells have one layer, one direction, and no number in their tensors' names. */
type Recurrent = Full<Stacked> | (Full<Cell> & { numLayers?: 1; bidirectional?: false });

const GATES = {
  lstm: ['input gate i', 'forget gate f', 'candidate g', 'output gate o'],
  gru: ['reset gate r', 'update gate z', 'candidate n'],
  rnn: ['the new state'],
} as const;
type Kind = keyof typeof GATES;

/** `rows 0-63 input gate i, 64-127 forget gate f, …`: PyTorch stacks gates as the model does, so nothing is moved. */
function gateRows(type: Kind, units: number): string {
  const rows = GATES[type].map((gate, index) => `${index * units}-${(index + 1) * units - 1} ${gate}`);
  return `rows ${rows.join(', ')}; same order`;
}

/**
 * `nn.LSTM`, `nn.GRU`, `nn.RNN` (PyTorch documentation, "Variables"): one node per layer; with `bidirectional` one
 * bidirectional node per layer, both halves joined as the next layer's input. Cells are one layer over time.
 */
export function recurrentNodes(layer: Recurrent, site: Site): Made {
  const { name, from, where, taker } = site;
  const { hiddenSize, numLayers = 1, bidirectional = false, returnSequences, bias } = layer;
  needSequence(site, 'a recurrent layer');
  const projection = layer.type === 'lstm' ? layer.projSize : undefined;
  if (projection !== undefined && projection >= hiddenSize) {
    refuse(where, 'projSize too large', `less than hiddenSize, ${hiddenSize}`, String(projection));
  }
  taker.report.defaulted(name, 'h0', 'zeros', `nn.${LAYERS[layer.type][0]}'s default`);
  if (bias) taker.report.note(`${name}: bias_ih and bias_hh are both kept; the engine adds them where the gates allow`);
  const nodes: NodeSpec[] = [];
  let { value, features } = from;
  for (let index = 0; index < numLayers; index++) {
    const node = numLayers === 1 ? name : `${name}_l${index}`;
    const sequences = returnSequences || index < numLayers - 1;
    const cell = (half: string, suffix: string): CellConfig => {
      const end = layer.type.endsWith('cell') ? '' : `_l${index}${suffix}`;
      return {
        ...cellOf(layer, takeCell(layer, projection, features, end, node + half, site)),
        returnSequences: sequences,
      };
    };
    if (bidirectional) {
      const forward = cell('.forward', '');
      const backward = cell('.backward', '_reverse');
      nodes.push({ type: 'bidirectional', name: node, inputs: [value], forward, backward, merge: 'concat' });
    } else {
      nodes.push({ name: node, inputs: [value], ...cell('', '') });
    }
    value = node;
    features = (projection ?? hiddenSize) * (bidirectional ? 2 : 1);
  }
  return { nodes, flow: { ...from, value, features, kind: returnSequences ? 'sequence' : 'vector' } };
}

const kindOf = (layer: Recurrent): Kind => layer.type.split('_')[0] as Kind;

/** Takes the tensors of one direction of one layer; `input` is that layer's own. */
function takeCell(
  layer: Recurrent,
  projection: number | undefined,
  input: number,
  end: string,
  owner: string,
  { prefix, taker }: Site,
): RecurrentTensors {
  const { hiddenSize: units, bias } = layer;
  const type = kindOf(layer);
  const rows = GATES[type].length * units;
  const take = (kind: string, shape: readonly number[], field: string, how = gateRows(type, units)): string => {
    const tensor = prefix + kind + end;
    taker.take(tensor, shape, `${owner}.${field}`, how);
    return tensor;
  };
  return {
    weightIh: take('weight_ih', [rows, input], 'weightIh'),
    weightHh: take('weight_hh', [rows, projection ?? units], 'weightHh'),
    // Both are kept: a GRU's reset gate acts between them, and the sum is the engine's to fold.
    ...(bias && { biasIh: take('bias_ih', [rows], 'biasIh'), biasHh: take('bias_hh', [rows], 'biasHh') }),
    ...(projection !== undefined && {
      weightHr: take('weight_hr', [projection, units], 'weightHr', 'one row per projected output'),
    }),
  };
}

function cellOf(layer: Recurrent, tensors: RecurrentTensors): CellConfig {
  const units = layer.hiddenSize;
  switch (kindOf(layer)) {
    case 'lstm': {
      const { projSize } = layer as PyTorchLstm;
      return { type: 'lstm', units, ...(projSize !== undefined && { projection: projSize }), tensors };
    }
    case 'gru':
      // n = tanh(Wn·x + bin + r∘(Un·h + bhn)): PyTorch has no other form.
      return { type: 'gru', units, resetAfter: true, tensors };
    case 'rnn':
      return { type: 'rnn', units, activation: (layer as Full<PyTorchRnn>).nonlinearity, tensors };
  }
}
