import { resolveActivation } from '../graph/activations.js';
import type { ActivationSpec } from '../spec.js';
import type { Kernels } from '../wasm/abi.js';

/** Runs an activation in place, or from one block to another, over whole vectors. */
export type Activate = (from: number, to: number, vectors: number) => void;

/** A checked activation, ready to run; undefined for none at all and for the identity. */
export function makeActivation(
  spec: ActivationSpec | undefined,
  where: string,
  { activate }: Kernels,
): Activate | undefined {
  const { id, alpha, beta } = resolveActivation(spec ?? 'linear', where);
  return id === 0 ? undefined : (from, to, vectors) => activate(from, to, vectors, id, alpha, beta);
}
