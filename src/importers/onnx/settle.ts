import type { ModelSpec, NodeSpec, TensorSpec } from '../../spec.js';
import { recordOf } from '../formats/record.js';
import type { Context } from './context.js';

/** Thrown where what was taken for token ids serves as numbers alone: the file is to be read with it as numbers. */
export class NoTokenIds extends Error {
  constructor(readonly input: string) {
    super(`${input} holds no token ids`);
  }
}

/** An input that was taken for ids where nothing looks them up. */
export function supposedIds(ctx: Context): string | undefined {
  const lookedUp = new Set(ctx.nodes.map((node) => (node.type === 'embedding' ? node.inputs[0] : undefined)));
  return [...ctx.notNegative].find((input) => !lookedUp.has(input));
}

/** A spec whose ids and numbers are settled, without what nothing reads: nodes, tensors, inputs. */
export function settled(ctx: Context, spec: ModelSpec): ModelSpec {
  const none = supposedIds(ctx);
  if (none !== undefined) throw new NoTokenIds(none);
  const live = withoutUnread(spec);
  if (ctx.idNumbers.size === 0) return live;
  const numbers = new Map([...ctx.idNumbers].map(([input, name]) => [name, input]));
  const tensors: Record<string, TensorSpec> = { __proto__: null as never, ...live.tensors };
  const vocabularies = vocabulariesOf(live);
  const nodes = live.nodes.map((node) => {
    const input = numbers.get(node.name);
    if (input === undefined) return node;
    const vocabulary = vocabularies.get(input);
    if (vocabulary === undefined) throw new NoTokenIds(input);
    // Ids and numbers at once: row i of a table holds i.
    ctx.reporter.budget.bytes(4 * vocabulary, `input ${JSON.stringify(input)}`);
    const weight = ctx.unique(`${node.name}.weight`);
    tensors[weight] = { shape: [vocabulary, 1], data: Float32Array.from({ length: vocabulary }, (_, id) => id) };
    return { name: node.name, type: 'embedding', inputs: [input], tensors: { weight } } satisfies NodeSpec;
  });
  return { ...live, nodes, tensors };
}

/** The rows of the smallest table that each input's ids are looked up in. */
function vocabulariesOf({ nodes, tensors }: ModelSpec): Map<string, number> {
  const found = new Map<string, number>();
  for (const node of nodes) {
    if (node.type !== 'embedding') continue;
    const [input, rows] = [node.inputs[0] as string, tensors[node.tensors.weight]?.shape[0] ?? 0];
    found.set(input, Math.min(rows, found.get(input) ?? rows));
  }
  return found;
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
  const entries = Object.entries(spec.tensors);
  const kept = entries.filter(([name]) => named.has(name));
  const tensors = kept.length < entries.length ? recordOf(kept) : spec.tensors;
  const inputs = spec.inputs.filter(({ name }) => read.has(name));
  return { ...spec, inputs, nodes, tensors };
}
