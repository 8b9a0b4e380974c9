import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { BOOL, FLOAT, INT32, INT64, type NodeDef, type TfAttr, typeName } from './proto.js';

/** The values that an attribute may have one of; `type` is a number of types.proto. */
type Kind = 's' | 'i' | 'f' | 'b' | 'type' | 'list' | 'shape' | 'tensor' | 'func';
const KINDS: readonly Kind[] = ['s', 'i', 'f', 'b', 'type', 'list', 'shape', 'tensor', 'func'];

/** Types that operators compute in as they do here. */
const COMPUTED: ReadonlySet<number> = new Set([FLOAT, INT32, INT64, BOOL]);

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice());

/** A node's attributes, each asked for by name; what nobody asked for is refused at the end, but for what says types and what begins with `_`. */
export class Attributes {
  readonly #all = new Map<string, TfAttr>();
  readonly #asked = new Set<string>();

  /** @param note told of every value that the file states or the operator's definition fills in. */
  constructor(
    readonly where: string,
    { attr }: NodeDef,
    private readonly note: (name: string, value: unknown, stated: boolean) => void,
  ) {
    for (const { key, value } of attr) {
      if (this.#all.has(key)) refuse(where, 'two attributes of one name', 'each name once', key);
      if (value) this.#all.set(key, value);
    }
  }

  int = (name: string, otherwise?: number): number => this.#get(name, 'i', ({ i }) => i as number, otherwise);
  float = (name: string, otherwise?: number): number => this.#get(name, 'f', ({ f }) => f as number, otherwise);
  flag = (name: string, otherwise?: boolean): boolean => this.#get(name, 'b', ({ b }) => b !== 0, otherwise);
  string = (name: string, otherwise?: string): string =>
    this.#get(name, 's', ({ s }) => text(s as Uint8Array), otherwise);
  /** A number of types.proto. */
  type = (name: string, otherwise?: number): number => this.#get(name, 'type', ({ type }) => type as number, otherwise);
  ints = (name: string, otherwise?: readonly number[]): readonly number[] =>
    this.#get(name, 'list', ({ list }) => list?.i as readonly number[], otherwise);
  tensor = (name: string): NonNullable<TfAttr['tensor']> =>
    this.#find(name, 'tensor')?.tensor ?? refuse(this.where, `no ${name}`, 'a tensor');

  /** Attributes that change nothing here. */
  ignore(...names: readonly string[]): this {
    for (const name of names) this.#asked.add(name);
    return this;
  }

  /** @throws {ImportError} an attribute is left that the operator here does not know, or numbers of a type that are computed otherwise. */
  finish(): void {
    for (const [name, value] of this.#all) {
      if (this.#asked.has(name) || name.startsWith('_')) continue;
      const types = value.type === undefined ? value.list?.type : [value.type];
      const others = types?.find((type) => !COMPUTED.has(type));
      if (others !== undefined)
        refuse(
          this.where,
          'a type that is not computed in',
          [...COMPUTED].map(typeName).join(', '),
          `${name}: ${typeName(others)}`,
        );
      if (value.type === undefined && !value.list?.type.length)
        refuse(this.where, 'an attribute that is not honoured', [...this.#asked].join(', '), name);
    }
  }

  #find(name: string, kind: Kind): TfAttr | undefined {
    this.#asked.add(name);
    const found = this.#all.get(name);
    if (!found) return undefined;
    for (const message of [found, found.list, found.shape, found.tensor, found.func])
      if (message) refuseForeign(this.where, message);
    const held = KINDS.filter((own) => found[own] !== undefined);
    if (`${held}` !== kind) refuse(this.where, `attribute ${name} is of another kind`, kind, held.join(', '));
    return found;
  }

  #get<T>(name: string, kind: Kind, read: (value: TfAttr) => T, otherwise: T | undefined): T {
    const found = this.#find(name, kind);
    const value = found ? read(found) : otherwise;
    if (value === undefined) refuse(this.where, `no ${name}`, 'an attribute that is', 'nothing');
    this.note(name, value, found !== undefined);
    return value;
  }
}
