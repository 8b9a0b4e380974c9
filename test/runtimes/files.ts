import { readFileSync } from 'node:fs';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { seeds } from '../importers/corpus.js';
import { stack } from '../support/random.js';
import type { File } from './importers.js';

const golden = (path: string): Buffer => readFileSync(new URL(`../golden/${path}`, import.meta.url));
const json = (path: string) => JSON.parse(golden(path).toString());
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** One file of every format that an importer reads. */
export function oneOfEach(): File[] {
  const wanted = [
    'ONNX zero_state',
    'ONNX embedding',
    'Keras lstm.keras',
    'Keras lstm.h5',
    '.nam',
    'RTNeural torch style',
    'RNNoise blob',
  ];
  const [checkpoint] = json('tensorflow-files/checkpoints.json');
  const [tfjs] = json('tfjs-files/models.json');
  const paths: string[] = tfjs.model.weightsManifest[0].paths;
  const shards = paths.map((path, index) => [path, tfjs.shards[index]] as const);
  return [
    ...seeds()
      .filter(({ name }) => wanted.includes(name))
      .map(({ name, bytes }) => ({ name, files: { model: base64(bytes) } })),
    ...['lstm-fc.pt', 'lstm-fc.pth', 'lstm-fc.safetensors'].map((name) => ({
      name: `PyTorch ${name}`,
      files: { model: base64(golden(`pytorch-files/proven-${name}`)) },
      options: { pytorch: { assume: 'chain' } },
    })),
    { name: 'container', files: { model: base64(toSafetensors(stack('lstm', 2, 3))) } },
    {
      name: 'tfjs',
      files: { 'model.json': base64(Buffer.from(JSON.stringify(tfjs.model))), ...Object.fromEntries(shards) },
    },
    {
      name: 'tensorflow',
      files: { index: checkpoint.index, data: checkpoint.data },
      options: { tensorflow: checkpoint.config },
    },
  ];
}
