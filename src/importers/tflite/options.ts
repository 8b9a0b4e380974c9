import type { Table } from '../formats/flatbuffers.js';
import { refuse } from '../shared/refuse.js';
import { OPTIONS, TYPES } from './operators.js';

/** An operator's options, each asked for by the number that the schema gives its field; what nobody asked for is refused at the end. */
export class Options {
  readonly #asked = new Map<number, string>();
  readonly #table: Table | undefined;

  /**
   * @param types tables of the schema that the operator may have its options in; most have one, and need not have it.
   * @param note told of every value.
   */
  constructor(
    readonly where: string,
    given: { readonly optionsType: string; readonly options: Table | undefined },
    private readonly note: (name: string, value: unknown, stated: boolean) => void,
  ) {
    this.#table = given.options;
    this.type = given.optionsType;
  }

  readonly type: string;

  /** @throws {ImportError} options of another operator. */
  expect(...types: string[]): this {
    if (this.type !== '' && !types.includes(this.type))
      refuse(this.where, 'options of another operator', types.join(' or ') || 'none', this.type || OPTIONS[0]);
    return this;
  }

  /** As `expect`, of operators whose kernel does not run without its options. @throws {ImportError} none. */
  need(type: string): this {
    if (this.type === '') refuse(this.where, 'an operator without options', type, 'none');
    return this.expect(type);
  }

  int = (field: number, name: string, otherwise = 0): number =>
    this.#get(field, name, otherwise, (table) => table.i32(field, otherwise));
  byte = (field: number, name: string, otherwise = 0): number =>
    this.#get(field, name, otherwise, (table) => table.i8(field, otherwise));
  float = (field: number, name: string, otherwise = 0): number =>
    this.#get(field, name, otherwise, (table) => table.f32(field, otherwise));
  flag = (field: number, name: string, otherwise = false): boolean =>
    this.#get(field, name, otherwise, (table) => table.u8(field, otherwise ? 1 : 0) !== 0);
  ints = (field: number, name: string): readonly number[] =>
    this.#get(field, name, [] as readonly number[], (table) => table.i32s(field));
  type_ = (field: number, name: string): string =>
    this.#get(field, name, 'FLOAT32', (table) => TYPES[table.i8(field)]?.[0] ?? `${table.i8(field)}`);

  /** Options that change nothing here. */
  ignore(...fields: readonly number[]): void {
    for (const field of fields) this.#asked.set(field, `field ${field}`);
  }

  /** @throws {ImportError} an option is left that the operator here does not know. */
  finish(): void {
    for (let field = 0; field < (this.#table?.fields ?? 0); field++)
      if (this.#table?.has(field) && !this.#asked.has(field))
        refuse(this.where, 'an option that is not honoured', [...this.#asked.values()].join(', '), `field ${field}`);
  }

  #get<T>(field: number, name: string, otherwise: T, read: (table: Table) => T): T {
    this.#asked.set(field, name);
    const value = this.#table ? read(this.#table) : otherwise;
    this.note(name, value, this.#table?.has(field) === true);
    return value;
  }
}
