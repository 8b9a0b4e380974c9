// One size of one checkout, for against.mjs: prints seconds of CPU time per timestep of each case as JSON.
import { lstmSpec, randomLayers } from './lstm.mjs';
import { uniform } from './random.mjs';
import { median } from './stats.mjs';

const TIME = 64;
const { entry, size, build } = JSON.parse(process.argv[2]);
const { createModel } = await import(entry);
const model = await createModel(lstmSpec(randomLayers(size)), build ? { build } : {});
const [inputs, units] = size;
const frames = Array.from({ length: TIME }, (_, t) => uniform(t, inputs, 1));
const sequence = uniform(7, TIME * inputs, 1);
const stream = model.createStream();
const [out, outs] = [new Float32Array(units), new Float32Array(TIME * units)];

const cases = {
  'stream.step': () => {
    for (const frame of frames) stream.step(frame, out);
  },
  'model.run': () => {
    model.run(sequence, { out: outs });
  },
};
const SECONDS = 0.1;
const SAMPLES = 15;
/** Of the process, so that what else the machine does counts less. */
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const seconds = Object.entries(cases).map(([name, run]) => {
  for (const end = cpuSeconds() + SECONDS; cpuSeconds() < end; ) run();
  let calls = 0;
  for (const end = cpuSeconds() + SECONDS / SAMPLES; cpuSeconds() < end; calls++) run();
  const samples = Array.from({ length: SAMPLES }, () => {
    const start = cpuSeconds();
    for (let call = 0; call < calls; call++) run();
    return (cpuSeconds() - start) / (calls * TIME);
  });
  return [name, median(samples)];
});
console.log(JSON.stringify(Object.fromEntries(seconds)));
