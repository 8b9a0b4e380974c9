import type { CellConfig, NodeSpec } from '../spec.js';

/** What of a node has tensors: its two cells if it is bidirectional, else the node itself. */
export const partsOf = (node: NodeSpec): readonly (NodeSpec | CellConfig)[] =>
  node.type === 'bidirectional' ? [node.forward, node.backward] : [node];

/** Names of a part's tensors by their field, absent ones left out. */
export const tensorsOf = (part: NodeSpec | CellConfig): [field: string, name: string][] =>
  Object.entries(('tensors' in part && part.tensors) || {}).filter(([, name]) => name !== undefined);
