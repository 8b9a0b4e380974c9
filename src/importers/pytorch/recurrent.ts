import type { CellConfig } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { PyTorchCell, PyTorchGru, PyTorchLstm, PyTorchRnn, PyTorchRnnCell } from './config.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

type Any = PyTorchLstm | PyTorchGru | PyTorchRnn | PyTorchCell | PyTorchRnnCell;
/** What is the same for modules and cells; cells have one layer, one direction, and no number in their tensors' names. */
type Recurrent = Filled<Any> & {
  readonly numLayers?: number;
  readonly bidirectional?: boolean;
  readonly projSize?: number;
  readonly nonlinearity?: 'tanh' | 'relu';
};

/** PyTorch stacks gates as the model does, so nothing is moved. */
const GATES: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  lstm: ['input gate i', 'forget gate f', 'candidate g', 'output gate o'],
  gru: ['reset gate r', 'update gate z', 'candidate n'],
  rnn: ['the new state'],
};

/**
 * `nn.LSTM`, `nn.GRU`, `nn.RNN` (PyTorch documentation, "Variables"): one node per layer; with `bidirectional` one
 * bidirectional node per layer, both halves joined as the next layer's input. Cells are one layer over time.
 */
export function recurrent(layer: Filled<Any>, site: Site): void {
  const { hiddenSize: units, bias, returnSequences, ...more }: Recurrent = layer;
  const { numLayers = 1, bidirectional = false, projSize: projection, nonlinearity } = more;
  const { name, where, reporter } = site;
  const [kind, isCell] = more.type.split('_') as ['lstm' | 'gru' | 'rnn', string?];
  const gates = GATES[kind] as readonly string[];
  const rows = gates.length * units;
  const how = gates.map((gate, index) => `${index * units}-${(index + 1) * units - 1} ${gate}`).join(', ');
  site.needSequence();
  if (projection !== undefined && projection >= units)
    refuse(where, 'projSize too large', `less than hiddenSize, ${units}`, `${projection}`);
  reporter.defaulted(name, 'h0', 'zeros', "PyTorch's default");
  if (bias) reporter.note(`${name}: bias_ih and bias_hh are both kept`);
  for (let index = 0; index < numLayers; index++) {
    const node = numLayers === 1 ? name : `${name}_l${index}`;
    const half = (side: string, suffix: string): CellConfig => {
      const end = isCell ? '' : `_l${index}${suffix}`;
      const take = (tensor: string, shape: number[], field: string, text = `rows ${how}; same order`) =>
        site.take(tensor + end, shape, field, text, node + side);
      return {
        type: kind,
        units,
        returnSequences: returnSequences || index < numLayers - 1,
        // n = tanh(Wn·x + bin + r∘(Un·h + bhn)): PyTorch has no other form.
        ...(kind === 'gru' && { resetAfter: true }),
        ...(nonlinearity && { activation: nonlinearity }),
        ...(projection && { projection }),
        tensors: {
          weightIh: take('weight_ih', [rows, site.features], 'weightIh'),
          weightHh: take('weight_hh', [rows, projection ?? units], 'weightHh'),
          // Both are kept: a GRU's reset gate acts between them, and the sum is the engine's to fold.
          ...(bias && { biasIh: take('bias_ih', [rows], 'biasIh'), biasHh: take('bias_hh', [rows], 'biasHh') }),
          ...(projection && {
            weightHr: take('weight_hr', [projection, units], 'weightHr', 'one row per projected output'),
          }),
        },
      } as CellConfig;
    };
    if (bidirectional) {
      const [forward, backward] = [half('.forward', ''), half('.backward', '_reverse')];
      site.layer({ type: 'bidirectional', forward, backward, merge: 'concat' }, node);
    } else site.layer(half('', ''), node);
    site.features = (projection ?? units) * (bidirectional ? 2 : 1);
  }
  site.vector = !returnSequences;
}
