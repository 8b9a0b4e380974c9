import { InputError, type ModelValue, type Tensor } from '../../index.js';
import { columnsOf } from '../input/columns.js';
import type { Given, Table, Value } from '../input/table.js';
import type { Part } from '../output/part.js';

/** How far an output is from what it should be. */
export interface Difference {
  readonly output: string;
  readonly shape: readonly number[];
  /** Of |got - expected|; Infinity where one of them is NaN, or they are different infinities. */
  readonly largest: number;
  /** Where that is, and the numbers there. */
  readonly at: readonly number[];
  readonly got: number;
  readonly expected: number;
  readonly rms: number;
}

interface Expected {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * What a file of expected outputs holds, by output.
 * @throws {InputError} a table whose columns are not the outputs'; by the function: an output that it has not, what is no array.
 */
export async function expectedOf(outputs: readonly ModelValue[], given: Given): Promise<(name: string) => Expected> {
  const { where, array, arrays } = given;
  if (arrays && (outputs.length > 1 || !array))
    return (name) => {
      const value = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
      if (value) return shaped(value, `${where}, ${JSON.stringify(name)}`);
      throw new InputError('an output that is missing', { where, expected: name, got: Object.keys(arrays).join(', ') });
    };
  if (array && outputs.length === 1) {
    const only = shaped(await array(), where);
    return () => only;
  }
  const byName = await columnsByOutput(outputs, given.table as Table);
  return (name) => byName.get(name) as Expected;
}

async function columnsByOutput(outputs: readonly ModelValue[], table: Table): Promise<Map<string, Expected>> {
  const columns = columnsOf(outputs, table, undefined);
  const width = columns.flat().length;
  const numbers: number[][] = outputs.map(() => []);
  try {
    for await (const piece of table.read(columns.flat(), 1024, Float32Array))
      for (let at = 0; at < piece.length; at += width) {
        let first = at;
        columns.forEach(({ length }, index) => {
          for (let k = 0; k < length; k++) numbers[index]?.push(piece[first++] as number);
        });
      }
  } finally {
    await table.close?.();
  }
  return new Map(
    outputs.map(({ name, features }, index) => {
      const data = numbers[index] as number[];
      return [name, { shape: [data.length / features, features], data }];
    }),
  );
}

/** @throws {InputError} ragged, or no numbers. */
function shaped(value: Value, where: string): Expected {
  if (ArrayBuffer.isView((value as Partial<Tensor>).data)) return value as Expected;
  const { shape, data } = Array.isArray(value) ? flattened(value) : (value as { shape: number[]; data: number[] });
  const size = shape.reduce((product, n) => product * n, 1);
  const odd = data.find((number) => typeof number !== 'number');
  if (data.length === size && odd === undefined) return { shape, data };
  const got = odd === undefined ? `${data.length} numbers` : JSON.stringify(odd);
  throw new InputError('not an array of numbers', { where, expected: `${size} for [${shape.join(', ')}]`, got });
}

function flattened(value: readonly unknown[]): { shape: number[]; data: number[] } {
  const shape: number[] = [];
  for (let inner: unknown = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return { shape, data: value.flat(Number.POSITIVE_INFINITY) as number[] };
}

const withoutOnes = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join(', ');

/** @throws {InputError} other shapes, but for axes of length 1. */
export function difference({ name, shape, data }: Part, expected: Expected, file: string): Difference {
  if (withoutOnes(shape) !== withoutOnes(expected.shape) || data.length !== expected.data.length) {
    const where = `file ${JSON.stringify(file)}, output ${JSON.stringify(name)}`;
    const got = `[${expected.shape.join(', ')}]`;
    throw new InputError('wrong shape', { where, expected: `[${shape.join(', ')}], as the model gives`, got });
  }
  let [largest, worst, squares] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const error = distance(data[i] as number, Math.fround(expected.data[i] as number));
    squares += error * error;
    if (error > largest) [largest, worst] = [error, i];
  }
  return {
    output: name,
    shape,
    largest,
    at: placeOf(worst, shape),
    got: data[worst] as number,
    expected: expected.data[worst] as number,
    rms: Math.sqrt(squares / Math.max(1, data.length)),
  };
}

/** Of float32. NaN is as far from everything but NaN as can be. */
function distance(got: number, expected: number): number {
  if (got === expected || (Number.isNaN(got) && Number.isNaN(expected))) return 0;
  const error = Math.abs(got - expected);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
