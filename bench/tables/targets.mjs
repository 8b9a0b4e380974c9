import { sizeName } from '../support/lstm.mjs';
import { digits, markdown } from '../support/table.mjs';

// What the figures should show. Each function takes a build's records and gives the figure that counts, or undefined where there is no record of it.

const SMALL = [
  [1, 40, 1],
  [64, 64, 1],
];
const MIDDLE = [128, 128, 1];
const STACK = [128, 256, 2];
const LARGE = [
  [256, 512, 1],
  [512, 1024, 1],
];
const ALL = [...SMALL, MIDDLE, STACK, ...LARGE];
const WIDE = [MIDDLE, STACK, ...LARGE];

/** How many times the first entry's time an engine takes: of a row of a race. */
const times = (suite, cell, size, engine, kind) => (records) =>
  records[suite]?.rows.find(
    ({ net, kind: of }) => net.cell === cell && `${net.size}` === `${size}` && (kind === undefined || of === kind),
  )?.engines[engine]?.ratio.median;

/** The least of several figures; unknown if one is. */
const least = (figures) => (records) => {
  const values = figures.map((figure) => figure(records));
  return values.includes(undefined) ? undefined : Math.min(...values);
};

const one = (suite, what, engine, size, asked, kind, cell = 'lstm') => ({
  what: `${what}, ${sizeName(size)}`,
  asked,
  figure: times(suite, cell, size, engine, kind),
});
const everywhere = (suite, what, engines, asked, { sizes = ALL, kind, cell = 'lstm' } = {}) => ({
  what: `${what}, the least of ${sizes.length} sizes`,
  asked,
  figure: least(sizes.flatMap((size) => engines.map((engine) => times(suite, cell, size, engine, kind)))),
});
const ORT = ['onnxruntime-node', 'onnxruntime-web'];
const step8 = (size, engine, what, asked) => one('int8', `int8 step: ${what}`, engine, size, asked, 'step');
const suiteRow = (suite, size, figure) => (records) => {
  const row = records[suite]?.rows.find((found) => `${found.size}` === `${size}`);
  return row && figure(row);
};

const TARGETS = [
  everywhere('streaming', 'LSTM step: onnxruntime-node, -web / ours', ORT, 1),
  ...[
    [SMALL[0], 40],
    [SMALL[1], 12],
    [MIDDLE, 4.5],
  ].map(([size, asked]) => one('streaming', 'LSTM step: onnxruntime-web / ours', 'onnxruntime-web', size, asked)),
  everywhere('streaming', 'GRU step: onnxruntime-node, -web / ours', ORT, 1, { cell: 'gru' }),
  ...[
    [SMALL[0], 36],
    [SMALL[1], 10.8],
    [MIDDLE, 4.05],
  ].map(([size, asked]) =>
    one('streaming', 'GRU step: onnxruntime-web / ours', 'onnxruntime-web', size, asked, undefined, 'gru'),
  ),
  ...[
    [SMALL[0], 1.9],
    [SMALL[1], 1.9],
    [MIDDLE, 1.6],
    [STACK, 1.5],
    [LARGE[0], 1],
    [LARGE[1], 1],
  ].map(([size, asked]) => one('sequence', 'LSTM sequence: onnxruntime-web / ours', 'onnxruntime-web', size, asked)),
  ...WIDE.map((size) => one('batch', 'LSTM batch of 32: of the arithmetic roof', 'mul+add', size, 0.85)),
  ...[SMALL[1], MIDDLE].map((size) =>
    one('batch', 'LSTM batch of 32: onnxruntime-web / ours', 'onnxruntime-web', size, 1.6),
  ),
  everywhere('int8', 'int8 step: onnxruntime-node int8 / ours', ['onnxruntime-node int8'], 1, { kind: 'step' }),
  step8(MIDDLE, 'onnxruntime-node int8', 'onnxruntime-node int8 / ours', 5),
  ...LARGE.map((size) => step8(size, 'onnxruntime-node int8', 'onnxruntime-node int8 / ours', 1.3)),
  step8(LARGE[1], 'onnxruntime-web int8', 'onnxruntime-web int8 / ours', 6),
  step8(MIDDLE, 'gatewise', 'our float32 / int8', 1.4),
  ...[STACK, ...LARGE].map((size) => step8(size, 'gatewise', 'our float32 / int8', 3)),
  ...WIDE.map((size) =>
    one('int8', 'int8 sequence: onnxruntime-node float32 / ours', 'onnxruntime-node', size, 1, 'sequence'),
  ),
  everywhere('int8', 'int8 batch: our float32 / int8', ['gatewise'], 1.3, { sizes: WIDE, kind: 'batch' }),
  {
    what: `stepMany, 32 streams: one by one / together, ${sizeName(LARGE[1])}`,
    asked: 1.8,
    figure: suiteRow('many', LARGE[1], ({ ratio }) => ratio.median),
  },
  {
    what: 'stepMany, 32 streams: one by one / together, the least of 6 sizes',
    asked: 1,
    figure: least(ALL.map((size) => suiteRow('many', size, ({ ratio }) => ratio.median))),
  },
  {
    what: 'runMany on two cores: one worker / two, the least of its sizes',
    asked: 1.8,
    figure: ({ 'run-many': record }) => record && Math.min(...record.rows.map(({ ratio }) => ratio)),
  },
  {
    what: 'collections in a million steps, LSTM (64, 64, 1)',
    asked: 0,
    atMost: true,
    figure: ({ steady }) => {
      const row = steady?.rows.find(({ subject }) => subject === 'gatewise');
      return row && row.scavenges + row.markSweeps;
    },
  },
];

/**
 * Each target with what the builds' records show of it.
 * @param builds `{ build: { suite: record } }`
 * @returns a table of Markdown
 */
export function targetsTable(builds) {
  const names = Object.keys(builds).filter((name) => Object.keys(builds[name]).length > 0);
  const head = ['what', 'asked', ...names.map((name) => `\`${name}\`, Node ${nodeOf(builds[name])}`)];
  const lines = TARGETS.map(({ what, asked, atMost = false, figure }) => [
    what,
    atMost ? `at most ${asked}` : digits(asked),
    ...names.map((name) => verdict(figure(builds[name]), asked, atMost)),
  ]);
  return markdown([head, ...lines]);
}

/** To the digits that are shown, so that no figure is missed by what nobody sees. */
function verdict(value, asked, atMost) {
  if (value === undefined) return 'not measured';
  const shown = Number.isInteger(value) ? `${value}` : digits(value);
  const met = atMost ? Number(shown) <= asked : Number(shown) >= asked;
  return met ? shown : `**${shown} missed**`;
}

const nodeOf = (records) => Object.values(records)[0].node.slice(1);
