// Vitest's order of test files where the first failure ends a run: quick ones first, as told by an earlier run in the file of MUTANTS_RUN.
import { readFileSync } from 'node:fs';
import { BaseSequencer } from 'vitest/node';

export default class QuickFirst extends BaseSequencer {
  async sort(specifications) {
    const { order = [] } = process.env.MUTANTS_RUN ? JSON.parse(readFileSync(process.env.MUTANTS_RUN, 'utf8')) : {};
    const place = ({ moduleId }) => order.findIndex((name) => moduleId.endsWith(name));
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}
