// Forecasts of the weather, a conversation a Durable Object: `npx wrangler dev` here, then `node ask.mjs`.
import { createWorker } from 'gatewise/cloudflare';
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import { fromPyTorch } from 'gatewise/pytorch';
import weights from '../weather/model.safetensors';

/** The modules of `Forecaster` in ../weather/train.py. */
const config = {
  inputSize: 4,
  layers: [
    { type: 'lstm', prefix: 'lstm', hiddenSize: 64, numLayers: 2 },
    { type: 'linear', prefix: 'head', outFeatures: 7 },
  ],
};

// Made when an isolate starts, for all of its conversations, so that no request waits for it.
const weather = createModelSync(fromPyTorch(weights, config), { kernels });

const { Conversation, worker } = createWorker(() => ({ models: { weather } }));

export { Conversation };
export default worker;
