import { tableOf } from '../formats/record.js';
import { refuse } from '../shared/refuse.js';
import type { Builder } from './builder.js';
import { whileLoop } from './loop.js';
import { BLOCK } from './ops/block.js';
import { ELEMENTWISE } from './ops/elementwise.js';
import { LISTS } from './ops/lists.js';
import { PRODUCT } from './ops/product.js';
import { SHAPES } from './ops/shapes.js';
import { stridedSlice } from './ops/strided-slice.js';
import { VALUES } from './ops/values.js';
import { scopeOf } from './resolve.js';
import { Site, type Translate } from './site.js';
import { refuseWritesBefore } from './writes.js';

/** Every operator that is honoured, by name; those that hold graphs stand where graphs are translated. */
const OPERATORS = /* @__PURE__ */ tableOf<Translate>(BLOCK, ELEMENTWISE, LISTS, PRODUCT, SHAPES, VALUES, {
  StridedSlice: stridedSlice,
});

const LOOPS = new Set(['While', 'StatelessWhile', 'Exit']);

/** Translates all that a graph needs of what its nodes are made by. */
export function translateAll(builder: Builder): void {
  for (let node = builder.next(); node; node = builder.next()) {
    builder.file.budget.nodes(1, builder.where);
    const site = new Site(builder, node);
    const { inFunction, nodes } = scopeOf(node);
    if (!inFunction) refuseWritesBefore(node.def, nodes, builder.file.waitedFor, site.where);
    const run = OPERATORS[node.type];
    if (run) run(site);
    else if (LOOPS.has(node.type)) whileLoop(site, translateAll);
    else refuse(site.where, 'an operator that is not honoured', 'one of the operators in docs/formats.md', node.type);
    site.attributes.finish();
  }
}
