// In whatever a bundler makes of a worker: the entry that has no import(), and an importer.
import { readOnnx } from 'gatewise/onnx';
import { acceptsBuild, createModel } from 'gatewise/simd';
import { conform } from './suite.mjs';

const load = async (files) => readOnnx(files.model);

addEventListener('message', async ({ data: asked }) => {
  try {
    const files = asked.files.filter(({ name }) => name.startsWith('ONNX'));
    postMessage({ answers: await conform({ createModel, acceptsBuild, load }, { ...asked, files }) });
  } catch (error) {
    postMessage({ error: `${error.stack}` });
  }
});
