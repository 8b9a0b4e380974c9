// One turn at a batch, in a process of its own with whatever flags it was given: `node batch-process.mjs <build> '{ cell, size }' <batch> <time>
// <seconds>` prints seconds of processor time per timestep of one row, and the last numbers.
import { createModel } from 'gatewise';
import { makeNet } from './net.mjs';
import { uniform } from './random.mjs';
import { callsIn, turn } from './turns.mjs';

const [, , build, which, ...numbers] = process.argv;
const [batch, time, seconds] = numbers.map(Number);
const { spec, inputs, units } = makeNet(JSON.parse(which));
const model = await createModel(spec, { build });
const x = uniform(1, batch * time * inputs, 1);
const out = new Float32Array(batch * time * units);
const run = () => void model.run(x, { batch, out });
const taken = (await turn(run, await callsIn(seconds, run))) / (batch * time);
console.log(JSON.stringify({ seconds: taken, last: [...out.subarray(-units)] }));
