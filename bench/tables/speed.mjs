import { sizeName } from '../support/lstm.mjs';
import { digits, duration, markdown } from '../support/table.mjs';

const STEP = {
  'onnxruntime-node': 'onnxruntime-node (native)',
  'onnxruntime-web': 'onnxruntime-web',
  'tfjs wasm': 'TensorFlow.js (wasm)',
  'plain JS': 'plain JS',
  'packed JS': 'packed JS',
};

/** The README's section on speed, out of the records of one machine and build. */
export function speedBlock(records) {
  const { streaming, sequence, batch, int8 } = records;
  return [
    `One timestep of an LSTM, processor time, and how many times ours it is. ${where(streaming)}; beside ${withPeers(streaming)}. Every engine has one thread and the same weights, and is checked to give the same numbers before it is timed; they take turns, and figures are medians.`,
    steps(streaming),
    'A run over 128 timesteps, one over 32 such sequences together, and a step with int8 weights: how many times as long others take as Gatewise (below 1 they are faster).',
    runs({ sequence, batch, int8 }),
  ].join('\n\n');
}

/** A page with its sentence on how fast a step is, whose figures are the record's. */
export function withSentence(page, { streaming }) {
  const sentence = /(- \*\*Fast where it counts: one timestep at a time\.\*\* ).*?(?= a step allocates nothing\.)/s;
  if (!sentence.test(page)) throw new Error('no sentence on speed');
  const between = (name) => {
    const ratios = lstms(streaming).map(({ engines }) => engines[name].ratio.median);
    return `${short(Math.min(...ratios))} to ${short(Math.max(...ratios))} times`;
  };
  const text = `By size ${between('plain JS')} a well-written plain-JS
  \`Float32Array\` LSTM, ${between('onnxruntime-web')} onnxruntime-web, ${between('onnxruntime-node')} native onnxruntime;`;
  return page.replace(sentence, (_, begin) => begin + text);
}

const short = (value) => value.toFixed(value < 10 ? 1 : 0);

/** On what it was measured. */
export const where = ({ cpu, node, build, commit, date }) =>
  `${cpu}, one core; Node ${node.slice(1)}, build \`${build}\`, commit ${commit.slice(0, 7)}, ${date.slice(0, 10)}`;

const withPeers = ({ peers }) =>
  Object.entries(peers)
    .filter(([name]) => name !== '@tensorflow/tfjs-backend-wasm')
    .map(([name, version]) => `${name.replace('@tensorflow/tfjs', 'TensorFlow.js')} ${version}`)
    .join(', ');

const lstms = ({ rows }) => rows.filter(({ net, kind }) => net.cell === 'lstm' && (kind ?? 'step') === 'step');
const ratio = (row, name) => {
  const found = row?.engines[name];
  return found ? `${digits(found.ratio.median)}x` : '';
};

function steps(streaming) {
  const head = ['(inputs, units, layers)', 'Gatewise', ...Object.values(STEP)];
  const lines = lstms(streaming).map((row) => [
    sizeName(row.net.size),
    duration(row.engines.gatewise.seconds),
    ...Object.keys(STEP).map((name) => {
      const found = row.engines[name];
      return found ? `${duration(found.seconds)}, ${digits(found.ratio.median)}x` : '';
    }),
  ]);
  return markdown([head, ...lines]);
}

function runs({ sequence, batch, int8 }) {
  const peers = ['onnxruntime-node', 'onnxruntime-web'];
  const head = [
    '(inputs, units, layers)',
    ...peers.map((name) => `sequence: ${name}`),
    ...peers.map((name) => `batch: ${name}`),
    'int8: our float32',
    ...peers.map((name) => `int8: ${name} int8`),
  ];
  const like = (record, { size }) => lstms(record).find(({ net }) => `${net.size}` === `${size}`);
  const batches = { rows: batch.rows };
  const lines = lstms(sequence).map((row) => {
    const [rows, eight] = [like(batches, row.net), like(int8, row.net)];
    return [
      sizeName(row.net.size),
      ...peers.map((name) => ratio(row, name)),
      ...peers.map((name) => ratio(rows, name)),
      ratio(eight, 'gatewise'),
      ...peers.map((name) => ratio(eight, `${name} int8`)),
    ];
  });
  return markdown([head, ...lines]);
}
