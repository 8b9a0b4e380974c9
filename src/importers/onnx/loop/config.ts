import type { CellConfig } from '../../../spec.js';
import type { Context } from '../context.js';
import type { FoundCell } from './cells.js';

/** Names of what the gates are sums of, and how many numbers each has. */
interface Parts {
  readonly x: string;
  readonly input: number;
  readonly h: string;
  /** How many numbers h has, which an LSTM may make of more units. */
  readonly width: number;
  readonly units: number;
}

/** A found cell as the spec has it, with its tensors. */
export function configOf(
  name: string,
  ctx: Context,
  cell: FoundCell,
  { x, input, h, width, units }: Parts,
): CellConfig {
  /** One block of rows for each gate; zeros for a gate that has none. */
  const stacked = (blocks: readonly (Float32Array | undefined)[], columns: number): Float32Array => {
    const rows = new Float32Array(blocks.length * units * columns);
    blocks.forEach((block, gate) => {
      if (block) rows.set(block, gate * units * columns);
    });
    return rows;
  };
  const gates = cell.gates.map(({ linear }) => linear);
  const hidden = gates.map(({ parts }) => parts.get(h));
  const recurrent = cell.type === 'gru' ? cell.recurrent : undefined;
  if (recurrent) hidden[2] = recurrent.weight;
  const tensor = (field: string, shape: number[], data: Float32Array): string =>
    ctx.tensor(`${name}.${field}`, shape, data);
  const rows = gates.length * units;
  const biasHh = recurrent?.bias && tensor('biasHh', [rows], stacked([undefined, undefined, recurrent.bias], 1));
  const inputs = gates.map(({ parts }) => parts.get(x));
  const biases = gates.map(({ bias }) => bias);
  const tensors = {
    weightIh: tensor('weightIh', [rows, input], stacked(inputs, input)),
    weightHh: tensor('weightHh', [rows, width], stacked(hidden, width)),
    biasIh: tensor('biasIh', [rows], stacked(biases, 1)),
    ...(biasHh && { biasHh }),
  };
  const common = { units, tensors };
  switch (cell.type) {
    case 'rnn':
      return { type: 'rnn', ...common, activation: cell.gates[0].activation };
    case 'gru': {
      const [r, z, n] = cell.gates;
      const activations = { r: r.activation, z: z.activation, n: n.activation };
      return { type: 'gru', ...common, resetAfter: cell.resetAfter, activations };
    }
    case 'lstm': {
      const [i, f, g, o] = cell.gates;
      const activations = {
        i: i.activation,
        f: f.activation,
        g: g.activation,
        o: o.activation,
        output: cell.output,
      };
      const peepholes = [i, f, o].map(({ peephole }) => peephole);
      const { cellClip, projection } = cell;
      return {
        type: 'lstm',
        units,
        tensors: {
          ...tensors,
          ...(peepholes.some(Boolean) && { peephole: tensor('peephole', [3 * units], stacked(peepholes, 1)) }),
          ...(projection && { weightHr: tensor('weightHr', [width, units], projection) }),
        },
        activations,
        ...(cellClip !== undefined && { cellClip }),
        ...(projection && { projection: width }),
      };
    }
  }
}
