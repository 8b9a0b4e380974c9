// Engines of bench/peers/package.json, where they are installed (npm --prefix bench/peers install --ignore-scripts); one thread each.
import { createRequire } from 'node:module';
import { lstmFile } from './onnx.mjs';

const require = createRequire(new URL('../peers/package.json', import.meta.url));

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 };

/** @returns undefined where the package is not installed. */
function open(name) {
  try {
    return require(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}

/**
 * A layer by one of onnxruntime's packages: `step(frame)`, its state carried, and `run(x, time, batch)` from a fresh one,
 * x `[time][batch][inputs]`.
 * @param name `onnxruntime-node` or `onnxruntime-web`
 */
export async function ortLstm(name, layer, int8) {
  const ort = open(name);
  if (ort === undefined) return undefined;
  if (ort.env.wasm) ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(lstmFile(layer, int8), OPTIONS);
  const { inputs, units } = layer;
  const zeros = (batch) => new ort.Tensor('float32', new Float32Array(batch * units), [1, batch, units]);
  let [h, c] = [zeros(1), zeros(1)];
  return {
    async step(frame) {
      const result = await session.run({ X: new ort.Tensor('float32', frame, [1, 1, inputs]), h, c });
      h = result.hn;
      c = result.cn;
      return result.Y.data;
    },
    async run(x, time, batch) {
      const X = new ort.Tensor('float32', x, [time, batch, inputs]);
      return (await session.run({ X, h: zeros(batch), c: zeros(batch) })).Y.data;
    },
  };
}
