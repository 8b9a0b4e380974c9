import type { NodeSpec } from '../../spec.js';
import { refuse } from './refuse.js';
import type { Taker } from './take.js';

/** Where a layer reads from, and what it makes. */
export interface Flow {
  readonly value: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  /** Timesteps, if their number is fixed. */
  readonly time?: number;
}

/** What every layer's reader needs besides the layer. */
export interface Site {
  readonly name: string;
  /** With the dot. */
  readonly prefix: string;
  readonly from: Flow;
  /** For errors. */
  readonly where: string;
  readonly taker: Taker;
}

export interface Made {
  readonly nodes: readonly NodeSpec[];
  readonly flow: Flow;
}

type Body<N> = N extends unknown ? Omit<N, 'name' | 'inputs' | 'outputs'> : never;

/** One node, of the site's name. */
export function made({ name, from }: Site, node: Body<NodeSpec>, flow: Partial<Flow> = {}): Made {
  return {
    nodes: [{ name, inputs: [from.value], ...node }],
    flow: { ...from, value: name, ...flow },
  };
}

/** Takes tensors of the site's module and gives their names, for the node. */
export function takeAs({ name, prefix, taker }: Site, tensor: string, size: number, field: string, how = ''): string {
  taker.take(prefix + tensor, [size], `${name}.${field}`, how);
  return prefix + tensor;
}

export function needSequence({ from, where }: Site, what: string): void {
  if (from.kind === 'vector') {
    refuse(
      where,
      `${what} after one that outputs its last timestep only`,
      'a sequence; returnSequences in the layer before',
      'a vector',
    );
  }
}
