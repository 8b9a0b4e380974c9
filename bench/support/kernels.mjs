// The layers below the public API.
import {
  Arena,
  allLayers,
  checkSpec,
  instantiate,
  loadKernels as loadModule,
  ModelEngine,
  ON_DEMAND,
  packMatrix,
  Stream,
} from '../../build/inside.mjs';

/** The kernels on a memory of their own. `pack(weight, outputs, k)` packs a row-major `(outputs, k)`, outputs a multiple of 4. */
export async function loadKernels(build) {
  const arena = new Arena();
  const kernels = instantiate(await loadModule({ build }, ON_DEMAND), arena.memory);
  const pack = (data, outputs, k) => {
    const columns = Int32Array.from({ length: outputs }, (_, index) => index);
    return packMatrix({ arena, kernels, tensor: () => data }, columns, ['weight', k]);
  };
  return { arena, kernels, pack };
}

/** A model's engine laid open, and a stream as users have it over the same weights in the same memory. */
export async function loadEngine(spec, build) {
  const checked = { kinds: allLayers, graph: checkSpec(spec, allLayers) };
  const engine = new ModelEngine(spec, await loadModule({ build }, ON_DEMAND), undefined, checked);
  const plan = engine.plans.hold({ batch: 1, time: 1, masked: false, zeroMasked: false });
  const state = engine.newState(1);
  const step = () => plan.run(state);
  const [input] = plan.inputs;
  const [output] = plan.outputs;
  return {
    memory: engine.arena.memory,
    step,
    kernels(x) {
      input.write(x);
      step();
    },
    output() {
      const out = new Float32Array(output.length);
      output.read(out);
      return out;
    },
    stream: new Stream(engine, 1),
    /** Packed weights of each cell. */
    weights: engine.cells.map(({ projection: { weight } }) => ({
      address: weight.address,
      bytes: weight.rows * weight.vectors * 16,
    })),
  };
}
