import type { ModelEngine } from '../engine/engine.js';
import type { Int8Support, LayerInfo } from '../layers/layer.js';
import type { ModelSpec } from '../spec.js';
import { hasHuge } from '../wasm/tiny.js';
import type { Method } from './compose.js';
import { graphRecipe, IMAGE_START, type LayerRecipe, type Recipe } from './recipe.js';

/** A model as it is once it has been made. */
export interface Snapshot {
  readonly recipe: Recipe;
  /** What stands at `recipe.places`, one after another. */
  readonly image: Uint8Array<ArrayBuffer>;
}

/** Zeros in a row from which on they are left out, in bytes. */
const GAP = 256;
/** The image is looked at in pieces of so many bytes. */
const PIECE = 16;

/**
 * Writes down a model that has been made and not run.
 * @param spec what it was made of, ours already.
 * @param methods those that it is to have.
 */
export function snapshot(
  engine: ModelEngine,
  spec: ModelSpec,
  int8: Int8Support | undefined,
  methods: readonly Method[],
): Snapshot {
  const { arena, graph, build, fingerprint, obstacle } = engine;
  const { used } = arena;
  // A block that fits nowhere else stands behind all others.
  const end = arena.alloc(arena.byteLength);
  arena.free(end);
  const places = placesOf(arena.u8.subarray(0, end));
  const image = new Uint8Array(places.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [address, bytes] of places) {
    image.set(arena.u8.subarray(address, address + bytes), at);
    at += bytes;
  }
  const recipe: Recipe = {
    graph: graphRecipe(graph),
    tensors: Object.entries(spec.tensors).map(([name, { data }]) => [name, data.length, hasHuge(engine, data)]),
    int8: Object.entries(int8?.tensors(spec) ?? {}).map(([name, { shape, scales, block }]) => [
      name,
      shape,
      scales.length,
      block,
    ]),
    build,
    integers: int8?.build,
    used,
    fingerprint,
    obstacle,
    places,
    ...((methods.includes('summary') || methods.includes('layers')) && { layers: engine.layers.map(layerRecipe) }),
  };
  return { recipe, image };
}

const layerRecipe = ({ parameters, multiplyAdds, words, cells }: LayerInfo): LayerRecipe => ({
  own: { parameters, multiplyAdds, words },
  cells: cells.map(({ words, sizes, multiplyAdds }) => ({ words, sizes, multiplyAdds })),
});

/** Where a memory from `IMAGE_START` on is not zero. */
function placesOf(memory: Uint8Array<ArrayBuffer>): [address: number, bytes: number][] {
  const words = new Uint32Array(memory.buffer);
  const isZero = (address: number): boolean => {
    const word = address / 4;
    return (
      ((words[word] as number) |
        (words[word + 1] as number) |
        (words[word + 2] as number) |
        (words[word + 3] as number)) ===
      0
    );
  };
  const places: [number, number][] = [];
  for (let address = IMAGE_START; address < memory.length; address += PIECE) {
    if (isZero(address)) continue;
    const last = places.at(-1);
    if (last && address - (last[0] + last[1]) < GAP) last[1] = address + PIECE - last[0];
    else places.push([address, PIECE]);
  }
  return places;
}
