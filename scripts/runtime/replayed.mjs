// What the code of built files has in the place of the sources, and what is left out of them.
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** Modules of src/ that read, check or pack a spec, and those of src/deploy/replay/ that stand in for them. */
const REPLAYED = {
  __proto__: null,
  'engine/engine': 'engine',
  'graph/activations': 'activations',
  'graph/check-spec': 'check-spec',
  'graph/int8': 'int8',
  'graph/streaming': 'streaming',
  'inspect/shown': 'shown',
  'layers/common': 'common',
  'layers/integer/wholes': 'wholes',
  'layers/recurrent/cell-sizes': 'cell-sizes',
  'state/fingerprint': 'fingerprint',
  'state/hash': 'hash',
  'wasm/int8-pack': 'int8-pack',
  'wasm/pack': 'pack',
  'wasm/pack-norm': 'pack-norm',
  'wasm/pack-table': 'pack-table',
  'wasm/pack-turn': 'pack-turn',
  'wasm/tiny': 'tiny',
};

/** What kinds of layers and cells have to check a node, or to say of it. */
const CHECKS = new Set([
  'check',
  'fields',
  'inputType',
  'vocabulary',
  'namesAllOutputs',
  'obstacle',
  'words',
  'extraTensors',
  'title',
  'extras',
  'ownTensors',
  'sizes',
]);

/** Source code without some of its parts, each with the comma behind it. */
const without = (code, parts) =>
  parts.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end).replace(/^\s*,/, ''), code);

/** Calls for each node of a tree, from the top; not for those within one for which it returns true. */
export function walk(node, visit) {
  if (Array.isArray(node)) for (const item of node) walk(item, visit);
  if (typeof node?.type !== 'string' || visit(node)) return;
  for (const key of Object.keys(node)) if (typeof node[key] === 'object') walk(node[key], visit);
}

/** @param root the folder of the package. */
export const replayed = (root) => ({
  name: 'replayed',
  async resolveId(source, importer, options) {
    // What stands in for a module may use it.
    if (!importer || importer.includes('/src/deploy/replay/')) return undefined;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    const [, name] = /\/src\/(.*)\.ts$/.exec(found?.id ?? '') ?? [];
    return REPLAYED[name] ? { ...found, id: join(root, `src/deploy/replay/${REPLAYED[name]}.ts`) } : found;
  },
  transform(code, id) {
    if (!id.includes('/src/layers/')) return undefined;
    const parts = [];
    walk(parseAst(code, { lang: 'ts' }), (node) => {
      const isPart = node.type === 'Property' && !node.computed && CHECKS.has(node.key.name);
      if (isPart) parts.push(node);
      return isPart;
    });
    return without(code, parts);
  },
});
