import { PARAMETERS } from '../graph/activations.js';
import type { NodeSpec } from '../spec.js';
import { NAMES, PIECES } from './embedded/pieces.js';
import type { GraphRecipe } from './recipe.js';

/** What asks for streams. */
export const OF_STREAMS = [
  'step',
  'stepMany',
  'frames',
  'transform',
  'getState',
  'setState',
  'save',
  'restore',
  'fork',
] as const;

/** What callers may call of models and streams, and a file may be built without. */
export const METHODS = ['run', 'runNamed', 'createStream', ...OF_STREAMS, 'inputs', 'outputs', 'memory'] as const;

/** What looks inside of them, and is there where it is asked for. */
export const LOOKS = ['trace', 'summary', 'graph', 'layers'] as const;

export const ALL_METHODS = [...METHODS, ...LOOKS] as const;

export type Method = (typeof ALL_METHODS)[number];

type Texts = Readonly<Record<string, string>>;

/** What asks after times, where no value has another one than the run's: then there is nothing to be worked out. */
const PLAIN_TIMES: Texts = {
  __proto__: null as never,
  clockText: "()=>'time'",
  fixedTime: '()=>{}',
  openName: '()=>{}',
  timesteps: '(clock,{time})=>time',
};

/** What is called for token ids alone. */
const NO_IDS: Texts = { __proto__: null as never, checkIds: '()=>{}', copyInts: '()=>{}', isInts: '()=>!1' };

/** What is called for values alone that have axes of their file. */
const NO_LAYOUTS: Texts = { __proto__: null as never, placesOf: '()=>{}' };

/** Nobody asks for a trace. */
const NO_TRACE: Texts = { __proto__: null as never, traceInto: '()=>()=>{}' };

/** Nobody is shown what he could change. */
const NO_STRUCTURE: Texts = { __proto__: null as never, deepFreeze: '(value)=>value' };

/** Nobody asks for what is told of layers. */
const NO_LAYERS: Texts = { __proto__: null as never, told: '(layer)=>layer' };

/** What a model without a summary shows of itself. */
const NO_SUMMARY: Texts = {
  __proto__: null as never,
  headOf: '({graph:{name},build})=>"Model"+(name?" "+name:"")+" ("+build+"), built"',
};

/** Names by which a built file's code calls what it takes from the pieces; those asked for are noted. */
export class Code {
  readonly #wanted = new Set<number>();
  readonly #left: ReadonlySet<string>;
  readonly #graph: GraphRecipe;

  /** @param methods those to be had; default: all. */
  constructor(graph: GraphRecipe, methods: readonly Method[] = METHODS) {
    this.#graph = graph;
    this.#left = new Set(ALL_METHODS.filter((name) => !methods.includes(name)));
  }

  /** The name that something of `runtime/pieces.ts` has in the code. A fault of ours if there is none. */
  name(exported: string): string {
    const known = NAMES[exported];
    if (!known) throw new Error(`no piece exports ${exported}`);
    this.#wanted.add(known[1]);
    return known[0];
  }

  /** The statements that all names asked for need, in order. */
  text(): string {
    const has = new Set<number>();
    const methods = new Set<object>();
    const texts: string[] = [];
    // Written out, so that it needs nothing.
    const table = NAMES.NUMBERS?.[1];
    const instead = this.#instead();
    const add = (index: number): void => {
      if (has.has(index)) return;
      has.add(index);
      const { text = '', needs = [] } = PIECES[index] ?? {};
      texts.push(instead.get(index) ?? text);
      if (index !== table && !instead.has(index)) needs.forEach(add);
    };
    this.#wanted.forEach(add);
    // What was added may call methods, and what does something to a piece, or a method, may need others: until nothing more is needed.
    for (let size = -1; size !== has.size + methods.size; ) {
      size = has.size + methods.size;
      PIECES.forEach(({ of, text, methods: own = [] }, index) => {
        if (of !== undefined && has.has(of)) add(index);
        if (!has.has(index)) return;
        for (const method of own) {
          const within = [text, ...own.flatMap((other) => (methods.has(other) ? [other.text] : []))];
          if (methods.has(method) || !this.#keeps(method.name, within, texts)) continue;
          methods.add(method);
          texts.push(method.text);
          method.needs.forEach(add);
        }
      });
    }
    return PIECES.flatMap(({ text: whole, methods: own = [], end = '' }, index) => {
      const text = index === table ? activationsText(this.#graph.nodes, texts) : (instead.get(index) ?? whole);
      return has.has(index)
        ? [text + own.flatMap((method) => (methods.has(method) ? [method.text] : [])).join('') + end]
        : [];
    }).join('\n');
  }

  /** By number of a piece, a shorter text, for what a model like this never asks. */
  #instead(): ReadonlyMap<number, string> {
    const { nodes, values, inputs, layouts } = this.#graph;
    const ownTime =
      values.every(({ time }) => time === undefined) && nodes.every(({ type }) => OWN_TIME.includes(type));
    const without = (...looks: Method[]): boolean => looks.every((look) => this.#left.has(look));
    const texts: Texts = {
      __proto__: null as never,
      ...(ownTime && PLAIN_TIMES),
      ...(inputs.every(({ dtype }) => dtype === 'float32') && NO_IDS),
      ...(layouts.length === 0 && NO_LAYOUTS),
      ...(without('trace') && NO_TRACE),
      ...(without('graph', 'layers') && NO_STRUCTURE),
      ...(without('summary', 'layers') && NO_LAYERS),
      ...(without('summary') && NO_SUMMARY),
    };
    return new Map(
      Object.entries(texts).flatMap(([exported, text]): [number, string][] => {
        const [name, piece] = NAMES[exported] ?? [];
        return piece === undefined ? [] : [[piece, `const ${name}=${text};`]];
      }),
    );
  }

  /**
   * A method that callers know is there unless it is left out; one that they do not, where something names it.
   * @param within what is there of its class, which alone may name what is private to it.
   * @param texts all that is there.
   */
  #keeps(name: string, within: readonly string[], texts: readonly string[]): boolean {
    if (name.startsWith('#')) return within.some((text) => text.includes(`.${name}(`));
    if (name === 'many') return texts.some((text) => text.includes('.many('));
    return (
      name.split('|').some((method) => !this.#left.has(method)) || within.some((text) => text.includes(`this.${name}(`))
    );
  }
}

/**
 * The kernels' numbers of the activations that nodes name, and of those that the code does; all where it does anything but ask for one by
 * its name.
 */
function activationsText(nodes: readonly NodeSpec[], texts: readonly string[]): string {
  const table = NAMES.NUMBERS?.[0];
  const named = JSON.stringify(nodes);
  const all = texts.some((text) => !text.startsWith(`const ${table}=`) && text.match(/\w+\[?/g)?.includes(table ?? ''));
  const used = Object.keys(PARAMETERS)
    .map((name, id) => [name, id] as const)
    .filter(([name]) => all || named.includes(`"${name}"`) || texts.some((text) => text.includes(`\`${name}\``)));
  return `const ${table}=${JSON.stringify(Object.fromEntries(used))};`;
}

/** Types that are entries of a table of the pieces. */
const MERGES = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'maximum',
  'minimum',
  'average',
  'power',
  'equal',
  'less',
  'less_equal',
  'greater',
  'greater_equal',
  'concatenate',
];

const CELLS = ['lstm', 'gru', 'rnn', 'integer_lstm', 'rounded_lstm'];
/** Composed of kernels. */
const NEWER_CELLS = [
  'fast_grnn',
  'min_gru',
  'min_lstm',
  'sru',
  'ssru',
  'qrnn',
  'layer_norm_lstm',
  'cfc',
  'cfc_pure',
  'slstm',
  'ltc',
];

/** Types that never work out a time of their own: most models have no others. */
const OWN_TIME: readonly string[] = [
  ...CELLS,
  ...NEWER_CELLS,
  'bidirectional',
  'dense',
  'activation',
  'dropout',
  'embedding',
  'softmax',
];

/** The kinds of layer that nodes are of, as the code's text of a table. */
export function kindsText(nodes: readonly NodeSpec[], code: Code): string {
  const types = [...new Set(nodes.map(({ type }) => type))].sort();
  const entries = types.map((type) => {
    const own = nodes.filter((node) => node.type === type);
    const kind = kindText(type, own, code);
    const given = own.some((node) => 'lengths' in node && node.lengths);
    return `${type}: ${given ? `${code.name('withLengths')}(${kind})` : kind}`;
  });
  return `{ __proto__: null, ${entries.join(', ')} }`;
}

function kindText(type: NodeSpec['type'], nodes: readonly NodeSpec[], code: Code): string {
  const nameOf = (type: string): string =>
    code.name(type.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  const watched = (kind: string, cells: readonly string[]): string =>
    cells.some((cell) => NEWER_CELLS.includes(cell)) ? `${code.name('watched')}(${kind})` : kind;
  if (CELLS.includes(type) || NEWER_CELLS.includes(type))
    return watched(`${code.name('recurrent')}(${nameOf(type)})`, [type]);
  if (MERGES.includes(type)) return `${code.name('merges')}.${type}`;
  if (type !== 'bidirectional') return nameOf(type);
  const cells = nodes.flatMap((node) => (node.type === 'bidirectional' ? [node.forward.type, node.backward.type] : []));
  const table = [...new Set(cells)].map((cell) => `${cell}: ${nameOf(cell)}`);
  return watched(`${code.name('bidirectionalOf')}({ __proto__: null, ${table.join(', ')} })`, cells);
}
