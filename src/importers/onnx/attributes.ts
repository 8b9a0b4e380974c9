import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { refuseTwice } from './names.js';
import type { Attribute, Graph, Node } from './proto/messages.js';
import { readTensor, type Sources } from './tensor.js';
import type { Constant } from './value.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice());

/** AttributeProto.AttributeType, by number. */
const KINDS = ['UNDEFINED', 'FLOAT', 'INT', 'STRING', 'TENSOR', 'GRAPH', 'FLOATS', 'INTS', 'STRINGS'] as const;

/** The kinds of which an attribute has a value: files need not say its type, and what is 0 or empty need not be written. */
function held({ f, i, s, t, g, floats, ints, strings }: Attribute): (typeof KINDS)[number][] {
  const all = {
    FLOAT: f !== 0,
    INT: i !== 0,
    STRING: s.length > 0,
    TENSOR: t !== undefined,
    GRAPH: g !== undefined,
    FLOATS: floats.length > 0,
    INTS: ints.length > 0,
    STRINGS: strings.length > 0,
  };
  return KINDS.filter((kind) => kind !== 'UNDEFINED' && all[kind]);
}

/** A node's attributes, each asked for by name; what nobody asked for is refused at the end. */
export class Attributes {
  readonly #all: Map<string, Attribute>;
  readonly #asked = new Set<string>();

  constructor(
    readonly where: string,
    { attribute }: Node,
    private readonly sources: Sources,
    /** Told of every value that the file states or a rule fills in. */
    private readonly note: (name: string, value: unknown, given: boolean) => void,
  ) {
    this.#all = new Map(attribute.map((own) => [own.name, own]));
    refuseTwice(
      where,
      'attributes',
      attribute.map(({ name }) => name),
    );
  }

  /** Of the same node, no attributes: those of an operator that it is made of. */
  none(): Attributes {
    return new Attributes(this.where, { attribute: [] } as unknown as Node, this.sources, () => {});
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  int<Default extends number | undefined>(name: string, otherwise: Default): number | Default {
    return this.#get(name, 'INT', ({ i }) => i, otherwise);
  }

  /** 0 or 1. What others mean by another number differs. */
  flag(name: string, otherwise: boolean): boolean {
    const n = this.int(name, otherwise ? 1 : 0);
    if (n !== 0 && n !== 1) refuse(this.where, `attribute ${name} is neither 0 nor 1`, '0 or 1', `${n}`);
    return n === 1;
  }

  ints<Default extends readonly number[] | undefined>(name: string, otherwise: Default): readonly number[] | Default {
    return this.#get(name, 'INTS', ({ ints }) => ints, otherwise);
  }

  float<Default extends number | undefined>(name: string, otherwise: Default): number | Default {
    return this.#get(name, 'FLOAT', ({ f }) => f, otherwise);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name, 'FLOATS', ({ floats }) => floats, undefined);
  }

  string<Default extends string | undefined>(name: string, otherwise: Default): string | Default {
    return this.#get(name, 'STRING', ({ s }) => text(s), otherwise);
  }

  strings(name: string): readonly string[] | undefined {
    return this.#get(name, 'STRINGS', ({ strings }) => strings.map(text), undefined);
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.#find(name, 'TENSOR')?.t;
    return tensor && readTensor(tensor, this.sources);
  }

  graph(name: string): Graph {
    return this.#find(name, 'GRAPH')?.g ?? refuse(this.where, `no ${name}`, 'a graph');
  }

  /** Attributes that change nothing here. */
  ignore(...names: string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** @throws {ImportError} an attribute is left that the operator here does not know. */
  finish(): void {
    for (const [name] of this.#all) {
      if (!this.#asked.has(name))
        refuse(this.where, `an attribute that is not honoured: ${name}`, [...this.#asked].join(', '), name);
    }
  }

  /** @throws {ImportError} the attribute holds something else. */
  #find(name: string, kind: (typeof KINDS)[number]): Attribute | undefined {
    this.#asked.add(name);
    const found = this.#all.get(name);
    if (!found) return undefined;
    refuseForeign(this.where, found);
    if (found.refAttrName !== '')
      refuse(this.where, `attribute ${name} is that of a function`, 'a value', found.refAttrName);
    if (found.type !== 0 && KINDS[found.type] !== kind)
      refuse(this.where, `attribute ${name} is of another kind`, kind, KINDS[found.type] ?? `${found.type}`);
    const other = held(found).find((own) => own !== kind);
    if (other !== undefined) refuse(this.where, `attribute ${name} is of another kind`, kind, other);
    return found;
  }

  #get<Kind, Default>(
    name: string,
    kind: (typeof KINDS)[number],
    read: (attribute: Attribute) => Kind,
    otherwise: Default,
  ): Kind | Default {
    const found = this.#find(name, kind);
    const value = found ? read(found) : otherwise;
    if (value !== undefined) this.note(name, value, found !== undefined);
    return value;
  }
}
