import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readTflite } from '../../../src/importers/tflite/index.js';
import { FUSED } from './fused.js';
import { HYBRID } from './fused-hybrid.js';
import { INTEGER } from './fused-integer.js';

// What they compute stands in `golden.test.ts`.
it.each(Object.entries({ ...FUSED, ...INTEGER, ...HYBRID }))('%s opens as a layer of its kind', (name, make) => {
  const bytes = make();
  if (process.env.FUSED_FOLDER) writeFileSync(`${process.env.FUSED_FOLDER}/${name}.tflite`, bytes);
  const { spec, report } = readTflite(bytes);
  const [family = ''] = name.split('_');
  const types = { __proto__: null as never, integer: 'integer_lstm', hybrid: 'round_rows' } as Record<string, string>;
  expect(spec.nodes.map(({ type }) => type)).toContain(
    name.includes('norm') ? 'layer_norm_lstm' : (types[family] ?? family),
  );
  if (name.includes('dense') || name.includes('conv'))
    expect(report.notes.join()).toMatch(
      name.includes('tanh') ? /rounded to 8 bits, as TensorFlow Lite \(a?symmetric\)/ : /rounded to 8 bits, as XNNPACK/,
    );
  else expect(report.tensors.map(({ how }) => how).join()).toMatch(/rows of gate/);
});
