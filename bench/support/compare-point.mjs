// One network by one checkout, for bench/compare.mjs: prints seconds of processor time per timestep of each case as JSON. The network and
// what it is called with are this checkout's, for both.
import { makeNet } from './net.mjs';
import { uniform } from './random.mjs';
import { median } from './stats.mjs';
import { callsIn, turn } from './turns.mjs';

const TIME = 64;
const BATCH = 32;
const BATCH_TIME = 16;
const SECONDS = 0.1;
const SAMPLES = 9;

const { dist, which, build } = JSON.parse(process.argv[2]);
const { createModel } = await import(`${dist}index.js`);
const net = makeNet(which);
const { inputs, units } = net;
const frames = Array.from({ length: TIME }, (_, t) => uniform(t, inputs, 1));
const sequence = uniform(7, TIME * inputs, 1);
const rows = uniform(8, BATCH * BATCH_TIME * inputs, 1);

/** Seconds per timestep of a way to run a model. */
async function timed(run, timesteps) {
  // Warm after four times as long.
  const calls = Math.max(1, Math.round((await callsIn(SECONDS, run)) / SAMPLES));
  const samples = [];
  while (samples.length < SAMPLES) samples.push(await turn(run, calls));
  return median(samples) / timesteps;
}

async function casesOf(spec, suffix) {
  const model = await createModel(spec, build ? { build } : {});
  const stream = model.createStream();
  const out = new Float32Array(units);
  const y = new Float32Array(Math.max(TIME, BATCH * BATCH_TIME) * units);
  const [outs, rowsOut] = [y.subarray(0, TIME * units), y.subarray(0, BATCH * BATCH_TIME * units)];
  const stepping = () => {
    for (const frame of frames) stream.step(frame, out);
  };
  return {
    [`step${suffix}`]: await timed(stepping, TIME),
    [`sequence${suffix}`]: await timed(() => void model.run(sequence, { out: outs }), TIME),
    [`batch of ${BATCH}${suffix}`]: await timed(() => void model.run(rows, { batch: BATCH, out: rowsOut }), BATCH_TIME),
  };
}

/** Integer weights by this checkout's own hand, or nothing where it has no such thing. */
async function int8Spec() {
  try {
    const { quantize } = await import(`${dist}quantize/index.js`);
    return (await quantize(net.spec, { layers: 'all' })).spec;
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const int8 = which.cell === 'lstm' ? await int8Spec() : undefined;
console.log(JSON.stringify({ ...(await casesOf(net.spec, '')), ...(int8 && (await casesOf(int8, ', int8'))) }));
