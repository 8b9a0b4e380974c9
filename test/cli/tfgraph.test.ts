import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type Case, caseOf } from '../importers/tfgraph/cases.js';
import { csv, folder, gatewise, put } from './here.js';

// A SavedModel is a folder: its graph leads to the variables beside it, and the folder to its graph. A frozen graph is a file like any other.

function putSaved(name: string, { model, files }: Case): string {
  for (const [path, bytes] of Object.entries({ 'saved_model.pb': model, ...files })) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    put(join(name, path), bytes);
  }
  return join(folder, name);
}

const saved = caseOf('tensorflow1.15', 'keras_gru');
const whole = putSaved('gru', saved);
const frozen = caseOf('tensorflow1.15', 'block_cell');

it.each([
  ['a folder', whole, saved, /TensorFlow SavedModel \(TensorFlow 1\.15\.5\)/],
  ['saved_model.pb', join(whole, 'saved_model.pb'), saved, /TensorFlow SavedModel \(TensorFlow 1\.15\.5\)/],
  ['a frozen graph', put('frozen.pb', frozen.model), frozen, /TensorFlow, frozen graph/],
])('%s', async (_, path, { runs }, format) => {
  // Options of the importer, for what the path leads to.
  const config = put('none.json', '{}');
  const inspected = await gatewise(['inspect', path, '--report', '--config', config]);
  expect((await gatewise(['inspect', path])).code).toBe(0);
  expect(inspected.code).toBe(0);
  expect(inspected.out).toMatch(format);
  // Of one row, the last of the runs.
  const [x, y] = [runs.at(-1)?.inputs[0], runs.at(-1)?.outputs[0]];
  const lines = Array.from({ length: 7 }, (_, t) => x?.data.slice(3 * t, 3 * t + 3).join(','));
  const { code, out } = await gatewise(['run', path, '--input', '-', '--format', 'csv'], `${lines.join('\n')}\n`);
  expect(code).toBe(0);
  const made = csv(out).rows.flat();
  expect(made).toHaveLength(y?.data.length as number);
  made.forEach((n, i) => {
    expect(n).toBeCloseTo(y?.data[i] as number, 6);
  });
});
