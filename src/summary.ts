import type { ModelEngine } from './engine.js';
import { type Graph, gateCount, outputLength, type ValueInfo } from './graph.js';
import type { CellConfig, NodeSpec } from './spec.js';

export interface LayerSummary {
  readonly name: string;
  readonly type: NodeSpec['type'];
  /** Output of the layer at one timestep. */
  readonly features: number;
  /** Whether it outputs every timestep or the last only. */
  readonly output: 'sequence' | 'vector';
  /** Units of a recurrent layer (both directions of a bidirectional one are that long); undefined for others. */
  readonly units: number | undefined;
  readonly parameters: number;
  /** Multiply-adds of the matrix products for one timestep of one sequence. */
  readonly multiplyAdds: number;
}

export interface ModelSummary {
  readonly name: string | undefined;
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  /** Packed weights in WebAssembly memory, padding included. */
  readonly weightBytes: number;
  /** State of one stream of batch 1. */
  readonly stateBytes: number;
  readonly multiplyAddsPerTimestep: number;
  /** A table for a terminal. */
  toString(): string;
}

export function summarize({ graph, layers, weightBytes, slotBytes }: ModelEngine): ModelSummary {
  const rows = layers.map(({ node, parameters }): LayerSummary => {
    const value = graph.values.get(graph.outputsOf(node)[0] as string) as ValueInfo;
    return {
      name: node.name,
      type: node.type,
      features: value.features,
      output: value.kind,
      units: unitsOf(node),
      parameters,
      multiplyAdds: multiplyAdds(node, graph),
    };
  });
  const sum = (key: 'parameters' | 'multiplyAdds'): number => rows.reduce((total, row) => total + row[key], 0);
  const summary = {
    name: graph.spec.name,
    layers: rows,
    parameters: sum('parameters'),
    weightBytes,
    stateBytes: slotBytes,
    multiplyAddsPerTimestep: sum('multiplyAdds'),
  };
  return { ...summary, toString: () => table(summary) };
}

/** Multiply-adds of one timestep of a cell's matrix products: (inputs + h) · gates · units, and the projection. */
export function cellMultiplyAdds(cell: CellConfig, inputs: number): number {
  const h = outputLength(cell);
  const projection = cell.type === 'lstm' && cell.projection !== undefined ? cell.units * cell.projection : 0;
  return (inputs + h) * gateCount(cell.type) * cell.units + projection;
}

function multiplyAdds(node: NodeSpec, graph: Graph): number {
  const inputs = (graph.values.get(node.inputs[0] as string) as ValueInfo).features;
  switch (node.type) {
    case 'lstm':
    case 'gru':
    case 'rnn':
      return cellMultiplyAdds(node, inputs);
    case 'bidirectional':
      return cellMultiplyAdds(node.forward, inputs) + cellMultiplyAdds(node.backward, inputs);
    case 'dense':
      return inputs * node.units;
    default:
      return 0;
  }
}

function unitsOf(node: NodeSpec): number | undefined {
  if (node.type === 'bidirectional') return node.forward.units;
  return node.type === 'lstm' || node.type === 'gru' || node.type === 'rnn' ? node.units : undefined;
}

const number = (n: number): string => n.toLocaleString('en-US');

function table(summary: Omit<ModelSummary, 'toString'>): string {
  const head = ['layer', 'type', 'output', 'units', 'parameters', 'multiply-adds/timestep'];
  const body = summary.layers.map((row) => [
    row.name,
    row.type,
    row.output === 'sequence' ? `[time, ${row.features}]` : `[${row.features}]`,
    row.units === undefined ? '' : number(row.units),
    number(row.parameters),
    number(row.multiplyAdds),
  ]);
  const total = ['total', '', '', '', number(summary.parameters), number(summary.multiplyAddsPerTimestep)];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body, total].map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        column < 3 ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number),
      )
      .join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const sizes = `weights ${number(summary.weightBytes)} bytes packed, state ${number(summary.stateBytes)} bytes per stream`;
  return [line(head), rule, ...body.map(line), rule, line(total), sizes].join('\n');
}
