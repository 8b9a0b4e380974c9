import { recurrentFile } from '../support/onnx.mjs';
import { requirePeer, timeFirst } from './peer.mjs';

export const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 };

/** One of its packages, which is to take one thread. */
export function requireOrt(name) {
  const ort = requirePeer(name);
  if (ort.env.wasm) ort.env.wasm.numThreads = 1;
  return ort;
}

/**
 * onnxruntime's native or WebAssembly package, one thread, on an ONNX file of the network. A step is a session's `run` over one timestep
 * that is handed the states that the last one gave; sequences come with time first, as the operators want them.
 * @param name `onnxruntime-node` or `onnxruntime-web`
 */
export async function open(net, { int8 }, name) {
  const ort = requireOrt(name);
  const session = await ort.InferenceSession.create(recurrentFile(net, int8), OPTIONS);
  const { inputs, units } = net;
  const names = session.inputNames.filter((input) => input !== 'X');
  const zeros = (batch) =>
    Object.fromEntries(
      names.map((state) => [state, new ort.Tensor('float32', new Float32Array(batch * units), [1, batch, units])]),
    );
  const feeds = zeros(1);
  return {
    async step(frame) {
      feeds.X = new ort.Tensor('float32', frame, [1, 1, inputs]);
      const result = await session.run(feeds);
      for (const state of names) feeds[state] = result[`${state}n`];
      return result.Y.data;
    },
    sequence(x, { batch, time }) {
      const turned = timeFirst(x, batch, time);
      let result;
      const run = async () => {
        const X = new ort.Tensor('float32', turned, [time, batch, inputs]);
        result = await session.run({ X, ...zeros(batch) });
      };
      return { run, output: () => timeFirst(result.Y.data, time, batch) };
    },
  };
}
