import type { ModelSpec } from '../../spec.js';
import { fromBase64 } from '../formats/base64.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import type { NamedArray } from '../formats/npy.js';
import { Budget } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { buildTensorFlow } from './read.js';

/** What the decoder's arrays are, in the order of the file, by the names that they had in TensorFlow. */
const DECODER = ['output_w', 'output_b', 'lstm/W_xh', 'lstm/W_hh', 'lstm/bias'];
/** An encoder's and the decoder's. */
const WITH_ENCODER = 17;

/**
 * A decoder of sketch-rnn as its JavaScript has it (`….gen.json`: ml5, Magenta.js, sketch-rnn-js): a list of what it is, the shapes of
 * its arrays, and these, 16-bit integers in base64. Input: `[dx / s, dy / s, pen down, pen up, end]`, s the file's `scale_factor`; output: the
 * parameters of the mixture, `[3 of the pen, then 20 each of π, μx, μy, σx, σy, ρ]`, before exp, tanh and softmax.
 * @throws {ImportError} other JSON, a model with an encoder, arrays that do not fit; more than `limits` allow.
 */
export function fromSketchRnn(bytes: FileBytes): ModelSpec;
export function fromSketchRnn(bytes: FileBytes, options: ImportOptions): ModelSpec;
export function fromSketchRnn(bytes: FileBytes, options: ImportOptions = {}): ModelSpec {
  return readSketchRnn(bytes, options).spec;
}

/** As `fromSketchRnn`, with the account of which array became what. */
export function readSketchRnn(bytes: FileBytes): Imported;
export function readSketchRnn(bytes: FileBytes, options: ImportOptions): Imported;
export function readSketchRnn(bytes: FileBytes, options: ImportOptions = {}): Imported {
  const view = viewModel(bytes);
  const budget = new Budget(view.length, limitsOf(options));
  const file = parseJson(view, 'file', budget);
  const [info, shapes, texts, ...more] = Array.isArray(file) ? (file as unknown[]) : [];
  if (!isObject(info) || !Array.isArray(shapes) || !Array.isArray(texts) || more.length > 0)
    return refuse('file', 'no model of sketch-rnn', '[ info, shapes, arrays ]', show(file));
  if (texts.length === WITH_ENCODER)
    refuse('file', 'a sketch-rnn with an encoder', 'the decoder alone (.gen.json), of 5 arrays', `${texts.length}`);
  if (texts.length !== DECODER.length || shapes.length !== DECODER.length)
    refuse('file', 'another number of arrays', `${DECODER.length}`, `${shapes.length} shapes, ${texts.length} arrays`);
  const arrays = new Map(DECODER.map((name, index) => [name, arrayOf(name, shapes[index], texts[index], budget)]));
  const sizes = (name: string, axis: number): number => arrays.get(name)?.shape[axis] ?? 0;
  const reporter = new Reporter(budget);
  const { scale_factor: scale, name } = info;
  reporter.note('numbers: 10/32767 of 16-bit integers, as the players of sketch-rnn take them');
  reporter.note(`inputs dx and dy are in units of scale_factor, ${show(scale)}, which is not applied`);
  const config = {
    ...(typeof name === 'string' && name !== '' && { name }),
    inputSize: sizes('lstm/W_xh', 0),
    layers: [
      // The players add 1 to the forget gate.
      { type: 'basic_lstm_cell', prefix: 'lstm', numUnits: sizes('lstm/W_hh', 0), forgetBias: 1 },
      { type: 'dense', prefix: 'output', units: sizes('output_w', 1) },
    ],
  } as const;
  return buildTensorFlow(config, arrays, reporter, 'sketch-rnn decoder');
}

function arrayOf(name: string, shape: unknown, text: unknown, budget: Budget): NamedArray {
  const where = `array ${name}`;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n > 0))
    return refuse(where, 'no shape', 'a list of sizes', show(shape));
  if (typeof text !== 'string') return refuse(where, 'no numbers', 'a text in base64', show(text));
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  const bytes = fromBase64(text, where, budget);
  if (bytes.length !== 2 * count)
    refuse(where, 'wrong size', `${2 * count} bytes for (${shape.join(', ')})`, `${bytes.length}`);
  budget.bytes(4 * count, where);
  const view = new DataView(bytes.buffer);
  return { shape, data: Float32Array.from({ length: count }, (_, k) => (10 * view.getInt16(2 * k, true)) / 32767) };
}
