import { quantize } from 'gatewise/quantize';
import { lstmSpec, multiplyAdds, randomLayers, sizeName } from '../support/lstm.mjs';
import { ortLstm } from '../support/peers.mjs';
import { uniform } from '../support/random.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { createModel, plainLstm } from '../support/subjects.mjs';
import { digits, duration, times } from '../support/table.mjs';
import { measureTurns } from '../support/turns.mjs';

export const title =
  'int8: an LSTM with int8 weights against its float32 self and, where bench/peers is installed, onnxruntime int8; a step of a stream, a timestep of 128, and of 32 sequences';
export const points = [
  [1, 40, 1],
  [64, 64, 1],
  [128, 128, 1],
  [128, 256, 1],
  [256, 512, 1],
  [512, 1024, 1],
];
export const pointName = sizeName;

const TIME = 128;
const BATCH = 32;
const BATCH_TIME = 16;
const PEERS = { node: 'onnxruntime-node', web: 'onnxruntime-web' };
/** What int8 may differ by from float32: its own weights' rounding, and onnxruntime's, which is coarser. */
const NEAR = 0.03;

export async function measure(size, options) {
  const [inputs, units] = size;
  const layers = randomLayers(size);
  const spec = lstmSpec(layers);
  const { build } = options;
  const f32 = await createModel(spec, { build });
  const int8 = await createModel((await quantize(spec, { layers: 'all' })).spec, { build });
  const streams = [f32.createStream(), int8.createStream()];
  const frame = uniform(1, inputs, 1);
  const out = new Float32Array(units);
  const x = uniform(2, TIME * inputs, 1);
  const y = new Float32Array(TIME * units);
  const rows = uniform(3, BATCH * BATCH_TIME * inputs, 1);
  const rowsOut = new Float32Array(BATCH * BATCH_TIME * units);

  const plain = plainLstm(layers);
  const expected = Float32Array.from(plain.step(frame, out));
  for (const model of [f32, int8]) near(model.createStream().step(frame), expected, sizeName(size));
  const cases = {
    step32: () => void streams[0].step(frame, out),
    step8: () => void streams[1].step(frame, out),
    sequence32: () => void f32.run(x, { out: y }),
    sequence8: () => void int8.run(x, { out: y }),
    batch32: () => void f32.run(rows, { batch: BATCH, out: rowsOut }),
    batch8: () => void int8.run(rows, { batch: BATCH, out: rowsOut }),
  };
  for (const [key, name] of Object.entries(PEERS)) {
    const peer = await ortLstm(name, layers[0], true);
    const float = peer && (await ortLstm(name, layers[0], false));
    if (peer === undefined) continue;
    near(await float.step(frame), expected, name);
    near(await peer.step(frame), expected, `${name} int8`);
    cases[`${key}Step`] = () => peer.step(frame);
    cases[`${key}Sequence`] = () => peer.run(x, TIME, 1);
    cases[`${key}Sequence32`] = () => float.run(x, TIME, 1);
  }
  const rounds = await measureTurns(cases, options);
  const time = (name, count = 1) => (rounds[name] ? median(rounds[name]) / count : undefined);
  const ratio = (slow, fast) => (rounds[slow] ? spread(ratios(rounds[slow], rounds[fast])) : undefined);
  return {
    size,
    multiplyAdds: multiplyAdds(size),
    step: time('step8'),
    stepOver32: ratio('step32', 'step8'),
    stepOverNode: ratio('nodeStep', 'step8'),
    stepOverWeb: ratio('webStep', 'step8'),
    sequence: time('sequence8', TIME),
    sequenceOver32: ratio('sequence32', 'sequence8'),
    sequenceOverNode: ratio('nodeSequence', 'sequence8'),
    sequenceOverNode32: ratio('nodeSequence32', 'sequence8'),
    batch: time('batch8', BATCH_TIME),
    batchOver32: ratio('batch32', 'batch8'),
    rounds,
  };
}

function near(got, expected, what) {
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
  if (!(worst < NEAR)) throw new Error(`int8 ${what}: differs by ${worst}`);
}

const over = (ratio) => (ratio ? times(ratio) : '');
export const columns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'step', text: ({ step }) => duration(step) },
  { label: 'GMAC/s', text: ({ multiplyAdds, step }) => digits((1e-9 * multiplyAdds) / step) },
  { label: 'f32', text: ({ stepOver32 }) => over(stepOver32) },
  { label: 'ort-node int8', text: ({ stepOverNode }) => over(stepOverNode) },
  { label: 'ort-web int8', text: ({ stepOverWeb }) => over(stepOverWeb) },
  { label: 'of 128', text: ({ sequence }) => duration(sequence) },
  { label: 'f32', text: ({ sequenceOver32 }) => over(sequenceOver32) },
  { label: 'ort-node int8', text: ({ sequenceOverNode }) => over(sequenceOverNode) },
  { label: 'ort-node f32', text: ({ sequenceOverNode32 }) => over(sequenceOverNode32) },
  { label: 'of 32 rows', text: ({ batch }) => duration(batch) },
  { label: 'f32', text: ({ batchOver32 }) => over(batchOver32) },
];
