import { assertAgree } from '../support/agree.mjs';
import { loadKernels } from '../support/kernels.mjs';
import { uniform } from '../support/random.mjs';
import { maddRoof } from '../support/roofs.mjs';
import { measureRounds, warmUp } from '../support/rounds.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { digits, percent, range } from '../support/table.mjs';

export const title =
  'GEMM: rows x k times k x 4·vectors, against the best register-only mul+add loop in the same rounds';

/** `[rows, k, vectors]`: projections of sequences and batches, one with odd ends. */
export const points = [
  [64, 128, 128],
  [128, 128, 128],
  [256, 128, 128],
  [64, 256, 256],
  [128, 256, 256],
  [256, 256, 256],
  [64, 512, 512],
  [128, 512, 512],
  [256, 512, 512],
  [32, 256, 256],
  [127, 251, 253],
];
export const pointName = (shape) => `(${shape.join(', ')})`;

const TARGET = 0.9;

export async function measure(shape, options) {
  const [rows, k, vectors] = shape;
  const columns = 4 * vectors;
  const { arena, kernels, pack } = await loadKernels(options.build);
  const a = uniform(1, rows * k, 1);
  const weight = uniform(2, columns * k, 1 / Math.sqrt(k)); // (columns, k)
  const bias = uniform(3, columns, 1);
  const packed = pack(weight, columns, k);
  const [aAt, biasAt, cAt] = [a.length, columns, rows * columns].map((floats) => arena.alloc(4 * floats));
  arena.f32.set(a, aAt / 4);
  arena.f32.set(bias, biasAt / 4);
  const gemm = () => {
    kernels.gemm(aAt, 4 * k, rows, packed.address, k, 0, k, vectors, biasAt, 0, cAt, 4 * columns);
  };
  gemm();
  const c = arena.f32.slice(cAt / 4, cAt / 4 + rows * columns);
  assertAgree(`gemm ${pointName(shape)}`, c, product(a, weight, bias, rows, k, columns));

  const best = maddRoof(options.build);
  const cases = { gemm, roof: best.run };
  warmUp(cases, 1000 * options.seconds);
  const measured = await measureRounds('gemm', cases, options);
  const gflops = measured.gemm.map((seconds) => (2e-9 * rows * k * columns) / seconds);
  const roof = measured.roof.map((seconds) => (1e-9 * best.flops) / seconds);
  const share = spread(ratios(gflops, roof));
  return {
    shape,
    gflops: median(gflops),
    roof: median(roof),
    share,
    target: TARGET,
    met: share.median >= TARGET,
    rounds: { gflops, roof },
  };
}

export const columns = [
  { label: '(rows, k, vectors)', text: ({ shape }) => pointName(shape) },
  { label: 'GFLOP/s', text: ({ gflops }) => digits(gflops) },
  { label: 'roof', text: ({ roof }) => digits(roof) },
  { label: 'of roof', text: ({ share }) => percent(share) },
  { label: 'rounds', text: ({ share }) => range((value) => `${(100 * value).toFixed(0)} %`, share) },
  { label: 'target', text: ({ target, met }) => `${100 * target} % ${met ? 'met' : 'MISSED'}` },
];

/** C = bias + A·Wᵀ in float64. */
function product(a, weight, bias, rows, k, columns) {
  const c = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < columns; n++) {
      let sum = bias[n];
      for (let j = 0; j < k; j++) sum += a[r * k + j] * weight[n * k + j];
      c[r * columns + n] = sum;
    }
  }
  return c;
}
