// Many steps of one subject, in a process of its own under --trace-gc: `node steady-process.mjs <subject> <build> '{ cell, size }' <steps>`
// prints between which milliseconds of the log the steps are, and the percentiles of a second run of them, each timed.
import { engine } from '../engines/all.mjs';
import { makeNet } from './net.mjs';
import { uniform } from './random.mjs';

const [, , subject, build, which, count] = process.argv;
const steps = Number(count);
const net = makeNet(JSON.parse(which));
const frame = uniform(7, net.inputs, 1);
const opened = await engine(subject).open(net, { build });
/** Whatever takes one timestep, carrying its state; it gives a promise where it has to be waited for. */
const step = () => opened.step(frame);

// Until the engine's compilers have had their say.
await repeat(Math.min(steps, 50_000));
const times = new Float64Array(steps);
await timed(times.subarray(0, Math.min(steps, 50_000)));
globalThis.gc();
// The log counts from when the engine started, we from the process' start, which is a little earlier.
const apart = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
apart();
const begin = performance.now() - 100;
await repeat(steps);
const end = performance.now() + 100;
apart();
await timed(times);
times.sort();
const at = (part) => times[Math.min(steps - 1, Math.floor(part * steps))] / 1e3;
console.log(JSON.stringify({ subject, begin, end, p50: at(0.5), p99: at(0.99), p999: at(0.999), worst: at(1) }));

function repeat(count) {
  for (let i = 0; i < count; i++) {
    const pending = step();
    if (pending instanceof Promise) return finish(pending, count - i - 1);
  }
}

async function finish(pending, count) {
  await pending;
  for (let i = 0; i < count; i++) await step();
}

/** Milliseconds of each step. */
function timed(times) {
  for (let i = 0; i < times.length; i++) {
    const start = performance.now();
    const pending = step();
    if (pending instanceof Promise) return finishTimed(times, i, start, pending);
    times[i] = performance.now() - start;
  }
}

async function finishTimed(times, from, start, pending) {
  await pending;
  times[from] = performance.now() - start;
  for (let i = from + 1; i < times.length; i++) {
    const begin = performance.now();
    await step();
    times[i] = performance.now() - begin;
  }
}
