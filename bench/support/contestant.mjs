// One engine with one network in an isolate of its own: what it has learnt about another network, and its garbage, are nobody else's.
// `race.mjs` starts it; it answers with outputs to be checked, then takes a turn whenever it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import { engine } from '../engines/all.mjs';
import { makeNet } from './net.mjs';
import { uniform } from './random.mjs';
import { callsIn, settle, turn } from './turns.mjs';

/** How long one call may take, in turns: as many of the timesteps as asked for, or, of an engine for which that is too much, a part. */
const WHOLE = 30;
const PART = 3;

const { name, which, task, options } = workerData;
const { open, roof, lastOnly } = engine(name);
const net = makeNet(which);
const opened = await open(net, options);
const { run, stepsPerCall, time, outputs } = task.kind === 'step' ? await stepping() : await running();
const calls = await callsIn(options.seconds, run);
await settle(run, calls, options.seconds);
parentPort.postMessage({ outputs, time });

/** Timed one by one, in nanoseconds by the wall's clock. */
const each = new Float64Array(5_000);
parentPort.on('message', async (what) => {
  if (what === 'turn') {
    parentPort.postMessage((await turn(run, calls)) / stepsPerCall);
    return;
  }
  const count = Math.min(each.length, calls);
  for (let i = 0; i < count; i++) {
    const start = process.hrtime.bigint();
    const pending = run();
    if (pending instanceof Promise) await pending;
    each[i] = Number(process.hrtime.bigint() - start);
  }
  parentPort.postMessage(each.slice(0, count));
});

async function stepping() {
  const frames = task.frames.map((seed) => uniform(seed, net.inputs, 1));
  const outputs = [];
  for (const frame of roof ? [] : frames) outputs.push(...(await opened.step(frame)));
  let next = 0;
  const run = () => {
    next = (next + 1) % frames.length;
    return opened.step(frames[next]);
  };
  return { run, stepsPerCall: opened.stepsPerCall ?? 1, outputs: Float32Array.from(outputs) };
}

async function running() {
  const { batch, time } = task;
  const x = uniform(task.seed, batch * time * net.inputs, 1);
  const begun = (length) => opened.sequence(firstSteps(x, batch, time, length), { batch, time: length });
  const { run, output, stepsPerCall, length } = await fitting(begun, time);
  if (roof) return { run, stepsPerCall: stepsPerCall ?? length };
  await run();
  const y = output();
  const row = y.length / batch;
  const ends = lastOnly ? y : Float32Array.of(...y.subarray(0, row), ...y.subarray(y.length - row));
  return { run, stepsPerCall: length, time: length, outputs: ends };
}

/** All timesteps, or as many as fit. */
async function fitting(begun, time) {
  const few = begun(2);
  await few.run();
  const start = performance.now();
  await few.run();
  const perStep = (performance.now() - start) / 1e3 / 2;
  const fits = time * perStep <= WHOLE * options.seconds;
  const length = fits ? time : Math.min(time, Math.max(1, Math.floor((PART * options.seconds) / perStep)));
  return { ...begun(length), length };
}

/** `[batch][time][inputs]` cut down to the first `length` timesteps. */
function firstSteps(x, batch, time, length) {
  if (length === time) return x;
  const [row, part] = [x.length / batch, (x.length / batch / time) * length];
  const cut = new Float32Array(batch * part);
  for (let b = 0; b < batch; b++) cut.set(x.subarray(b * row, b * row + part), b * part);
  return cut;
}
