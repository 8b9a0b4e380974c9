// One engine with one model of frames in an isolate of its own; it answers with what it makes of all frames, then takes a turn whenever it is told to.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { createModel } from 'gatewise';
import { fromOnnx } from 'gatewise/onnx';
import { OPTIONS, requireOrt } from '../engines/ort.mjs';
import { callsIn, settle, turn } from './turns.mjs';

const { name, file, frames, shape, states, build, seconds } = workerData;
const size = shape.reduce((a, b) => a * b, 1);
const count = frames.length / size;
const step = name === 'gatewise' ? await openGatewise() : await openOrt();
const frame = (t) => frames.subarray(t * size, (t + 1) * size);
const outputs = [];
for (let t = 0; t < count; t++) outputs.push(...(await step(frame(t))));
let at = 0;
const run = () => {
  at = (at + 1) % count;
  return step(frame(at));
};
const calls = await callsIn(seconds, run);
await settle(run, calls, seconds);
parentPort.postMessage(Float32Array.from(outputs));
parentPort.on('message', async () => parentPort.postMessage(await turn(run, calls)));

async function openGatewise() {
  const model = await createModel(fromOnnx(readFileSync(file)), { build });
  const stream = model.createStream();
  const out = new Float32Array(size);
  return (x) => stream.step(x, out);
}

/** One thread, and the caches handed back by the caller, as the file has them. */
async function openOrt() {
  const ort = requireOrt(name);
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(file)), OPTIONS);
  const zeros = (dims) => new ort.Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  const feeds = Object.fromEntries(Object.entries(states).map(([state, dims]) => [state, zeros(dims)]));
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return async (x) => {
    feeds[input] = new ort.Tensor('float32', x, shape);
    const result = await session.run(feeds);
    for (const state of Object.keys(states)) feeds[state] = result[`${state}_out`];
    return result[output].data;
  };
}
