import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PEERS = `${ROOT}bench/peers/`;

/**
 * What a page has to import to run an LSTM, from which folder, and the files that this fetches. `needs` are the chunks of ours that are loaded with a
 * model of the common layers; everything else is imported at once.
 */
const PAGES = {
  gatewise: {
    from: ROOT,
    code: "export { createModel } from 'gatewise';",
    needs: (chunkBuild) => new RegExp(`/kernels-${chunkBuild}\\.js$`),
  },
  'onnxruntime-web': {
    from: PEERS,
    code: "export { InferenceSession, Tensor, env } from 'onnxruntime-web/wasm';",
    files: ['onnxruntime-web/dist/ort-wasm-simd-threaded.mjs', 'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  },
  'tfjs wasm': {
    from: PEERS,
    code: "export * from '@tensorflow/tfjs-core'; export { loadLayersModel } from '@tensorflow/tfjs-layers'; export * from '@tensorflow/tfjs-backend-wasm';",
    files: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  'tfjs cpu': {
    from: PEERS,
    code: "export * from '@tensorflow/tfjs-core'; export { loadLayersModel } from '@tensorflow/tfjs-layers'; export * from '@tensorflow/tfjs-backend-cpu';",
  },
  'brain.js': { from: PEERS, files: ['brain.js/browser.min.js'] },
  'onnxruntime-node': {
    from: PEERS,
    // No page can load it; what a server installs.
    files: [`onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime.so.1`],
  },
};

export const title =
  'Shipped: what is downloaded to run an LSTM, minified and gzipped; of onnxruntime-node, the library for this platform alone';
export const points = Object.keys(PAGES).filter((name) => {
  const { from, files } = PAGES[name];
  return from === ROOT || existsSync(`${PEERS}node_modules/${files?.[0] ?? '@tensorflow/tfjs-core'}`);
});
export const pointName = (name) => name;

export async function measure(name, options) {
  const { code, files = [], ...page } = PAGES[name];
  const texts = code === undefined ? [] : await bundled({ code, ...page }, options.build);
  const rest = files.map((file) => readFileSync(`${page.from}node_modules/${file}`));
  const sizes = [...texts, ...rest].map((content) => ({
    raw: Buffer.byteLength(content),
    gzip: gzipSync(content, { level: 9 }).length,
  }));
  const sum = (key) => sizes.reduce((total, size) => total + size[key], 0);
  return { engine: name, files: sizes.length, raw: sum('raw'), gzip: sum('gzip') };
}

/** The texts of the chunks that a page fetches. */
async function bundled({ from, code, needs }, chunkBuild) {
  const entry = `${from}page.mjs`;
  const { output } = await build({
    input: entry,
    platform: 'browser',
    write: false,
    output: { minify: true },
    logLevel: 'silent',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  });
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const fetched = new Set();
  const fetch = (chunk) => {
    if (chunk.type !== 'chunk' || fetched.has(chunk)) return;
    fetched.add(chunk);
    for (const imported of chunk.imports) if (chunks.has(imported)) fetch(chunks.get(imported));
  };
  const wanted = ({ isEntry, moduleIds = [] }) =>
    isEntry || (needs && moduleIds.some((id) => needs(chunkBuild).test(id)));
  for (const chunk of output) if (wanted(chunk)) fetch(chunk);
  return [...fetched].map((chunk) => chunk.code);
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(bytes < 102400 ? 1 : 0)} KB`;
export const columns = [
  { label: 'engine', text: ({ engine }) => engine },
  { label: 'files', text: ({ files }) => `${files}` },
  { label: 'raw', text: ({ raw }) => kilobytes(raw) },
  { label: 'gzipped', text: ({ gzip }) => kilobytes(gzip) },
];
