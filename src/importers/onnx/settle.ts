import type { ModelSpec, NodeSpec } from '../../spec.js';
import type { Context } from './context.js';

/** Thrown where what was taken for token ids serves as numbers alone: the file is to be read with it as numbers. */
export class NoTokenIds extends Error {
  constructor(readonly input: string) {
    super(`${input} holds no token ids`);
  }
}

/** An input that was taken for ids where nothing looks them up. */
export const supposedIds = (ctx: Context): string | undefined =>
  [...ctx.notNegative].find((input) => !ctx.nodes.some((node) => looksUp(node, input)));

const looksUp = (node: NodeSpec, input: string): boolean => node.type === 'embedding' && node.inputs[0] === input;

/** A spec whose ids and numbers are settled, without what nothing reads: nodes, tensors, inputs. */
export function settled(ctx: Context, spec: ModelSpec): ModelSpec {
  const none = supposedIds(ctx);
  if (none !== undefined) throw new NoTokenIds(none);
  const live = withoutUnread(spec);
  const numbers = new Map([...ctx.idNumbers].map(([input, name]) => [name, input]));
  const tensors = { ...live.tensors };
  const nodes = live.nodes.map((node) => {
    const input = numbers.get(node.name);
    if (input === undefined) return node;
    const vocabulary = vocabularyOf(live, input);
    if (vocabulary === undefined) throw new NoTokenIds(input);
    // Ids and numbers at once: row i of a table holds i.
    const weight = ctx.unique(`${node.name}.weight`);
    tensors[weight] = { shape: [vocabulary, 1], data: Float32Array.from({ length: vocabulary }, (_, id) => id) };
    return { name: node.name, type: 'embedding', inputs: [input], tensors: { weight } } satisfies NodeSpec;
  });
  return { ...live, nodes, tensors };
}

/** The rows of the smallest table that an input's ids are looked up in. */
function vocabularyOf({ nodes, tensors }: ModelSpec, input: string): number | undefined {
  const rows = nodes.flatMap((node) =>
    node.type === 'embedding' && looksUp(node, input) ? [tensors[node.tensors.weight]?.shape[0] ?? 0] : [],
  );
  return rows.length > 0 ? Math.min(...rows) : undefined;
}

function tensorNames(node: NodeSpec): string[] {
  const parts = node.type === 'bidirectional' ? [node.forward, node.backward] : [node];
  return parts.flatMap((part) => ('tensors' in part ? (Object.values(part.tensors) as string[]) : []));
}

function withoutUnread(spec: ModelSpec): ModelSpec {
  const carries = spec.carries ?? [];
  const read = new Set([...spec.outputs, ...carries.flatMap(({ input, output }) => [input, output])]);
  const nodes: NodeSpec[] = [];
  for (const node of [...spec.nodes].reverse()) {
    if (!(node.outputs ?? [node.name]).some((name) => read.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) read.add(name);
  }
  nodes.reverse();
  const named = new Set([...nodes.flatMap(tensorNames), ...carries.flatMap(({ initial }) => initial ?? [])]);
  const tensors = Object.fromEntries(Object.entries(spec.tensors).filter(([name]) => named.has(name)));
  const inputs = spec.inputs.filter(({ name }) => read.has(name));
  return { ...spec, inputs, nodes, tensors };
}
