import type { ModelEngine } from '../engine/engine.js';
import { clockText, fixedTime } from '../graph/clock.js';
import type { ValueInfo } from '../graph/value.js';
import { modelValues } from './values.js';

export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** Output of the layer at one timestep. */
  readonly features: number;
  /** Whether it outputs every timestep or the last only. */
  readonly output: 'sequence' | 'vector';
  /** Timesteps of a sequence: `time` (that of the run), a fixed number, another open time by name, or how it follows from these. */
  readonly time?: number | string;
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
  const rows = layers.map(({ node, parameters, multiplyAdds, cells }): LayerSummary => {
    const { features, kind, time } = graph.values.get(node.outputs[0] as string) as ValueInfo;
    return {
      name: node.name,
      type: node.type,
      features,
      output: kind,
      ...(kind === 'sequence' && { time: fixedTime(time) ?? clockText(time) }),
      units: cells[0]?.units,
      parameters,
      multiplyAdds,
    };
  });
  const sum = (key: 'parameters' | 'multiplyAdds'): number => rows.reduce((total, row) => total + row[key], 0);
  const summary = {
    name: graph.name,
    layers: rows,
    parameters: sum('parameters'),
    weightBytes,
    stateBytes: slotBytes,
    multiplyAddsPerTimestep: sum('multiplyAdds'),
  };
  // Not enumerable, since functions cannot be cloned.
  return Object.defineProperty(summary, 'toString', { value: () => table(summary), configurable: true });
}

/** Layers that a model shows of itself. */
const SHOWN = 12;

/** A model in a few lines: what goes in and comes out, and the head of its table. */
export function headOf(engine: ModelEngine): string {
  const { graph, build } = engine;
  const list = (values: readonly ValueInfo[]): string =>
    modelValues(graph, values)
      .map(({ name, axes }) => `${name} [${axes.join(', ')}]`)
      .join(', ');
  const summary = summarize(engine);
  const more = summary.layers.length - SHOWN;
  const shown = table({ ...summary, layers: summary.layers.slice(0, SHOWN) }, more > 0 ? `… ${more} more layers` : '');
  return `Model${graph.name ? ` ${graph.name}` : ''} (${build}): ${list(graph.inputs)} → ${list(graph.outputs)}\n${shown}`;
}

const number = (n: number): string => n.toLocaleString('en-US');

/** @param rest what stands below the layers. */
function table(summary: Omit<ModelSummary, 'toString'>, rest = ''): string {
  // null: a rule
  const lines: (readonly string[] | null)[] = [
    ['layer', 'type', 'output', 'units', 'parameters', 'multiply-adds/timestep'],
    null,
    ...summary.layers.map(({ name, type, features, output, time, units, parameters, multiplyAdds }) => [
      name,
      type,
      `[${output === 'sequence' ? `${time}, ` : ''}${features}]`,
      units === undefined ? '' : number(units),
      number(parameters),
      number(multiplyAdds),
    ]),
    ...(rest ? [[rest, '', '', '', '', '']] : []),
    null,
    ['total', '', '', '', number(summary.parameters), number(summary.multiplyAddsPerTimestep)],
  ];
  const widths = Array.from({ length: 6 }, (_, column) =>
    lines.reduce((most, line) => Math.max(most, line?.[column]?.length ?? 0), 0),
  );
  const padded = lines.map((line) =>
    widths
      .map((width, column) => {
        const text = line?.[column];
        if (text === undefined) return '─'.repeat(width);
        return column < 3 ? text.padEnd(width) : text.padStart(width);
      })
      .join('  '),
  );
  const sizes = `weights ${number(summary.weightBytes)} bytes packed, state ${number(summary.stateBytes)} bytes per stream`;
  return [...padded, sizes].join('\n');
}
