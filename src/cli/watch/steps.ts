import { InputError, type Model, type Trace } from '../../index.js';
import type { TracedMap } from '../../view/index.js';
import type { WatchedLayer } from '../../view/live.js';
import type { RunFlags } from '../flags.js';
import type { Given } from '../input/table.js';
import { pieces } from '../run/pieces.js';
import { everything, rowAfterRow } from '../run/plan.js';

/** A gate, a state or an output of the layer. */
export type Part = Pick<TracedMap, 'name' | 'meaning' | 'kind' | 'rows'>;

/** One timestep: the numbers of each part, `[rows]`. */
export type Step = readonly Float32Array[];

export interface StepsOptions {
  /** Of the batch. */
  readonly row: number;
  /** Each timestep is computed when it is asked for, as somebody looks on; not in pieces, which is faster. */
  readonly alone: boolean;
}

/** Numbers of a piece that is traced at once. */
const PIECE = 1 << 18;

/** What a layer does, timestep by timestep, as far as it is asked for: a table is read as it comes, what is none is run as a whole. */
export class Steps {
  /** What the numbers of a step are; known with the first of them. */
  parts: readonly Part[] = [];
  readonly #steps: AsyncGenerator<Step, void>;

  constructor(layer: WatchedLayer, given: Given, flags: RunFlags, options: StepsOptions) {
    this.#steps = this.#read(layer, traces(layer.model, given, flags, options.alone), options.row);
  }

  /** @returns undefined at the end. @throws {InputError} what is no input of the model. */
  async next(): Promise<Step | undefined> {
    const { value } = await this.#steps.next();
    return value ?? undefined;
  }

  async *#read(layer: WatchedLayer, source: AsyncIterable<Trace>, row: number): AsyncGenerator<Step, void> {
    for await (const trace of source) {
      const maps = layer.maps(trace);
      this.parts = maps;
      for (let column = 0; maps.some(({ columns }) => column < columns); column++) {
        yield maps.map((map) => columnOf(map, row, column));
      }
    }
  }
}

/** @throws {InputError} no such row. */
function columnOf({ data, columns, rows }: TracedMap, row: number, column: number): Float32Array {
  const batch = data.length / (columns * rows);
  if (!(row >= 0 && row < batch))
    throw new InputError('no such row', { where: '--row', expected: `0 to ${batch - 1}`, got: `${row}` });
  // Outputs of other timesteps than their fellows may end before them.
  if (column >= columns) return new Float32Array(rows).fill(Number.NaN);
  const from = (row * columns + column) * rows;
  return data.slice(from, from + rows);
}

async function* traces(model: Model, given: Given, flags: RunFlags, alone: boolean): AsyncGenerator<Trace> {
  const table = rowAfterRow(model, given, flags);
  if (!table) {
    yield model.trace(...(await everything(model, given, flags)));
    return;
  }
  const cells = model.layers.flatMap((layer) => layer.cells);
  const numbers = cells.reduce((sum, { units, gates }) => sum + units * (gates.length + 2), 1);
  // A row of a model without times is a timestep by itself.
  const single = alone || model.inputs.every(({ kind }) => kind === 'vector');
  const stream = model.createStream();
  for await (const [inputs] of pieces(model, table, flags.columns, single ? 1 : Math.ceil(PIECE / numbers)))
    yield stream.trace(inputs);
}
