import { refuse } from '../shared/refuse.js';
import type { Attribute, Graph, Node } from './proto/messages.js';
import { type Files, readTensor } from './tensor.js';
import type { Constant } from './value.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice());

/** A node's attributes, each asked for by name; what nobody asked for is refused at the end. */
export class Attributes {
  readonly #all: Map<string, Attribute>;
  readonly #asked = new Set<string>();

  constructor(
    readonly where: string,
    { attribute }: Node,
    private readonly files: Files,
    /** Told of every value that the file states or a rule fills in. */
    private readonly note: (name: string, value: unknown, given: boolean) => void,
  ) {
    this.#all = new Map(attribute.map((own) => [own.name, own]));
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  int<Default extends number | undefined>(name: string, otherwise: Default): number | Default {
    return this.#get(name, ({ i }) => i, otherwise);
  }

  ints<Default extends readonly number[] | undefined>(name: string, otherwise: Default): readonly number[] | Default {
    return this.#get(name, ({ ints }) => ints, otherwise);
  }

  float<Default extends number | undefined>(name: string, otherwise: Default): number | Default {
    return this.#get(name, ({ f }) => f, otherwise);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name, ({ floats }) => floats, undefined);
  }

  string<Default extends string | undefined>(name: string, otherwise: Default): string | Default {
    return this.#get(name, ({ s }) => text(s), otherwise);
  }

  strings(name: string): readonly string[] | undefined {
    return this.#get(name, ({ strings }) => strings.map(text), undefined);
  }

  tensor(name: string): Constant | undefined {
    this.#asked.add(name);
    const tensor = this.#all.get(name)?.t;
    return tensor && readTensor(tensor, this.files);
  }

  graph(name: string): Graph {
    this.#asked.add(name);
    return this.#all.get(name)?.g ?? refuse(this.where, `no ${name}`, 'a graph');
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

  #get<Kind, Default>(name: string, read: (attribute: Attribute) => Kind, otherwise: Default): Kind | Default {
    this.#asked.add(name);
    const found = this.#all.get(name);
    const value = found ? read(found) : otherwise;
    if (value !== undefined) this.note(name, value, found !== undefined);
    return value;
  }
}
