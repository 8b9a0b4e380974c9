import { describe, it } from 'vitest';
import type { OnnxOptions } from '../../../src/importers/onnx/index.js';
import { builds } from '../../support/builds.js';
import { part } from '../../support/thorough.js';
import { type Case, check, type Run, recorded } from './recorded.js';

// Files as exporters write them (PyTorch's two, Keras 3's own, tf2onnx), what ONNX Runtime saves when it has optimised, and graphs that hold what
// neither has; all with what ONNX Runtime makes of them. The generators are beside the files.

/** Sizes of the first run for everything but the batch. */
const fixedTime = ({ runs: [run] }: Case): NonNullable<OnnxOptions['shapes']> =>
  Object.fromEntries(
    Object.entries((run as Run).inputs).map(([name, { dims }]) => [
      name,
      dims.map((n) => (n === 'batch' ? null : n === 'time' ? (run as Run).time : (n as number))),
    ]),
  );

const FILES = [
  'torch',
  'keras3',
  'keras2',
  'graphs',
  'lengths',
  'lengths-old',
  'around',
  'quantised',
  'shipped',
  'strict',
  'nodes',
  'planes',
  'over-time',
  'crnn',
  'loops',
];
describe.each(FILES)('ONNX files, as ONNX Runtime runs them: %s', (name) => {
  const cases = recorded(name);
  describe.each(builds)('%s', (build) => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one, build, one.options, one.runs));
  });
  // Whatever runs with the time open runs with it fixed.
  const timed = cases.filter(({ runs: [run] }) =>
    Object.values((run as Run).inputs).some(({ dims }) => dims.includes('time')),
  );
  it.each(part(timed, 3).map((one) => [one.name, one] as const))('%s, its time fixed by options.shapes', (_, one) =>
    check(one, builds[0] as (typeof builds)[0], { ...one.options, shapes: fixedTime(one) }, one.runs.slice(0, 1)),
  );
});
