import type { Model, ModelSpec, ModelValue, Tensor } from '../../index.js';
import { UsageError } from '../faults.js';
import type { Given, Numbers, Table, Value } from '../input/table.js';
import { gathered, pieces, rowsOfEach } from './pieces.js';
import { isUsual, partsOf, type Run } from './run.js';

interface Work {
  readonly model: Model;
  readonly spec: ModelSpec;
  readonly given: Given;
  readonly columns: string | undefined;
  readonly batch: number | undefined;
  readonly workers: number;
}

type Sequence = Readonly<Record<string, Value | Numbers>>;

/**
 * The sequences of a batch, each by itself, on several cores: of a table with `--batch`, or of arrays of as many axes. They are read as they are
 * wanted, where the file says how many rows it has. What comes out has the bits and the order of one run.
 * @throws {UsageError} one sequence, which no second core could begin with; a model whose file has other axes.
 */
export function onWorkers({ model, spec, given, columns, batch, workers }: Work): Run {
  const { table } = given;
  if (![...model.inputs, ...model.outputs].every(isUsual))
    throw new UsageError('--workers: for values of batch, time and features, in this order');
  if (table && batch === undefined && !given.array)
    throw new UsageError('--workers: a single sequence; expected several, which --batch says');
  return {
    growth: 'batch',
    async run(output, done) {
      const sequences =
        table && batch !== undefined ? ofTable(model, table, columns, batch) : await ofArrays(model.inputs, given);
      const { createPool } = await import('../../many/node.js');
      const pool = await createPool(spec, { workers, build: model.build });
      try {
        for await (const result of pool.runEach(sequences)) {
          if (result instanceof Error) throw result;
          await output(partsOf(result));
          done(table && batch !== undefined ? (table.rows ?? 0) / batch : 0);
        }
      } finally {
        await pool.dispose();
      }
    },
  };
}

async function* ofTable(
  model: Model,
  table: Table,
  columns: string | undefined,
  batch: number,
): AsyncGenerator<Readonly<Record<string, Numbers>>> {
  if (table.rows !== undefined) {
    const each = rowsOfEach(table.rows, batch, table);
    for await (const [inputs] of pieces(model, table, columns, each)) yield inputs;
    return;
  }
  const [whole] = await gathered(model, table, columns, batch);
  for (let row = 0; row < batch; row++)
    yield Object.fromEntries(
      Object.entries(whole).map(([name, numbers]) => {
        const length = numbers.length / batch;
        return [name, numbers.subarray(row * length, (row + 1) * length)];
      }),
    );
}

/** @throws {UsageError} arrays that are no batch. */
async function ofArrays(inputs: readonly ModelValue[], given: Given): Promise<Sequence[]> {
  const [only] = inputs;
  const named = given.array && inputs.length === 1 && only ? { [only.name]: await given.array() } : given.arrays;
  const rows = inputs.map((input) => {
    const value = Object.hasOwn(named ?? {}, input.name) ? named?.[input.name] : undefined;
    return [input.name, value === undefined ? [] : rowsOf(input, value)] as const;
  });
  const count = rows[0]?.[1].length ?? 0;
  if (count === 0 || rows.some(([, values]) => values.length !== count))
    throw new UsageError('--workers: a single sequence; expected arrays of several, the batch as their first axis');
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(rows.map(([name, values]) => [name, values[row] as Value])),
  );
}

/** The rows of a batch; none of an array that is a single sequence. */
function rowsOf({ kind, dtype }: ModelValue, value: Value): Value[] {
  const axes = kind === 'sequence' ? 3 : 2;
  if (Array.isArray(value)) return depthOf(value) === axes ? (value as Value[]) : [];
  const { data, shape } = value as Tensor;
  const [batch = 0, ...rest] = shape;
  // Token ids may be without the axis of their features, which is of length 1.
  if (shape.length !== axes && !(dtype === 'int32' && shape.length === axes - 1 && rest[0] !== 1)) return [];
  const numbers = data as Numbers;
  const length = numbers.length / batch;
  return Array.from({ length: batch }, (_, row) => ({
    data: Array.prototype.slice.call(numbers, row * length, (row + 1) * length) as number[],
    shape: rest,
  }));
}

const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0);
