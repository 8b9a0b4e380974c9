import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { ImportError, type ModelSpec } from '../../../src/index.js';
import { campaign } from './campaign.js';
import { randomFile } from './onnx-files.js';
import { tryModel } from './run-model.js';

// Every operator that the ONNX importer knows, with random inputs, attributes, ranks, types and operator sets.

await campaign(async (random, say, number) => {
  const { bytes, what } = randomFile(random, number);
  say(what);
  let spec: ModelSpec;
  try {
    spec = fromOnnx(bytes);
  } catch (error) {
    if (error instanceof ImportError) return 'refused';
    throw error;
  }
  return tryModel(spec, random);
});
