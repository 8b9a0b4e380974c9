import type { Graph, LocalFunction, Node } from './proto/messages.js';

/** The tensors that a node reads, graphs inside it included. */
function reads({ input, attribute }: Node): string[] {
  const inside = attribute.flatMap(({ g }) =>
    g ? g.node.flatMap(reads).concat(g.output.map(({ name }) => name)) : [],
  );
  return input.filter((name) => name !== '').concat(inside);
}

/** Each node after those whose results it reads: some converters append nodes, and ONNX Runtime takes them in any order. */
export function ordered(nodes: readonly Node[]): Node[] {
  const makers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const [entered, done] = [new Set<Node>(), new Set<Node>()];
  for (const node of nodes) {
    const open = [node];
    for (let now = open.at(-1); now; now = open.at(-1)) {
      const waits = entered.has(now) ? [] : reads(now).flatMap((name) => makers.get(name) ?? []);
      entered.add(now);
      const missing = waits.filter((maker) => !entered.has(maker));
      for (const maker of missing) open.push(maker);
      if (missing.length === 0) done.add(open.pop() as Node);
    }
  }
  return [...done];
}

/** What has to be worked out of a graph. */
interface Needed {
  readonly nodes: ReadonlySet<Node>;
  /** Tensors that these nodes read, and the outputs. */
  readonly names: ReadonlySet<string>;
  /** Tensors that are read last by a node. */
  readonly last: ReadonlyMap<Node, readonly string[]>;
}

/** The nodes, of nodes in order, on whose results the outputs depend. */
export function neededBy(nodes: readonly Node[], outputs: readonly string[]): Needed {
  const names = new Set(outputs);
  const needed = new Set<Node>();
  const last = new Map<Node, string[]>();
  for (const node of [...nodes].reverse()) {
    if (!node.output.some((name) => name !== '' && names.has(name))) continue;
    needed.add(node);
    const read = reads(node).filter((name) => !names.has(name));
    if (read.length > 0) last.set(node, read);
    for (const name of read) names.add(name);
  }
  return { nodes: needed, names, last };
}

/** How many operators read each tensor, graphs inside and functions included. */
export function countReaders(graph: Graph, functions: readonly LocalFunction[]): Map<string, number> {
  const counts = new Map<string, number>();
  const names = [
    ...[graph, ...functions].flatMap(({ node }) => node.flatMap(reads)),
    ...graph.output.map(({ name }) => name),
    ...functions.flatMap(({ output }) => output),
  ];
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
