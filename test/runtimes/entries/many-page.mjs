// For a page: neither a bundler nor an import map is there.

import { answerMany } from './many-suite.mjs';
import { createPool } from './node_modules/gatewise/dist/many/index.js';

globalThis.page = { many: () => answerMany(createPool) };
