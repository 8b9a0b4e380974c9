import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { turned } from '../../src/importers/formats/matrix.js';
import { createModel, type ModelSpec, type TensorSpec } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needsModels } from '../support/needs.js';

const json = (name: string) => JSON.parse(readFileSync(`${modelsFolder}/icu-segmentation/${name}`, 'utf8'));

interface Matrix {
  readonly dim: readonly number[];
  readonly data: readonly number[];
}

/** Embedding → bidirectional LSTM → dense, from the arrays of the file (Keras layout: columns i f c o). */
function segmenter(file: Record<string, Matrix>): ModelSpec {
  const plain = (key: string): TensorSpec => ({
    shape: file[key]?.dim as number[],
    data: Float32Array.from(file[key]?.data as number[]),
  });
  const rows = (key: string, gates = 1): TensorSpec => {
    const [inputs, columns] = (file[key] as Matrix).dim as [number, number];
    const order = Array.from({ length: gates }, (_, gate) => gate);
    return { shape: [columns, inputs], data: turned(plain(key).data, inputs, columns, order) };
  };
  const units = (file.mat3 as Matrix).dim[0] as number;
  const cell = (which: string) => ({
    type: 'lstm' as const,
    units,
    tensors: { weightIh: `${which}.ih`, weightHh: `${which}.hh`, biasIh: `${which}.b` },
  });
  return {
    inputs: [{ name: 'ids', features: 1, dtype: 'int32' }],
    nodes: [
      { type: 'embedding', name: 'embedding', inputs: ['ids'], tensors: { weight: 'embedding' } },
      {
        type: 'bidirectional',
        name: 'lstm',
        inputs: ['embedding'],
        forward: cell('f'),
        backward: cell('b'),
        merge: 'concat',
      },
      { type: 'dense', name: 'bies', inputs: ['lstm'], units: 4, tensors: { weight: 'w', bias: 'bias' } },
    ],
    outputs: ['bies'],
    tensors: {
      embedding: plain('mat1'),
      'f.ih': rows('mat2', 4),
      'f.hh': rows('mat3', 4),
      'f.b': plain('mat4'),
      'b.ih': rows('mat5', 4),
      'b.hh': rows('mat6', 4),
      'b.b': plain('mat7'),
      w: rows('mat8'),
      bias: plain('mat9'),
    },
  };
}

describe.each(builds)('models: Thai word segmentation, %s', needsModels, (build) => {
  it('30 of 30 sentences', async () => {
    const file = json('thai_codepoints_model4.json');
    const model = await createModel(segmenter(file), { build });
    const sentences = json('thai_test_text_codepoints.json');
    const cases = (Array.isArray(sentences) ? sentences : (sentences.testcases ?? sentences.cases)) as Record<
      string,
      string
    >[];
    const unknown = Object.keys(file.dic).length;
    let right = 0;
    for (const one of cases) {
      const text = (one.unseg ?? one.text ?? one.sentence) as string;
      const ids = Int32Array.from(
        Array.from(text),
        (letter) => file.dic[letter] ?? file.dic[String(letter.codePointAt(0))] ?? unknown,
      );
      const scores = model.run(ids);
      const bies = Array.from(ids, (_, t) => {
        const row = scores.subarray(4 * t, 4 * t + 4);
        return 'bies'[row.indexOf(Math.max(...row))];
      }).join('');
      if (bies === one.expected_bies) right++;
    }
    expect([right, cases.length]).toEqual([30, 30]);
  });
});
