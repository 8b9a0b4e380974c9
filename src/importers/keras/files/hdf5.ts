import { File as Hdf5File } from 'jsfive';
import { ImportError } from '../../../errors.js';
import { Budget, BYTES_PER_MAP } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { attributeAt } from './hdf5-attribute.js';
import { budgeted } from './hdf5-budget.js';
import { datasetOf } from './hdf5-dataset.js';
import { Heaps } from './hdf5-heap.js';
import type { Messages } from './hdf5-types.js';
import type { Stored } from './stored.js';

/** The part of jsfive that is used: groups, and where the messages of each object are. */
interface Item {
  readonly keys?: readonly string[];
  readonly _dataobjects: { readonly msgs: readonly (Map<string, number> | undefined)[] };
  get?(path: string): Item | null | undefined;
}
const ATTRIBUTE = 12;
const DEEPEST = 100;

/** An object that was opened. */
interface Opened {
  readonly part: string;
  readonly item: Item;
  /** Names of what it holds. */
  readonly keys: ReadonlySet<string>;
}

/** An HDF5 file. Whatever its reader throws becomes an ImportError. */
export class Hdf5 {
  readonly #view: DataView;
  readonly #heaps: Heaps;
  /**
   * From the root to what was opened last: the next is mostly beside it, and all objects together would take far more memory than
   * their file.
   */
  readonly #path: [root: Opened, ...groups: Opened[]];

  /** @param budget of the whole import. @throws {ImportError} not an HDF5 file; more of it than the budget has. */
  constructor(
    bytes: Uint8Array,
    private readonly name: string,
    private readonly budget = new Budget(bytes.length),
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#heaps = new Heaps(this.#view, budget, name);
    const open = () => new Hdf5File(budgeted(bytes, name, budget), name) as unknown as Item;
    this.#path = [guarded(name, 'not an HDF5 file', () => this.#opened('', open()))];
  }

  /** The text or texts in an attribute of a group. Keras cuts long lists into `name0`, `name1`, … */
  attribute(path: string, name: string): unknown {
    return guarded(this.name, `damaged attribute ${name}`, () => {
      const item = this.#item(path);
      if (!item) return undefined;
      const values = new Map(
        messagesOf(item)(ATTRIBUTE).map((position) => {
          const found = attributeAt(this.#view, position, this.#heaps, this.budget);
          return [found.name, found.value] as const;
        }),
      );
      const whole = values.get(name);
      if (whole || !values.has(`${name}0`)) return whole?.();
      const parts: unknown[] = [];
      for (let n = 0; values.has(`${name}${n}`); n++) parts.push(...asList(values.get(`${name}${n}`)?.()));
      return parts;
    });
  }

  /** A list of names. */
  names(path: string, attribute: string): string[] {
    const value = this.attribute(path, attribute);
    if (value === undefined) refuse(this.name, `no ${attribute} in ${path || '/'}`, 'a list of names', 'nothing');
    return asList(value).map(String);
  }

  /** Names of what a group holds; none of what is no group. */
  keys(path: string): string[] {
    return guarded(this.name, 'damaged groups', () => [
      ...(this.#item(path) ? (this.#path.at(-1) as Opened).keys : []),
    ]);
  }

  has(path: string): boolean {
    return guarded(this.name, 'damaged groups', () => (this.#item(path) ?? this.#item(onWindows(path))) !== undefined);
  }

  /** @throws {ImportError} no such dataset, not numbers, or a size that the file cannot hold. */
  read(path: string): Stored {
    const where = `${this.name}, ${JSON.stringify(path)}`;
    const item = guarded(where, 'damaged groups', () => this.#item(path) ?? this.#item(onWindows(path)));
    if (!item) return refuse(where, 'no such dataset', 'an array of weights', 'nothing');
    return guarded(where, 'a damaged dataset', () => ({
      name: path,
      ...datasetOf(this.#view, messagesOf(item), where, this.budget),
    }));
  }

  #item(path: string): Item | undefined {
    const parts = path.split('/').filter((part) => part !== '');
    // A group may hold itself, so that a path never ends by itself.
    if (parts.length > DEEPEST) refuse(this.name, 'groups nested too deep', `at most ${DEEPEST}`, `${parts.length}`);
    let shared = 0;
    while (shared < parts.length && this.#path[shared + 1]?.part === parts[shared]) shared++;
    let last = this.#path[shared] as Opened;
    for (const [index, part] of parts.slice(shared).entries()) {
      const next = last.keys.has(part) ? last.item.get?.(part) : undefined;
      // What is not there closes nothing: it is often asked for.
      if (!next) return undefined;
      last = this.#opened(part, next);
      this.#path.length = shared + 1 + index;
      this.#path.push(last);
    }
    return last.item;
  }

  #opened(part: string, item: Item): Opened {
    // Every message of its header is a map.
    this.budget.bytes(BYTES_PER_MAP * (1 + item._dataobjects.msgs.length), this.name);
    return { part, item, keys: new Set(item.get && item.keys) };
  }
}

/** Before Keras 3, Windows wrote the path of a layer as one name with backslashes. */
const onWindows = (path: string): string => {
  const end = path.lastIndexOf('/vars/');
  return path.slice(0, end).replaceAll('/', '\\') + path.slice(end);
};

const messagesOf =
  ({ _dataobjects: { msgs } }: Item): Messages =>
  (type) =>
    msgs.flatMap((message) => (message?.get('type') === type ? [message.get('offset_to_message') as number] : []));

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

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
