import { resolveActivation } from '../graph/activations.js';
import type { ActivationSpec } from '../spec.js';
import { ACTIVATION, type Kernels } from '../wasm/abi.js';

/** Runs an activation in place, or from one block to another, over whole vectors. */
export type Activate = (from: number, to: number, vectors: number) => void;

/** A checked activation, ready to run; undefined for none at all and for the identity. */
export function makeActivation(
  spec: ActivationSpec | undefined,
  where: string,
  { activate }: Kernels,
): Activate | undefined {
  const { name, alpha, beta } = resolveActivation(spec ?? 'linear', where);
  const id = ACTIVATION[name];
  return name === 'linear' ? undefined : (from, to, vectors) => activate(from, to, vectors, id, alpha, beta);
}
