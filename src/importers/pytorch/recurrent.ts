import { ImportError } from '../../errors.js';
import type { CellConfig, NodeSpec, RecurrentTensors } from '../../spec.js';
import type { PyTorchGru, PyTorchLstm, PyTorchRnn } from './config.js';
import { gateRows } from './report.js';
import type { Taker } from './take.js';

type Recurrent = PyTorchLstm | PyTorchGru | PyTorchRnn;
const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Where a layer reads from, and what it makes. */
export interface Flow {
  readonly value: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
}

/**
 * `nn.LSTM`, `nn.GRU`, `nn.RNN` (PyTorch documentation, "Variables"): one node per layer; with `bidirectional` one
 * bidirectional node per layer, both halves joined as the next layer's input.
 */
export function recurrentNodes(
  layer: Recurrent,
  name: string,
  prefix: string,
  from: Flow,
  where: string,
  taker: Taker,
) {
  const { hiddenSize, numLayers = 1, bidirectional = false, returnSequences = true } = layer;
  if (from.kind === 'vector') {
    throw new ImportError('a recurrent layer after one that outputs its last timestep only', {
      where,
      expected: 'a sequence; returnSequences in the layer before',
      got: 'a vector',
    });
  }
  const projection = layer.type === 'lstm' ? layer.projSize : undefined;
  if (projection !== undefined && projection >= hiddenSize) {
    throw new ImportError('projSize too large', {
      where,
      expected: `less than hiddenSize, ${hiddenSize}`,
      got: String(projection),
    });
  }
  const nodes: NodeSpec[] = [];
  let { value, features } = from;
  for (let index = 0; index < numLayers; index++) {
    const node = numLayers === 1 ? name : `${name}_l${index}`;
    const sequences = returnSequences || index < numLayers - 1;
    const cell = (half: string, suffix: string): CellConfig => {
      const tensors = takeCell(
        layer,
        features,
        (kind) => `${prefix}${kind}_l${index}${suffix}`,
        `${node}${half}`,
        taker,
      );
      return { ...cellOf(layer, tensors), returnSequences: sequences };
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
  const flow: Flow = { value, features, kind: returnSequences ? 'sequence' : 'vector' };
  return { nodes, flow };
}

/** Takes the tensors of one direction of one layer; `input` is that layer's own. */
function takeCell(layer: Recurrent, input: number, tensor: (kind: string) => string, owner: string, taker: Taker) {
  const { type, hiddenSize: units, bias = true } = layer;
  const projection = layer.type === 'lstm' ? layer.projSize : undefined;
  const rows = GATES[type] * units;
  const take = (kind: string, shape: readonly number[], field: string, how = gateRows(type, units)): string => {
    taker.take(tensor(kind), shape, `${owner}.${field}`, how);
    return tensor(kind);
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
  switch (layer.type) {
    case 'lstm':
      return { type: 'lstm', units, ...(layer.projSize !== undefined && { projection: layer.projSize }), tensors };
    case 'gru':
      // n = tanh(Wn·x + bin + r∘(Un·h + bhn)): PyTorch has no other form.
      return { type: 'gru', units, resetAfter: true, tensors };
    case 'rnn':
      return { type: 'rnn', units, activation: layer.nonlinearity ?? 'tanh', tensors };
  }
}
