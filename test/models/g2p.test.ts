import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NamedArray, readNpz } from '../../src/importers/tensorflow/index.js';
import { createModel, type ModelSpec } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needsModels } from '../support/needs.js';

const LETTERS = ['<pad>', '<unk>', '</s>', ...'abcdefghijklmnopqrstuvwxyz'];
const PHONEMES = (
  '<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 ' +
  'EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH'
).split(' ');

/** Embedding → GRU (PyTorch: gates r z n, reset after the product), and for the decoder → dense. */
function half(arrays: Map<string, NamedArray>, which: 'enc' | 'dec'): ModelSpec {
  const tensors = Object.fromEntries(
    [...arrays].filter(([name]) => name.startsWith(which) || (which === 'dec' && name.startsWith('fc'))),
  );
  const units = arrays.get(`${which}_w_hh`)?.shape[1] as number;
  const gru = {
    weightIh: `${which}_w_ih`,
    weightHh: `${which}_w_hh`,
    biasIh: `${which}_b_ih`,
    biasHh: `${which}_b_hh`,
  };
  return {
    inputs: [{ name: 'ids', features: 1, dtype: 'int32' }],
    nodes: [
      { type: 'embedding', name: 'embedding', inputs: ['ids'], tensors: { weight: `${which}_emb` } },
      { type: 'gru', name: 'gru', inputs: ['embedding'], units, resetAfter: true, tensors: gru },
      ...(which === 'dec'
        ? [
            {
              type: 'dense' as const,
              name: 'fc',
              inputs: ['gru'],
              units: PHONEMES.length,
              tensors: { weight: 'fc_w', bias: 'fc_b' },
            },
          ]
        : []),
    ],
    outputs: [which === 'dec' ? 'fc' : 'gru'],
    tensors,
  };
}

describe.each(builds)('models: English spelling to phonemes, %s', needsModels, (build) => {
  it('every word of the reference; the decoder starts from the encoder’s state', async () => {
    const arrays = readNpz(readFileSync(`${modelsFolder}/g2p/checkpoint20.npz`));
    const encoder = await createModel(half(arrays, 'enc'), { build });
    const decoder = await createModel(half(arrays, 'dec'), { build });
    const reference: Record<string, string[]> = JSON.parse(readFileSync(`${modelsFolder}/g2p/reference.json`, 'utf8'));
    for (const [word, wanted] of Object.entries(reference)) {
      const reader = encoder.createStream();
      reader.run(Int32Array.from([...word, '</s>'], (letter) => LETTERS.indexOf(letter)));
      const writer = decoder.createStream();
      writer.setState(reader.getState());
      const said: string[] = [];
      let last = '<s>';
      while (said.length < 20) {
        const scores = writer.step([PHONEMES.indexOf(last)]);
        last = PHONEMES[scores.indexOf(Math.max(...scores))] as string;
        if (last === '</s>') break;
        said.push(last);
      }
      expect(said, word).toEqual(wanted);
    }
  });
});
