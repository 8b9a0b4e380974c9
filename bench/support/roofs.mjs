// The machine's own limits as WebAssembly can reach them: loops that do one thing only, generated as text so that many
// arrangements can be tried. Which is the fastest depends on the engine's register allocation as much as on the processor.
import binaryen from 'assemblyscript/binaryen';

/** `[accumulators, rounds of them per iteration]` of the loops that multiply and add. */
const ARRANGEMENTS = [
  [10, 4],
  [12, 4],
  [13, 2],
  [13, 4],
  [14, 4],
];
const ITERATIONS = 5_000;

/**
 * The best loop that multiplies and adds vectors in registers only, found by trial.
 * @returns `run()` performs `flops` floating-point operations.
 */
export function maddRoof(build) {
  const candidates = ARRANGEMENTS.map(([accumulators, rounds]) => {
    const { madd } = instantiate(maddModule(accumulators, rounds, build === 'relaxed'));
    return { run: () => void madd(ITERATIONS, 1e-6), flops: 8 * accumulators * rounds * ITERATIONS };
  });
  const rate = candidates.map(({ run, flops }) => {
    let least = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < 50; trial++) {
      const start = performance.now();
      run();
      least = Math.min(least, performance.now() - start);
    }
    return flops / least;
  });
  return candidates[rate.indexOf(Math.max(...rate))];
}

/** `read(address, bytes)`: reads that part of a memory by 128-bit loads; bytes are a multiple of 64. */
export const readRoof = (memory) => instantiate(readModule(), { env: { memory } }).read;

/**
 * acc[i] += m·acc[i] for each accumulator: products that differ, or the engine would compute one for all of a round and the loop only
 * add. m is so small that the sums stay what they are, within a few parts in a hundred.
 */
function maddModule(accumulators, rounds, relaxed) {
  const names = Array.from({ length: accumulators }, (_, i) => `$a${i}`);
  const madd = (acc) =>
    relaxed
      ? `(f32x4.relaxed_madd (local.get ${acc}) (local.get $m) (local.get ${acc}))`
      : `(f32x4.add (local.get ${acc}) (f32x4.mul (local.get ${acc}) (local.get $m)))`;
  const round = names.map((acc) => `(local.set ${acc} ${madd(acc)})`).join('\n    ');
  const start = names.map((acc, i) => `(local.set ${acc} (f32x4.splat (f32.const ${i + 1})))`).join('\n    ');
  return `(module (func (export "madd") (param $n i32) (param $x f32) (result f32)
    (local $m v128) ${names.map((acc) => `(local ${acc} v128)`).join(' ')}
    (local.set $m (f32x4.splat (local.get $x)))
    ${start}
    (loop $again ${round.repeat(rounds)}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (f32x4.extract_lane 0 ${fold('f32x4.add', names)})))`;
}

/** Ors what it loads into four sums, the least that keeps the loads alive. */
function readModule() {
  const names = ['$a', '$b', '$c', '$d'];
  const load = (acc, offset) =>
    `(local.set ${acc} (v128.or (local.get ${acc}) (v128.load offset=${offset} (local.get $at))))`;
  const loads = (count) => Array.from({ length: count }, (_, i) => load(names[i % 4], 16 * i)).join('\n    ');
  const loop = (count) => `
    (block $done${count} (loop $again${count}
      (br_if $done${count} (i32.gt_u (i32.add (local.get $at) (i32.const ${16 * count})) (local.get $end)))
      ${loads(count)}
      (local.set $at (i32.add (local.get $at) (i32.const ${16 * count})))
      (br $again${count})))`;
  return `(module (import "env" "memory" (memory 1))
    (func (export "read") (param $at i32) (param $bytes i32) (result i32)
    (local $end i32) ${names.map((acc) => `(local ${acc} v128)`).join(' ')}
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    ${loop(16)}
    ${loop(4)}
    (v128.any_true ${fold('v128.or', names)})))`;
}

const fold = (operation, names) =>
  names.map((name) => `(local.get ${name})`).reduce((a, b) => `(${operation} ${a} ${b})`);

function instantiate(text, imports = {}) {
  const parsed = binaryen.parseText(text);
  parsed.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.RelaxedSIMD);
  const module = new WebAssembly.Module(parsed.emitBinary());
  parsed.dispose();
  return new WebAssembly.Instance(module, imports).exports;
}
