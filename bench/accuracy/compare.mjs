// How far int8 weights take a model's outputs, ours beside onnxruntime's: node bench/accuracy/compare.mjs MODELS OUT, after
// inputs.mjs and ort.py. Each is compared with its own float32 model, on the same weights and inputs. See bench/README.md.
import { readFileSync } from 'node:fs';
import { createModel } from 'gatewise';
import { fromOnnx } from 'gatewise/onnx';
import { quantize } from 'gatewise/quantize';
import { readNpz } from 'gatewise/tensorflow';

const [models, out] = process.argv.slice(2);
const floats = (file) => {
  const { buffer, byteOffset, byteLength } = readFileSync(`${out}/${file}`);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

function framesOf(name, width) {
  const all = floats(`${name}.f32`);
  return Array.from({ length: all.length / width }, (_, i) => all.subarray(i * width, (i + 1) * width));
}

/** Every frame of a file by a stream. */
async function streamed(spec, name, width) {
  const stream = (await createModel(spec)).createStream();
  return Float32Array.from(framesOf(name, width).flatMap((frame) => [...stream.step(frame)]));
}

/** Reads a word with one half, says it with the other, told what comes next. */
async function spoken([reading, saying]) {
  const [encoder, decoder] = [await createModel(reading), await createModel(saying)];
  const phonemes = JSON.parse(readFileSync(`${out}/phonemes.json`, 'utf8'));
  const words = JSON.parse(readFileSync(`${models}/g2p/reference.json`, 'utf8'));
  const scores = [];
  for (const [word, said] of Object.entries(words)) {
    const reader = encoder.createStream();
    reader.run(spelled(word));
    const writer = decoder.createStream();
    writer.setState(reader.getState());
    for (const phoneme of ['<s>', ...said]) scores.push(...writer.step([phonemes.indexOf(phoneme)]));
  }
  return Float32Array.from(scores);
}

const LETTERS = ['<pad>', '<unk>', '</s>', ...'abcdefghijklmnopqrstuvwxyz'];
const spelled = (word) => Int32Array.from([...word, '</s>'], (letter) => LETTERS.indexOf(letter));

/** Words of a text that are none of those compared, and what the model says of each, for the two halves. */
async function otherWords([reading, saying]) {
  const [encoder, decoder] = [await createModel(reading), await createModel(saying)];
  const known = JSON.parse(readFileSync(`${models}/g2p/reference.json`, 'utf8'));
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').toLowerCase();
  const words = [...new Set(text.match(/[a-z]{4,}/g))].filter((word) => !(word in known)).slice(0, 200);
  const said = words.map((word) => {
    const reader = encoder.createStream();
    reader.run(spelled(word));
    const writer = decoder.createStream();
    writer.setState(reader.getState());
    const ids = [2]; // <s>, up to </s>, 3
    while (ids.length < 20 && ids.at(-1) !== 3) {
      const scores = writer.step([ids.at(-1)]);
      ids.push(scores.indexOf(Math.max(...scores)));
    }
    return Int32Array.from(ids);
  });
  return [words.map(spelled), said];
}

function g2pHalf(which) {
  const arrays = readNpz(readFileSync(`${models}/g2p/checkpoint20.npz`));
  const tensors = Object.fromEntries([...arrays].filter(([name]) => name.startsWith(which) || name.startsWith('fc')));
  const gru = {
    weightIh: `${which}_w_ih`,
    weightHh: `${which}_w_hh`,
    biasIh: `${which}_b_ih`,
    biasHh: `${which}_b_hh`,
  };
  const { shape } = arrays.get('fc_w');
  return {
    inputs: [{ name: 'ids', features: 1, dtype: 'int32' }],
    nodes: [
      { type: 'embedding', name: 'embedding', inputs: ['ids'], tensors: { weight: `${which}_emb` } },
      { type: 'gru', name: 'gru', inputs: ['embedding'], units: shape[1], resetAfter: true, tensors: gru },
      { type: 'dense', name: 'fc', inputs: ['gru'], units: shape[0], tensors: { weight: 'fc_w', bias: 'fc_b' } },
    ],
    outputs: ['fc'],
    tensors,
  };
}

const onnx = (name, options) => fromOnnx(readFileSync(`${out}/${name}.onnx`), options);
const int8 = async (spec) => (await quantize(spec, { layers: 'all' })).spec;
const blocked = async (spec) => (await quantize(spec, { layers: 'all', block: 64 })).spec;
const compensated = async (spec, samples) => (await quantize(spec, { layers: 'all', samples, compensate: true })).spec;
const MODELS = {
  // The samples are the first half of the days; all are compared.
  demo: [() => onnx('demo'), (spec) => streamed(spec, 'demo', 4), () => [[floats('demo.f32').subarray(0, 4 * 730)]]],
  silero: [
    () => onnx('silero', { inputs: { sr: 16000 }, shapes: { input: [null, 576] } }),
    (spec) => streamed(spec, 'silero', 576),
    () => [framesOf('silero.samples', 576)],
  ],
  dtln: [
    () => onnx('dtln', { states: [{ input: 'input_3', output: 'tf_op_layer_stack_2' }] }),
    (spec) => streamed(spec, 'dtln', 257),
    () => [framesOf('dtln.samples', 257)],
  ],
  g2p: [() => [g2pHalf('enc'), g2pHalf('dec')], spoken, otherWords],
};

/** Largest and root mean square difference, and that of the numbers themselves. */
function difference(got, expected) {
  if (got.length !== expected.length) throw new RangeError(`${got.length} numbers instead of ${expected.length}`);
  let [max, squares, own] = [0, 0, 0];
  for (let i = 0; i < got.length; i++) {
    const error = Math.abs(got[i] - expected[i]);
    if (!(error <= max)) max = error;
    squares += error * error;
    own += expected[i] * expected[i];
  }
  return { max, rms: Math.sqrt(squares / got.length), own: Math.sqrt(own / got.length) };
}

const digits = ({ rms, max }) => `${rms.toExponential(1)} / ${max.toExponential(1)}`;
const part = (own, other) => `${(own.rms / other.rms).toFixed(2)} / ${(own.max / other.max).toFixed(2)}`;
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const HEAD = ['model', 'rms of outputs', 'ours', 'block 64', 'compensated', 'ort default', 'ort per channel'];
const PARTS = ['default', 'per channel'].flatMap((other) => HEAD.slice(2, 5).map((own) => `${own} : ${other}`));
row([...HEAD, ...PARTS]);
row([...HEAD, ...PARTS].map(() => '---'));
for (const [name, [make, run, samplesOf]] of Object.entries(MODELS)) {
  const spec = make();
  const halves = Array.isArray(spec) ? spec : [spec];
  const whole = (specs) => run(Array.isArray(spec) ? specs : specs[0]);
  const plain = await whole(halves);
  const reference = floats(`${name}.f32.out`);
  const agreed = difference(plain, reference);
  if (!(agreed.max < 1e-3)) throw new Error(`${name}: the float32 models differ by ${agreed.max}`);
  const samples = await samplesOf(halves);
  const ours = difference(await whole(await Promise.all(halves.map(int8))), plain);
  const finer = difference(await whole(await Promise.all(halves.map(blocked))), plain);
  const better = await Promise.all(halves.map((half, index) => compensated(half, samples[index])));
  const best = difference(await whole(better), plain);
  const [byDefault, channel] = ['default', 'channel'].map((how) => difference(floats(`${name}.${how}.out`), reference));
  row([
    name,
    ours.own.toPrecision(2),
    ...[ours, finer, best, byDefault, channel].map(digits),
    ...[byDefault, channel].flatMap((other) => [ours, finer, best].map((own) => part(own, other))),
  ]);
}
