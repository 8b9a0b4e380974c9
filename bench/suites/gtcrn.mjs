import { existsSync, readFileSync } from 'node:fs';
import { installed } from '../engines/peer.mjs';
import { assertAgree } from '../support/agree.mjs';
import { isolate } from '../support/isolate.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { digits, duration, range, times } from '../support/table.mjs';

/** GTCRN, a speech enhancer: 257 frequencies, real and imaginary part, of every 256 samples at 16 kHz; its caches as its authors export them. */
const SHAPE = [1, 257, 1, 2];
const STATES = { conv_cache: [2, 1, 16, 16, 33], tra_cache: [2, 3, 1, 1, 16], inter_cache: [2, 1, 33, 16] };
const FRAME_SECONDS = 256 / 16_000;
/** What is asked: times real time. */
const TARGET = 20;
/** Of onnxruntime, in which the reference was computed, and us. */
const NEAR = 1e-4;

const folder = process.env.GATEWISE_MODELS && `${process.env.GATEWISE_MODELS}/gtcrn`;

export const title =
  'GTCRN, 2-D convolutions and recurrences over frequency and time: a frame at a time, its caches carried, by the engines that run the file';
export const missing =
  folder && existsSync(folder) ? undefined : 'the models of GTCRN are not in the folder GATEWISE_MODELS';
export const points = ['gtcrn_simple', 'gtcrn'];
export const pointName = (name) => name;

export async function measure(name, { build, rounds, seconds }) {
  const { readNpy } = await import('../../build/inside.mjs');
  const [frames, expected] = ['frames', 'ort_enhanced'].map(
    (part) => readNpy(new Uint8Array(readFileSync(`${folder}/${part}.npy`)), part).data,
  );
  const file = `${folder}/${name}.onnx`;
  const subjects = ['gatewise', ...['onnxruntime-node', 'onnxruntime-web'].filter(installed)];
  const started = [];
  try {
    for (const subject of subjects) {
      const data = { name: subject, file, frames, shape: SHAPE, states: STATES, build, seconds };
      const one = { subject, ...isolate('enhancer.mjs', subject, data), rounds: [] };
      started.push(one);
      one.worst = assertAgree(`${subject}, ${name}`, await one.next(), expected, NEAR);
    }
    for (let round = 0; round < rounds; round++)
      for (const one of round % 2 === 0 ? started : started.toReversed()) one.rounds.push(await one.ask('turn'));
  } finally {
    for (const { worker } of started) await worker.terminate();
  }
  const [first] = started;
  const engines = started.map(({ subject, rounds: all, worst }) => ({
    subject,
    seconds: median(all),
    least: Math.min(...all),
    ratio: spread(ratios(all, first.rounds)),
    worst,
    rounds: all,
  }));
  return { model: name, engines, met: FRAME_SECONDS / engines[0].seconds >= TARGET };
}

/** A line an engine. */
export const lines = ({ model, engines, met }) =>
  engines.map((engine, index) => ({ ...engine, ...(index === 0 && { model, met }) }));

export const columns = [
  { label: 'model', text: ({ model }) => model ?? '' },
  { label: 'engine', text: ({ subject }) => subject },
  { label: 'a frame', text: ({ seconds }) => duration(seconds) },
  { label: 'least', text: ({ least }) => duration(least) },
  { label: 'real time', text: ({ seconds }) => `${digits(FRAME_SECONDS / seconds)}x` },
  { label: 'of the first', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'off by', text: ({ worst }) => worst.toExponential(0) },
  { label: 'target', text: ({ met }) => (met === undefined ? '' : `${TARGET}x ${met ? 'met' : 'MISSED'}`) },
];
