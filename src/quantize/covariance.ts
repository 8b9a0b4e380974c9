import type { Model } from '../index.js';
import type { ModelSpec, TensorSpec } from '../spec.js';
import type { Choice } from './choose.js';
import type { Sample } from './sample.js';

/** Sums are as long as this at most: what follows grows with the cube. */
const LONGEST = 2048;

/** `Σ a·aᵀ` over rows a of `size` numbers, row-major; both triangles. */
export class Covariance {
  readonly size: number;
  readonly sums: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.sums = new Float64Array(size * size);
  }

  /** @param rows any number of them, one after another; those with a number that is not finite count for nothing. */
  add(rows: Float32Array): void {
    const { size, sums } = this;
    for (let start = 0; start + size <= rows.length; start += size) {
      const row = rows.subarray(start, start + size);
      if (!row.every(Number.isFinite)) continue;
      for (let i = 0; i < size; i++) {
        const a = row[i] as number;
        if (a === 0) continue;
        const at = i * size;
        for (let j = 0; j < size; j++) (sums[at + j] as number) += a * (row[j] as number);
      }
    }
  }
}

/**
 * What each matrix of recurrent and dense layers multiplies on the samples, by the tensor's name. Without those of convolutions and
 * embeddings, and of sums longer than 2048 terms.
 */
export async function covariances(
  spec: ModelSpec,
  choices: readonly Choice[],
  samples: readonly Sample[],
  open: (spec: ModelSpec) => Promise<Model>,
): Promise<Map<string, Covariance>> {
  const known = new Map<string, Covariance>();
  const add = (tensor: string, rows: Float32Array): void => {
    const { shape } = spec.tensors[tensor] as TensorSpec;
    const size = shape[1] as number;
    if (shape.length !== 2 || size > LONGEST) return;
    const own = known.get(tensor) ?? new Covariance(size);
    known.set(tensor, own);
    own.add(rows);
  };
  const chosen = choices.filter(({ why }) => why === undefined);
  const read = chosen.filter(({ node }) => node.type !== 'embedding').map(({ node }) => node.inputs[0] as string);
  const model = await open({ ...spec, outputs: [...new Set([...spec.outputs, ...read])] });
  for (const sample of samples) {
    const { outputs, layers } = model.trace(sample);
    for (const { node } of chosen) {
      const x = outputs[node.inputs[0] as string]?.data;
      if (x === undefined) continue;
      if (node.type === 'dense') add(node.tensors.weight, x);
      const cells =
        node.type === 'bidirectional'
          ? (
              [
                ['forward', node.forward],
                ['backward', node.backward],
              ] as const
            ).map(([half, cell]) => [`${node.name}.${half}`, cell] as const)
          : node.type === 'lstm' || node.type === 'gru' || node.type === 'rnn'
            ? [[node.name, node] as const]
            : [];
      for (const [name, { tensors }] of cells) {
        // Those of a newer cell, which stays as it is.
        if (!tensors.weightIh || !('weightHh' in tensors)) continue;
        add(tensors.weightIh, x);
        const trace = layers.find(({ layer }) => layer === name);
        if (trace) add(tensors.weightHh, trace.h);
      }
    }
  }
  model.dispose();
  return known;
}
