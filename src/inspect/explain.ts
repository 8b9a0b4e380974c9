import type { Model } from '../index.js';
import { badInput, describe } from '../refuse.js';

type LayerInfo = Model['layers'][number];
type CellInfo = LayerInfo['cells'][number];

/**
 * One plain paragraph on one layer of a model: its units, its cell and the layer, with its numbers, and its
 * parameters counted by gate.
 * @throws {InputError} no layer of that name.
 * @throws {DisposedError}
 */
export function explain(model: Model, layer: string): string {
  const { graph, layers } = model ?? {};
  if (!Array.isArray(layers)) badInput('explain', 'not a model', 'what createModel gives', describe(model));
  const found = layers.find(({ node }) => node.name === layer);
  if (!found) {
    badInput('explain', 'no such layer', layers.map(({ node }) => node.name).join(', '), describe(layer));
  }
  const features = (name: string | undefined): number => graph.values.get(name as string)?.features ?? 0;
  return `Layer ${JSON.stringify(layer)} ${explainLayer(found, features)}`;
}

function explainLayer({ node, cells, words }: LayerInfo, features: (name: string | undefined) => number): string {
  const [first, second] = cells;
  if (first && second) {
    const same = sizesOf(first) === sizesOf(second);
    const other = same ? 'has weights of its own but the same sizes.' : explainCell(second);
    return [words?.opening, `The first ${explainCell(first)} The other ${other}`, words?.closing].join(' ').trim();
  }
  if (first) return [words?.opening, explainCell(first), words?.closing].filter(Boolean).join(' ');
  if (words?.opening) return words.opening;
  const [inputs, outputs] = [features(node.inputs[0]), features(node.outputs[0])];
  const what =
    node.inputs.length === 0
      ? `gives ${count(outputs, 'number')}, the same in every run`
      : `turns each timestep of ${count(inputs, 'number')} into ${count(outputs, 'number')}`;
  return `is of type ${node.type}: it has no units and no memory, and ${what}.`;
}

const sizesOf = ({ type, units, sizes }: CellInfo): string =>
  JSON.stringify([type, units, Object.entries(sizes).sort()]);

/** The rest of a sentence that begins with the layer's name, and the sentences after it. */
function explainCell({ words, units, inputs, place, sizes, multiplyAdds }: CellInfo): string {
  const [{ length: h }, c] = place.parts;
  const state = c ? 'h and one of its cell state c' : 'h';
  const projected =
    h === units
      ? ''
      : ` A projection then shortens the output from ${units} to ${h}, so here h has ${h} elements and only c has one per unit.`;
  return (
    `is ${words.title} with ${count(units, 'unit')}. A unit is one hidden neuron: one element of its hidden state ${state}.${projected} ` +
    `The cell is the function of one timestep for all ${units} units at once: from the ${count(inputs, 'number')} of x and the state before it makes the state after, ` +
    `in ${multiplyAdds} multiply-adds. The layer is that one cell applied at every timestep with the same weights, so a longer sequence means more work, never more parameters; ` +
    `and \`units\` (Keras; \`num_units\` in TensorFlow 1, \`hidden_size\` in PyTorch and ONNX) = ${units} is neither the number of cells nor of timesteps. ` +
    countByGate(words, sizes, units, inputs, h)
  );
}

function countByGate(
  words: CellInfo['words'],
  sizes: CellInfo['sizes'],
  units: number,
  inputs: number,
  h: number,
): string {
  const gates = Object.entries(words.gates);
  const rows = Math.max(1, gates.length);
  const biases = ['biasIh', 'biasHh'].filter((field) => field in sizes).length;
  const perGate = units * inputs + units * h + biases * units;
  const bias = biases === 0 ? '' : ` + ${biases === 1 ? '' : `${biases} · `}${units} biases`;
  const extras = Object.entries(words.extras).flatMap(([field, meaning]): [string, number][] => {
    const size = sizes[field];
    if (size === undefined) return [];
    const factors = size > units && size % units === 0 ? `${size / units} · ${units}` : `${size}`;
    return [[`${factors} ${meaning}`, size]];
  });
  const more = extras.reduce((sum, [, n]) => sum + n, 0);
  const list = gates.map(([name, meaning]) => `${meaning} ${name}`).join(', ');
  if ('weightIh' in words.extras) {
    if (extras.length === 0) return `Its gates: ${list}. It has no parameters.`;
    return `Its gates: ${list}. Its parameters: ${extras.map(([text]) => text).join(' + ')} = ${more}.`;
  }
  const total = rows * perGate + more;
  const each = `${units} · ${inputs} weights from x + ${units} · ${h} from h${bias} = ${perGate}`;
  const sum = [rows === 1 ? `${perGate}` : `${rows} · ${perGate}`, ...extras.map(([text]) => text)].join(' + ');
  return rows === 1
    ? `Its parameters: ${each}${extras.length > 0 ? `; in all ${sum} = ${total}` : ''}.`
    : `Its parameters, for each of the ${rows} gates (${list}): ${each}; in all ${sum} = ${total}.`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
