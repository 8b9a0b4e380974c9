import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readTflite } from '../../../src/importers/tflite/index.js';
import { FUSED } from './fused.js';
import { INTEGER } from './fused-integer.js';

// What they compute stands in `golden.test.ts`.
it.each(Object.entries({ ...FUSED, ...INTEGER }))('%s opens as a layer of its kind', (name, make) => {
  const bytes = make();
  if (process.env.FUSED_FOLDER) writeFileSync(`${process.env.FUSED_FOLDER}/${name}.tflite`, bytes);
  const { spec, report } = readTflite(bytes);
  const [family = ''] = name.split('_');
  expect(spec.nodes.map(({ type }) => type)).toContain(
    family === 'integer' ? 'integer_lstm' : name.includes('norm') ? 'layer_norm_lstm' : family,
  );
  expect(report.tensors.map(({ how }) => how).join()).toMatch(/rows of gate/);
});
