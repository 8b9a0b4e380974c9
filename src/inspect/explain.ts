import type { Graph, GraphNode, ValueInfo } from '../graph/value.js';
import { cellMultiplyAdds, gateCount, outputLength } from '../layers/recurrent/cell-sizes.js';
import type { Model } from '../model.js';
import { badInput, describe } from '../refuse.js';
import type { CellConfig } from '../spec.js';

const NAMES = { lstm: 'LSTM', gru: 'GRU', rnn: 'simple RNN' } as const;
const GATES = {
  lstm: ['input gate i', 'forget gate f', 'candidate g', 'output gate o'],
  gru: ['reset gate r', 'update gate z', 'candidate n'],
  rnn: ['h'],
} as const;

/**
 * One plain paragraph on one layer of a model: its units, its cell and the layer, with its numbers, and its
 * parameters counted by gate.
 * @throws {InputError} no layer of that name.
 * @throws {DisposedError}
 */
export function explain({ graph }: Model, layer: string): string {
  const node = graph.nodes.find(({ name }) => name === layer);
  if (!node) {
    badInput('explain', 'no such layer', graph.nodes.map(({ name }) => name).join(', '), describe(layer));
  }
  return explainLayer(node, graph);
}

function explainLayer(node: GraphNode, graph: Graph): string {
  const inputs = (graph.values.get(node.inputs[0] as string) as ValueInfo).features;
  const name = JSON.stringify(node.name);
  switch (node.type) {
    case 'lstm':
    case 'gru':
    case 'rnn':
      return `Layer ${name} ${explainCell(node, inputs)}`;
    case 'bidirectional': {
      const { forward, backward, merge } = node;
      const same = JSON.stringify({ ...forward, tensors: 0 }) === JSON.stringify({ ...backward, tensors: 0 });
      const second = same
        ? 'The other has weights of its own but the same sizes.'
        : `The other ${explainCell(backward, inputs)}`;
      return (
        `Layer ${name} is bidirectional: two cells over the same timesteps, one walking from the first to the last and one from the last to the first, ` +
        `${MERGES[merge]}. The first ${explainCell(forward, inputs)} ${second} ` +
        `Since the backward one begins at the last timestep, this layer needs the whole sequence and cannot be streamed.`
      );
    }
    case 'dense': {
      const bias = node.tensors.bias ? ` + ${node.units} biases` : '';
      const total = node.units * inputs + (bias ? node.units : 0);
      return (
        `Layer ${name} is dense: each of its ${count(node.units, 'unit')} is one weighted sum of the ${count(inputs, 'input')} of the same timestep, ` +
        `with no memory of earlier ones. Its parameters: ${node.units} · ${inputs} weights${bias} = ${total}.`
      );
    }
    default: {
      const { features } = graph.values.get(node.outputs[0] as string) as ValueInfo;
      return `Layer ${name} is of type ${node.type}: it has no units and no memory, and turns each timestep of ${count(inputs, 'number')} into ${count(features, 'number')}.`;
    }
  }
}

const MERGES = {
  concat: 'their outputs put side by side',
  sum: 'their outputs added',
  mul: 'their outputs multiplied',
  ave: 'their outputs averaged',
  none: 'their outputs kept apart',
} as const;

/** The rest of a sentence that begins with the layer's name, and the sentences after it. */
function explainCell(cell: CellConfig, inputs: number): string {
  const { type, units } = cell;
  const h = outputLength(cell);
  const gates = gateCount(type);
  const state = type === 'lstm' ? 'h and one of its cell state c' : 'h';
  const projected =
    h === units
      ? ''
      : ` A projection then shortens the output from ${units} to ${h}, so here h has ${h} elements and only c has one per unit.`;
  return (
    `is ${type === 'lstm' ? 'an' : 'a'} ${NAMES[type]} with ${count(units, 'unit')}. A unit is one hidden neuron: one element of its hidden state ${state}.${projected} ` +
    `The cell is the function of one timestep for all ${units} units at once: from the ${count(inputs, 'number')} of x and the state before it makes the state after, ` +
    `in ${cellMultiplyAdds(cell, inputs)} multiply-adds. The layer is that one cell applied at every timestep with the same weights, so a longer sequence means more work, never more parameters; ` +
    `and \`units\` (Keras; \`num_units\` in TensorFlow 1, \`hidden_size\` in PyTorch and ONNX) = ${units} is neither the number of cells nor of timesteps. ` +
    countByGate(cell, inputs, gates, h)
  );
}

function countByGate(cell: CellConfig, inputs: number, gates: number, h: number): string {
  const { type, units, tensors } = cell;
  const biases = [tensors.biasIh, tensors.biasHh].filter((bias) => bias !== undefined).length;
  const perGate = units * inputs + units * h + biases * units;
  const bias = biases === 0 ? '' : ` + ${biases === 1 ? '' : `${biases} · `}${units} biases`;
  const extras: [string, number][] = [];
  if (cell.type === 'lstm' && cell.tensors.peephole) extras.push([`3 · ${units} peepholes`, 3 * units]);
  if (cell.type === 'lstm' && cell.projection !== undefined)
    extras.push([`${cell.projection} · ${units} for the projection`, cell.projection * units]);
  if (tensors.initialH) extras.push([`${h} for the trained initial h`, h]);
  if (cell.type === 'lstm' && cell.tensors.initialC) extras.push([`${units} for the trained initial c`, units]);
  const total = gates * perGate + extras.reduce((sum, [, n]) => sum + n, 0);
  const each = `${units} · ${inputs} weights from x + ${units} · ${h} from h${bias} = ${perGate}`;
  const sum = [gates === 1 ? String(perGate) : `${gates} · ${perGate}`, ...extras.map(([text]) => text)].join(' + ');
  const list = GATES[type].join(', ');
  return gates === 1
    ? `Its parameters: ${each}${extras.length > 0 ? `; in all ${sum} = ${total}` : ''}.`
    : `Its parameters, for each of the ${gates} gates (${list}): ${each}; in all ${sum} = ${total}.`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
