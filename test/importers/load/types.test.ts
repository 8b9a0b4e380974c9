import { expectTypeOf, it } from 'vitest';
import { type Imported, load, loadFrom } from '../../../src/importers/load/index.js';
import { createModel, type Model, type Stream } from '../../../src/index.js';
import { loadFile, load as loadHere } from '../../../src/node/index.js';
import { cut } from '../../../src/specs/index.js';

/** Never called: that it compiles is the test. */
async function everything(
  url: URL,
  response: Response,
  blob: Blob,
  chosen: FileList,
  buffer: Buffer,
  stream: Stream,
  frames: ReadableStream<Float32Array>,
) {
  for (const source of [
    url,
    response,
    blob,
    chosen,
    [...chosen],
    buffer,
    buffer.buffer,
    'https://example.org/model.onnx',
  ])
    await load(source);
  for (const source of [fetch(url), { a: blob, b: buffer, c: response }]) await load(source);
  await loadFrom('model.onnx', () => buffer);
  await loadFrom('model.onnx', async () => buffer, { limits: {} });
  for (const path of [url, 'model.onnx']) await loadFile(path, { onnx: {} });
  for (const source of [url, 'model.onnx', blob, buffer]) await loadHere(source);
  stream.step([1], undefined, [true, false]);
  stream.restore(await response.arrayBuffer(), 1);
  stream.setState(JSON.parse('[]'), 0);
  const outputs: ReadableStream<Float32Array> = frames.pipeThrough(stream.transform());
  for await (const output of stream.frames([[1, 2], Promise.resolve(new Float32Array(3))])) output.at(0);
  const imported = await load(url);
  return {
    imported,
    outputs,
    models: [await createModel(imported), await createModel(cut(imported, { outputs: ['y'] }))],
  };
}

it('what users give is what the types take', () => {
  type Made = Awaited<ReturnType<typeof everything>>;
  expectTypeOf<Made['imported']>().toEqualTypeOf<Imported>();
  expectTypeOf<Made['models']>().toEqualTypeOf<Model[]>();
});
