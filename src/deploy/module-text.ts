import type { Bytes } from '../wasm/module.js';
import { Code, kindsText, type Method } from './compose.js';
import type { Recipe } from './recipe.js';
import type { Sums } from './sums.js';
import { literal, toBase64 } from './texts.js';
import { INT8_PREFIX } from './wasm-merge.js';

type Weights = 'module' | 'split' | 'wasm';

/** The code of a built file, and what it calls what the file needs of it. */
export interface FileCode {
  readonly text: string;
  /** The kinds of its layers. */
  readonly kinds: string;
  readonly code: Code;
}

/** What a file of this model needs, by where its weights are. */
export function codeFor({ graph, integers }: Recipe, weights: Weights, methods?: readonly Method[]): FileCode {
  const code = new Code(graph, methods);
  const kinds = kindsText(graph.nodes, code);
  const always = ['open', 'GatewiseError'];
  const own = { module: ['fromBase64'], split: ['fromBase64', 'beside'], wasm: ['beside'] }[weights];
  for (const name of [...always, ...own, ...(integers ? ['supportOf'] : [])]) code.name(name);
  return { text: code.text(), kinds, code };
}

/** All that a built file is made of. */
interface Making {
  readonly file: FileCode;
  readonly recipe: Recipe;
  /** The same as JSON. */
  readonly text: string;
  readonly sums: Sums;
  readonly image: Uint8Array;
  readonly kernels: Bytes;
  readonly int8: Bytes | undefined;
  readonly weights: Weights;
  /** The name of the file beside it. */
  readonly beside: string | undefined;
}

/** The JavaScript of a built file: an ES module that imports nothing. */
export function moduleText(making: Making): string {
  const { file, text, sums, image, kernels, weights, beside } = making;
  const { code, kinds } = file;
  const fields = {
    recipe: literal(text),
    sums: JSON.stringify(sums),
    kinds,
    kernels: weights !== 'wasm' && `"${toBase64(kernels)}"`,
    weights: weights === 'module' && `"${toBase64(image)}"`,
    int8: integersText(making),
    decode: weights !== 'wasm' && code.name('fromBase64'),
    // `new URL` with `import.meta.url` is what bundlers take a file along for.
    beside:
      beside &&
      `["${weights === 'wasm' ? 'kernels' : 'weights'}", () => ${code.name('beside')}(new URL(${literal(`./${beside}`)}, import.meta.url))]`,
  };
  const own = Object.entries(fields).flatMap(([key, value]) => (value ? [`  ${key}: ${value},`] : []));
  const open = code.name('open');
  const error = code.name('GatewiseError');
  // What is exported is said first and made last: a file that was cut anywhere is no module.
  return `export { createModel, createModelSync, ${error} as GatewiseError };
${file.text}
const { createModel, createModelSync } = ${open}({
${own.join('\n')}
});
`;
}

/** Integer kernels are in the .wasm where there is one. */
function integersText({ file, recipe, int8, weights }: Making): string | undefined {
  if (!int8) return undefined;
  const [own, prefix] = weights === 'wasm' ? ['', `, "${INT8_PREFIX}"`] : [`kernels: "${toBase64(int8)}", `, ''];
  return `{ ${own}support: (module) => ${file.code.name('supportOf')}({ module, build: "${recipe.integers}" }${prefix}) }`;
}
