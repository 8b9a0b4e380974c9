import type { Carry, Graph, GraphNode, InputInfo, ValueInfo } from '../graph/value.js';
import type { CellInfo, LayerInfo } from '../layers/layer.js';
import type { ValueLayout } from '../spec.js';
import type { Hash } from '../state/hash.js';
import type { Build } from '../wasm/module.js';

/**
 * A model that has been made once, without its weights: all that making it again needs to know, and nothing that has to be checked. A built
 * file has it as JSON. Its weights are memory as the engine left it, from `IMAGE_START` on.
 */
export interface Recipe {
  readonly graph: GraphRecipe;
  /** Of each float32 tensor: how many numbers, and whether any is beyond what lets tiny inputs be taken for 0 (`src/wasm/tiny.ts`). */
  readonly tensors: readonly (readonly [name: string, length: number, huge: boolean])[];
  readonly int8: readonly Int8Recipe[];
  /** Build of the float32 kernels. */
  readonly build: Build;
  /** Build of the integer kernels, where there are int8 weights. */
  readonly integers?: Build | undefined;
  /** Bytes of the memory that are taken once the model is made. */
  readonly used: number;
  readonly fingerprint: Hash;
  /** Why it cannot be streamed. */
  readonly obstacle?: string | undefined;
  /** Where the image's bytes, which follow one another, stand in the memory: multiples of 16 bytes. Zeros between them are left out. */
  readonly places: readonly (readonly [address: number, bytes: number])[];
  /** Of each layer, in files that have `summary` or `layers`. */
  readonly layers?: readonly LayerRecipe[];
}

/** What is told of a layer, and of each of its cells, that running it does not ask for. */
export interface LayerRecipe {
  readonly own: Pick<LayerInfo, 'parameters' | 'multiplyAdds' | 'words'>;
  readonly cells: readonly Pick<CellInfo, 'words' | 'sizes' | 'multiplyAdds'>[];
}

export interface GraphRecipe {
  readonly name?: string | undefined;
  readonly inputs: readonly InputInfo[];
  readonly carries: readonly Carry[];
  readonly nodes: readonly GraphNode[];
  /** Names. */
  readonly outputs: readonly string[];
  readonly values: readonly ValueInfo[];
  readonly layouts: readonly (readonly [name: string, layout: ValueLayout])[];
}

export type Int8Recipe = readonly [name: string, shape: readonly number[], scales: number, block: number];

/** Where the first block of a memory begins; before it, the kernels have their constants. */
export const IMAGE_START = 1024;

/** Writes the image's bytes to their places. @returns how many there are to be. */
export function putImage(memory: Uint8Array, places: Recipe['places'], image: Uint8Array): number {
  let from = 0;
  for (const [address, length] of places) {
    memory.set(image.subarray(from, from + length), address);
    from += length;
  }
  return from;
}

export const graphRecipe = ({ name, inputs, carries, nodes, outputs, values, layouts }: Graph): GraphRecipe => ({
  name,
  inputs,
  carries,
  nodes,
  outputs: outputs.map((value) => value.name),
  values: [...values.values()],
  layouts: [...layouts],
});
