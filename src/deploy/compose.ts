import type { NodeSpec } from '../spec.js';
import { NAMES, PIECES } from './embedded/pieces.js';

/** Names by which a built file's code calls what it takes from the pieces; those asked for are noted. */
export class Code {
  readonly #wanted = new Set<number>();

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
    const add = (index: number): void => {
      if (has.has(index)) return;
      has.add(index);
      for (const need of PIECES[index]?.needs ?? []) add(need);
    };
    for (const index of this.#wanted) add(index);
    // What does something to a piece that is there may need others, which are there then too.
    for (let size = 0; size !== has.size; ) {
      size = has.size;
      PIECES.forEach(({ of }, index) => {
        if (of !== undefined && has.has(of)) add(index);
      });
    }
    return PIECES.filter((_, index) => has.has(index))
      .map(({ text }) => text)
      .join('\n');
  }
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

const CELLS = ['lstm', 'gru', 'rnn'];

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
  if (CELLS.includes(type)) return `${code.name('recurrent')}(${code.name(type)})`;
  if (MERGES.includes(type)) return `${code.name('merges')}.${type}`;
  if (type !== 'bidirectional') return code.name(type.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  const cells = nodes.flatMap((node) => (node.type === 'bidirectional' ? [node.forward.type, node.backward.type] : []));
  const table = [...new Set(cells)].map((cell) => `${cell}: ${code.name(cell)}`);
  return `${code.name('bidirectionalOf')}({ __proto__: null, ${table.join(', ')} })`;
}
