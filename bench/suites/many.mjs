import { quantize } from 'gatewise/quantize';
import { lstmSpec, multiplyAdds, randomLayers, SIZES, sizeName } from '../support/lstm.mjs';
import { uniform } from '../support/random.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { createModel } from '../support/subjects.mjs';
import { digits, duration, range, times } from '../support/table.mjs';
import { measureTurns } from '../support/turns.mjs';

const STREAMS = 32;

export const title = `Many: model.stepMany over ${STREAMS} streams, and over 3, against stream.step one by one in the same rounds; float32 and int8 weights (figures per timestep of one stream)`;
export const points = SIZES.slice(2);
export const pointName = sizeName;

/** At least this many times one by one, by `STREAMS` streams with float32 weights. */
const target = ([, units]) => (units >= 1024 ? 1.8 : 1);

export async function measure(size, options) {
  const spec = lstmSpec(randomLayers(size));
  const { build } = options;
  const f32 = await createModel(spec, { build });
  const int8 = await createModel((await quantize(spec, { layers: 'all' })).spec, { build });
  const cases = {
    ...casesOf('', f32, size, STREAMS),
    ...casesOf('Few', f32, size, 3),
    ...casesOf('Int8', int8, size, STREAMS),
  };
  const rounds = await measureTurns(cases, options);
  const ratio = (which) => spread(ratios(rounds[`alone${which}`], rounds[`many${which}`]));
  const many = median(rounds.many) / STREAMS;
  return {
    size,
    many,
    alone: median(rounds.alone) / STREAMS,
    gflops: (2e-9 * multiplyAdds(size)) / many,
    ratio: ratio(''),
    target: target(size),
    met: ratio('').median >= target(size),
    fewRatio: ratio('Few'),
    int8: median(rounds.manyInt8) / STREAMS,
    int8Ratio: ratio('Int8'),
    rounds,
  };
}

/** Both ways to take a step of so many streams, which have to give the same bits. */
function casesOf(which, model, size, count) {
  const [inputs, units] = size;
  const make = () => Array.from({ length: count }, () => model.createStream());
  const [together, apart] = [make(), make()];
  const frames = uniform(1, count * inputs, 1);
  const own = apart.map((_, i) => frames.slice(i * inputs, (i + 1) * inputs));
  const out = new Float32Array(count * units);
  const ownOut = apart.map(() => new Float32Array(units));
  const many = () => void model.stepMany(together, frames, out);
  const alone = () => {
    for (let i = 0; i < count; i++) apart[i].step(own[i], ownOut[i]);
  };
  for (let t = 0; t < 3; t++) {
    many();
    alone();
    const wrong = ownOut.findIndex((row, i) => row.some((value, j) => !Object.is(value, out[i * units + j])));
    if (wrong >= 0) throw new Error(`many ${sizeName(size)}: stream ${wrong} has other bits than alone`);
  }
  return { [`many${which}`]: many, [`alone${which}`]: alone };
}

export const columns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'stepMany', text: ({ many }) => duration(many) },
  { label: 'GFLOP/s', text: ({ gflops }) => digits(gflops) },
  { label: 'one by one', text: ({ alone }) => duration(alone) },
  { label: 'faster', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'target', text: ({ target, met }) => `${target}x ${met ? 'met' : 'MISSED'}` },
  { label: '3 streams', text: ({ fewRatio }) => times(fewRatio) },
  { label: 'int8', text: ({ int8 }) => duration(int8) },
  { label: 'faster', text: ({ int8Ratio }) => times(int8Ratio) },
];
