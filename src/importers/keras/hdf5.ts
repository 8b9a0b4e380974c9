import { File as Hdf5File } from 'jsfive';
import { ImportError } from '../../errors.js';
import { refuse } from './refuse.js';
import type { Stored } from './weights.js';

/** What deflate can make of a byte at most; a dataset that declares more than this many times the file lies. */
const MOST_EXPANSION = 1040;

/** The part of jsfive that is used. */
interface Item {
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly keys?: readonly string[];
  readonly shape?: readonly number[];
  readonly dtype?: unknown;
  readonly value?: ArrayLike<number>;
  get?(path: string): Item | null | undefined;
}

/** An HDF5 file. Whatever its reader throws becomes an ImportError. */
export class Hdf5 {
  readonly #root: Item;
  readonly #bytes: number;

  /** @throws {ImportError} not an HDF5 file. */
  constructor(
    bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.#bytes = bytes.length;
    // A Buffer of Node shares what slice() gives.
    const copy = new Uint8Array(bytes).buffer;
    this.#root = guarded(name, 'not an HDF5 file', () => new Hdf5File(copy, name) as unknown as Item);
  }

  /** An attribute of a group. Keras cuts long lists into `name0`, `name1`, … */
  attribute(path: string, name: string): unknown {
    const attrs = guarded(this.name, 'damaged attributes', () => this.#at(path)?.attrs);
    if (!attrs) return undefined;
    return guarded(this.name, `damaged attribute ${name}`, () => {
      if (attrs[name] !== undefined || attrs[`${name}0`] === undefined) return attrs[name];
      const parts: unknown[] = [];
      for (let n = 0; attrs[`${name}${n}`] !== undefined; n++) parts.push(...asList(attrs[`${name}${n}`]));
      return parts;
    });
  }

  /** A list of names. */
  names(path: string, attribute: string): string[] {
    const value = this.attribute(path, attribute);
    if (value === undefined) refuse(this.name, `no ${attribute} in ${path || '/'}`, 'a list of names', 'nothing');
    return asList(value).map((one) => String(one).replace(/\0+$/, ''));
  }

  has(path: string): boolean {
    return guarded(this.name, 'damaged groups', () => this.#at(path) !== undefined);
  }

  /** @throws {ImportError} no such dataset, not numbers, or a size that the file cannot hold. */
  read(path: string): Stored {
    const where = `${this.name}, ${JSON.stringify(path)}`;
    const item = guarded(where, 'damaged groups', () => this.#at(path));
    const shape = guarded(where, 'a damaged dataset', () => item?.shape);
    if (!item || !Array.isArray(shape))
      return refuse(where, 'no such dataset', 'an array of weights', item ? 'a group' : 'nothing');
    const dtype = guarded(where, 'a damaged dataset', () => item.dtype);
    if (typeof dtype !== 'string' || !/^[<>|=]?[fiu][1248]$/.test(dtype))
      refuse(where, 'a type that is not honoured', 'floats or whole numbers', String(dtype));
    const length = shape.reduce((product, n) => product * n, 1);
    if (
      !Number.isSafeInteger(length) ||
      length < 0 ||
      length * Number(dtype.slice(-1)) > this.#bytes * MOST_EXPANSION
    ) {
      refuse(
        where,
        'more numbers than the file can hold',
        `at most ${this.#bytes * MOST_EXPANSION} bytes`,
        `(${shape.join(', ')}) ${dtype}`,
      );
    }
    const value = guarded(where, 'a damaged dataset', () => item.value);
    const data = Float32Array.from((value ?? []) as ArrayLike<number>, Number);
    if (data.length !== length) refuse(where, 'wrong size', `${length} numbers`, `${data.length}`);
    return { name: path, shape: [...shape], data };
  }

  #at(path: string): Item | undefined {
    let item: Item | null | undefined = this.#root;
    for (const part of path.split('/').filter((one) => one !== '')) {
      if (!item?.get || !item.keys?.includes(part)) return undefined;
      item = item.get(part);
    }
    return item ?? undefined;
  }
}

const asList = (value: unknown): unknown[] =>
  Array.isArray(value)
    ? value
    : ArrayBuffer.isView(value)
      ? Array.from(value as unknown as ArrayLike<unknown>)
      : [value];

function guarded<Result>(where: string, message: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError(message, {
      where,
      expected: 'HDF5 as Keras writes it',
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
