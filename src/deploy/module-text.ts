import type { Bytes } from '../wasm/module.js';
import { Code, kindsText } from './compose.js';
import type { Recipe } from './recipe.js';
import type { Sums } from './sums.js';
import { literal, toBase64, toText } from './texts.js';

/** All that a built file is made of. */
interface Making {
  readonly recipe: Recipe;
  /** The same as JSON. */
  readonly text: string;
  readonly sums: Sums;
  readonly image: Uint8Array;
  readonly kernels: Bytes;
  readonly int8: Bytes | undefined;
  readonly weights: 'module' | 'split' | 'wasm';
  /** The name of the file beside it. */
  readonly beside: string | undefined;
}

/** The JavaScript of a built file: an ES module that imports nothing. */
export function moduleText({ recipe, text, sums, image, kernels, int8, weights, beside }: Making): string {
  const code = new Code();
  const kernelText = (bytes: Bytes): string => `() => ${code.name('fromText')}(${literal(toText(bytes))})`;
  const fields = {
    recipe: literal(text),
    sums: JSON.stringify(sums),
    kinds: kindsText(recipe.graph.nodes, code),
    kernels: weights !== 'wasm' && kernelText(kernels),
    weights: weights === 'module' && `() => ${code.name('fromBase64')}("${toBase64(image)}")`,
    int8:
      int8 &&
      `{ bytes: ${kernelText(int8)}, support: (module) => ${code.name('supportOf')}({ module, build: "${recipe.integers}" }) }`,
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
${code.text()}
const { createModel, createModelSync } = ${open}({
${own.join('\n')}
});
`;
}
