import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ctcBeam, ctcGreedy } from '../../src/decode/index.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { createModel } from '../../src/index.js';
import { builds } from '../support/builds.js';

// From images to text: a reader of digits that PyTorch has trained and exported, and what PyTorch reads with it.

interface Reader {
  readonly right: number;
  readonly of: number;
  readonly model: string;
  readonly runs: readonly {
    readonly shape: readonly number[];
    readonly image: string;
    readonly drawn: readonly string[];
    readonly read: readonly string[];
  }[];
}

const {
  right,
  of,
  model: file,
  runs,
}: Reader = JSON.parse(readFileSync(new URL('../golden/decode-files/reader.json', import.meta.url), 'utf8'));
const spec = fromOnnx(new Uint8Array(gunzipSync(Buffer.from(file, 'base64'))));
const OPTIONS = { scores: 'logits', blank: 0, alphabet: '0123456789' } as const;

describe.each(builds)('images are read as PyTorch reads them, by the %s build', (build) => {
  it('alone and several at once, at any width', async () => {
    const model = await createModel(spec, { build });
    expect(model.inputs[0]?.axes).toEqual(['batch', 1, 8, 'time']);
    expect(model.outputs[0]?.axes).toEqual(['time', 'batch', 11]);
    for (const { shape, image: bytes, read, drawn } of runs) {
      const data = Float32Array.from(Buffer.from(bytes, 'base64'), (ink) => ink / 255);
      const { scores } = model.runNamed({ image: { data, shape } });
      const found = ctcGreedy(scores as NonNullable<typeof scores>, OPTIONS);
      expect(found.map(({ text }) => text)).toEqual(read);
      const width = shape[3] as number;
      for (const { symbols } of found) {
        // Each where it was drawn: in order, within the image, three columns apart at least.
        symbols.forEach(({ start, end }, i) => {
          expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : (symbols[i - 1]?.end as number));
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(width);
        });
      }
      const searched = ctcBeam(scores as NonNullable<typeof scores>, { ...OPTIONS, width: 20 });
      searched.forEach(([best], row) => {
        expect(best?.logProb).toBeGreaterThanOrEqual(found[row]?.logProb as number);
        if (read[row] === drawn[row]) expect(best?.text).toBe(drawn[row]);
      });
    }
    model.dispose();
  });

  it('a reader that can read', () => {
    expect(right / of).toBeGreaterThan(0.9);
    expect(runs.flatMap(({ read, drawn }) => read.filter((text, i) => text === drawn[i])).length).toBeGreaterThan(3);
  });
});
