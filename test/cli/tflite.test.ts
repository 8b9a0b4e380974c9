import { expect, it } from 'vitest';
import { bytesOf, type Case, cases } from '../importers/tflite/golden.js';
import { csv, gatewise, put } from './here.js';

// A file of TensorFlow Lite is a model like any other, one of whole numbers too.

const given = cases('keras2').find(({ name }) => name === 'lstm_sequence_int8') as Case;
const file = put('lstm.tflite', bytesOf(given));
const [run] = given.runs;
const [x, y] = [run?.inputs[0], run?.outputs[0]];
const rows = (data: readonly number[] = [], width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));

it('inspect', async () => {
  const { code, out } = await gatewise(['inspect', file, '--report']);
  expect(code).toBe(0);
  expect(out).toMatch(/TensorFlow Lite, schema 3/);
  expect(out).toMatch(/integer_lstm/);
  expect(out).toMatch(/cell_clip +\S+ +/);
});

it('run', async () => {
  const text = rows(x?.data, 4).map((row) => row.join(','));
  const { code, out } = await gatewise(['run', file, '--input', '-', '--format', 'csv'], `${text.join('\n')}\n`);
  expect(code).toBe(0);
  const made = csv(out).rows;
  const wanted = rows(y?.data, 2);
  expect(made).toHaveLength(wanted.length);
  // The dense layer behind the LSTM rounds once, where TensorFlow Lite rounds twice.
  made.forEach((row, i) => {
    row.forEach((n, j) => {
      expect(Math.abs(n - (wanted[i]?.[j] as number))).toBeLessThanOrEqual(1);
    });
  });
});
