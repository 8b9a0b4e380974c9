import { engine } from '../engines/all.mjs';
import { assertAgree } from './agree.mjs';
import { isolate } from './isolate.mjs';
import { makeNet, netName } from './net.mjs';
import { uniform } from './random.mjs';
import { median, quantile, ratios, spread } from './stats.mjs';

/** Float32 sums in other orders; int8 weights' rounding, ours and onnxruntime's, which is coarser. */
const NEAR = { float32: 2e-5, int8: 0.03 };
const FRAMES = Array.from({ length: 16 }, (_, t) => t);
const SEED = 7;

/**
 * Several engines with one network, in turns, each in an isolate of its own. Before anything is timed, what each computes is compared with plain JS.
 *
 * @param which `{ cell, size }`
 * @param task `{ kind: 'step' }`, or `{ kind: 'sequence', batch, time }` for whole runs from a fresh state
 * @param entries `[{ name, int8? }]`: engines; the first is what the others are compared with
 * @returns per entry, by name (`… int8` for int8): `seconds` of processor time per timestep (of the whole batch), median over the rounds, `rounds` of
 *   them, `ratio` to the first, round by round, `worst` difference from plain JS; `steps` it took at a time where that is fewer than asked for; for steps
 *   `p50` `p99` in seconds of the wall's clock.
 */
export async function race(which, task, entries, options) {
  const net = makeNet(which);
  const started = [];
  try {
    for (const entry of entries) {
      const one = start({ ...entry, which, task, options });
      started.push(one);
      Object.assign(one, await one.next());
      if (!engine(entry.name).roof) one.worst = check(net, which, task, one);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const one of round % 2 === 0 ? started : started.toReversed()) one.rounds.push(await one.ask('turn'));
      if (task.kind === 'step') for (const one of started) one.each.push(await one.ask('each'));
    }
  } finally {
    for (const { worker } of started) await worker.terminate();
  }
  const [first] = started;
  return Object.fromEntries(
    started.map(({ label, name, rounds, worst, time, each }) => {
      const steps = time !== undefined && time < task.time ? { steps: time } : {};
      const latency = each.length > 0 && !engine(name).roof ? percentiles(each) : {};
      const result = { seconds: median(rounds), ratio: spread(ratios(rounds, first.rounds)), ...latency, ...steps };
      return [label, { ...result, ...(worst === undefined ? {} : { worst }), rounds }];
    }),
  );
}

function start({ name, int8, which, task, options }) {
  const data = {
    name,
    which,
    task: { ...task, frames: FRAMES, seed: SEED },
    options: { ...options, int8: int8 === true },
  };
  return {
    label: int8 ? `${name} int8` : name,
    name,
    int8,
    ...isolate('contestant.mjs', name, data),
    rounds: [],
    each: [],
  };
}

/** @returns the largest difference from plain JS */
function check(net, which, task, { name, label, int8, outputs, time }) {
  const what = `${label}, ${netName(which)}`;
  const near = int8 ? NEAR.int8 : NEAR.float32;
  if (task.kind === 'step') {
    const plain = net.plain();
    const expected = FRAMES.flatMap((seed) => [
      ...plain.step(uniform(seed, net.inputs, 1), new Float32Array(net.units)),
    ]);
    return assertAgree(what, outputs, expected, near);
  }
  const x = uniform(SEED, task.batch * task.time * net.inputs, 1);
  const { lastOnly } = engine(name);
  // The sum of as many outputs as there are units, in float64 against itself.
  if (lastOnly) return assertAgree(what, outputs, lastOnly(net, x, time), near * net.units);
  const expected = [0, task.batch - 1].flatMap((row) => {
    const plain = net.plain();
    const from = row * task.time * net.inputs;
    const frame = (t) => x.subarray(from + t * net.inputs, from + (t + 1) * net.inputs);
    return Array.from({ length: time }, (_, t) => [...plain.step(frame(t), new Float32Array(net.units))]).flat();
  });
  return assertAgree(what, outputs, expected, near);
}

function percentiles(lists) {
  const sorted = lists.flatMap((list) => [...list]).sort((a, b) => a - b);
  return { p50: 1e-9 * quantile(sorted, 0.5), p99: 1e-9 * quantile(sorted, 0.99) };
}
