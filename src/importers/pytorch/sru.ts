import type { SruConfig } from '../../spec.js';
import type { PyTorchSru } from './config-scan.js';
import type { Filled } from './filled.js';
import type { Part, Site } from './site.js';

/** Which of a unit's columns, candidate, forget, reset and skip, are the rows of the model: f r n s. */
const ORDER = [1, 2, 0, 3] as const;

/**
 * One node for each layer. A weight is `(input, directions · units · matrices)`, the matrices of a unit side by side; without a matrix for
 * the skip term that is x itself, times `scale_x`, and of two directions the half of x that stands where the direction's output does.
 */
export function sru(layer: Filled<PyTorchSru>, site: Site): void {
  const { numLayers, bidirectional, hiddenSize, returnSequences } = layer;
  const { name } = site;
  site.needSequence();
  site.reporter.defaulted(name, 'c0', 'zeros', "the package's default");
  const directions = bidirectional ? 2 : 1;
  const output = directions * hiddenSize;
  if (site.left.has(`${site.prefix}input_to_hidden.weight`)) {
    const owner = `${name}_input`;
    const weight = site.take('input_to_hidden.weight', [output, site.features], 'weight', 'one row per output', owner);
    site.layer({ type: 'dense', units: output, tensors: { weight } }, owner, output);
  }
  for (let index = 0; index < numLayers; index++) {
    const node = numLayers === 1 ? name : `${name}_l${index}`;
    const sequences = returnSequences || index < numLayers - 1;
    const cells = cellsOf(layer, `rnn_lst.${index}.`, node, site).map((cell) => ({
      ...cell,
      returnSequences: sequences,
    }));
    const [forward, backward] = cells as [SruConfig, SruConfig?];
    if (backward) site.layer({ type: 'bidirectional', forward, backward, merge: 'concat' }, node, output);
    else site.layer(forward, node, output);
  }
  site.vector = !returnSequences;
}

/** The cells of one layer, one for each direction. */
function cellsOf(layer: Filled<PyTorchSru>, module: string, node: string, site: Site): SruConfig[] {
  const { hiddenSize: units, bidirectional, hasSkipTerm, useTanh } = layer;
  const inputs = site.features;
  const directions = bidirectional ? 2 : 1;
  const output = directions * units;
  const matrices = hasSkipTerm && inputs !== output ? 4 : 3;
  const scale = site.read(`${module}scale_x`, [1], 'scale', node);
  const [scaleX] = scale.data as unknown as [number];
  const scaled = hasSkipTerm && matrices === 3;
  const scaling = `${scaled ? `x of the skip term times ${scaleX}` : 'no x to be scaled'}; ${scale.values}`;
  site.reporter.tensor(scale.from, scale.shape, `${node}.scale`, scaling);
  const columns = output * matrices;
  const { parts, data } = weightOf(site, module, node, inputs, columns);
  const vectors = ['weight_c', 'bias'].map((tensor) => site.read(module + tensor, [2 * output], tensor, node));
  const [weightC, bias] = vectors as [Part, Part];
  // Of both directions x is longer than what one of them takes of it.
  const picks = scaled && bidirectional;
  const rows = picks ? 4 : matrices;
  return Array.from({ length: directions }, (_, direction) => {
    const owner = bidirectional ? `${node}.${direction === 0 ? 'forward' : 'backward'}` : node;
    const how = `columns of direction ${direction} by unit: candidate, forget, reset${matrices === 4 ? ', skip' : ''}; rows by gates f r n${rows === 4 ? ', skip' : ''}`;
    const weightIh = site.made(
      'weightIh',
      [rows * units, inputs],
      parts,
      how,
      (made) => {
        for (let gate = 0; gate < rows; gate++) {
          for (let unit = 0; unit < units; unit++) {
            const to = (gate * units + unit) * inputs;
            const place = direction * units + unit;
            if (gate >= matrices) made[to + place] = scaleX;
            else {
              const column = place * matrices + (ORDER[gate] as number);
              for (let k = 0; k < inputs; k++) made[to + k] = data[k * columns + column] as number;
            }
          }
        }
      },
      owner,
    );
    const half = (part: Part, field: string): string =>
      site.made(
        field,
        [2 * units],
        [part],
        `of direction ${direction}, by gates f r`,
        (made) => {
          for (const gate of [0, 1]) {
            const from = (gate * directions + direction) * units;
            made.set(part.data.subarray(from, from + units), gate * units);
          }
        },
        owner,
      );
    const projected = rows === 4;
    const input = hasSkipTerm && !projected;
    return {
      type: 'sru',
      units,
      highway: projected ? 'projected' : input ? 'input' : 'none',
      ...(input && scaleX !== 1 && { scale: scaleX }),
      ...(useTanh && { activation: 'tanh' as const }),
      tensors: { weightIh, peephole: half(weightC, 'peephole'), biasIh: half(bias, 'biasIh') },
    };
  });
}

/** `(input, columns)`: the file's weight, or the product of the two that it has with a projection. */
function weightOf(
  site: Site,
  module: string,
  node: string,
  inputs: number,
  columns: number,
): { readonly parts: readonly Part[]; readonly data: Float32Array } {
  if (!site.left.has(`${site.prefix}${module}weight_proj`)) {
    const weight = site.read(`${module}weight`, [inputs, columns], 'weightIh', node);
    return { parts: [weight], data: weight.data };
  }
  const first = site.read(`${module}weight_proj`, [inputs, undefined], 'weightIh', node);
  const rank = first.shape[1] as number;
  const second = site.read(`${module}weight`, [rank, columns], 'weightIh', node);
  const { budget } = site.reporter;
  budget.bytes(4 * inputs * columns, `${node}.weightIh`);
  budget.operations(inputs * columns * rank, `${node}.weightIh`);
  const data = new Float32Array(inputs * columns);
  for (let k = 0; k < inputs; k++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let r = 0; r < rank; r++) {
        sum += (first.data[k * rank + r] as number) * (second.data[r * columns + column] as number);
      }
      data[k * columns + column] = sum;
    }
  }
  return { parts: [first, second], data };
}
