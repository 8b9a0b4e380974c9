// Small wrong changes all over assembly/: another lane, tile, stride, flag or operation, one at a time.
import { readdirSync } from 'node:fs';
import { Copy } from './copy.mjs';
import { draw, scoreOf } from './draw.mjs';

/** A pattern of code, and what becomes of it. */
const CHANGES = [
  [
    'another lane',
    /extract_lane\((\w+), (\d)\)/g,
    (_, vector, lane) => `extract_lane(${vector}, ${(Number(lane) + 1) % 4})`,
  ],
  ['other lanes', /i32x4\(0, 1, 2, 3\)/g, () => 'i32x4(1, 2, 3, 4)'],
  ['another lane shuffled in', /, 0, 0, 0, 0\)/g, () => ', 1, 1, 1, 1)'],
  ['half a vector', /<< 4\b/g, () => '<< 3'],
  ['vectors of eight', />> 2\b/g, () => '>> 3'],
  ['another tail', /& 3\b/g, () => '& 1'],
  ['a vector on', /\+ 16\b/g, () => '+ 32'],
  ['the same vector', /, 16\)/g, () => ', 0)'],
  ['no step by a stride', /\+= (\w*[sS]tride)\b/g, () => '+= 0'],
  ['no stride', /\* (\w*[sS]tride)\b/g, () => '* 0'],
  ['a condition turned', /\bif \(([^()]+(?:\([^()]*\)[^()]*)*)\)/g, (_, condition) => `if (!(${condition}))`],
  ['a flag ignored', /flags & (\w+(?:\.\w+)?)/g, () => '0'],
  ['once more', /(\w) < (\w+);/g, (_, a, b) => `${a} <= ${b};`],
  ['subtracted', /f32x4\.add\(/g, () => 'f32x4.sub('],
  ['added', /f32x4\.sub\(/g, () => 'f32x4.add('],
  ['added, not multiplied', /f32x4\.mul\(/g, () => 'f32x4.add('],
  ['multiplied, not divided', /f32x4\.div\(/g, () => 'f32x4.mul('],
  ['the smaller', /\.pmax\(/g, () => '.pmin('],
  ['the larger', /\.pmin\(/g, () => '.pmax('],
  ['no multiply-add', /\bmadd\((\w+), /g, (_, sum) => `madd(zeros() /* ${sum} */, `],
  ['a constant a little off', /splat\((-?\d+\.\d{4,})\)/g, (_, number) => `splat(${Number(number) * 1.0001})`],
];

/** The tests that look at a file's kernels. */
const TESTS = {
  activations: ['activate'],
  exp: ['activate'],
  gates: ['activate', 'cells'],
  rows: ['rows'],
  gemm: ['gemm'],
  gemv: ['gemm', 'cells'],
  tile: ['gemm', 'cells'],
  cell: ['cells'],
  lstm: ['cells'],
  gru: ['cells'],
  rnn: ['cells'],
};
const testsOf = (file) =>
  (TESTS[file] ?? ['rows', 'gemm', 'cells', 'activate']).map((name) => `test/kernels/${name}.test.ts`);

const OUTCOMES = { passed: 'survived', failed: 'noticed', hung: 'hung' };

/** Every change of a text, each with where it is. Comments stay as they are. */
export function* mutantsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
  for (const [what, pattern, make] of CHANGES) {
    for (const match of code.matchAll(pattern)) {
      const line = text.slice(0, match.index).split('\n').length;
      // Declarations and imports compute nothing.
      if (/^(import|export const enum|declare)/.test(text.split('\n')[line - 1])) continue;
      const changed = text.slice(0, match.index) + make(...match) + text.slice(match.index + match[0].length);
      yield { what, line, changed };
    }
  }
}

/** All changes of a file of assembly/, or of all files. */
function changesOf(copy, file) {
  return readdirSync('assembly')
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => name.replace('.ts', ''))
    .filter((name) => file === undefined || file === 'all' || name === file)
    .flatMap((name) => {
      const text = copy.read(`assembly/${name}.ts`);
      return [...mutantsOf(text)].map((mutant) => ({ name, text, ...mutant }));
    });
}

/**
 * @param file one of assembly/ without its ending; all of them unless given.
 * @param options `sample`: how many, `all` unless given; `seed`.
 * @returns how many were not noticed.
 */
export async function testKernels(file, { sample = 'all', seed = '1' } = {}) {
  const copy = new Copy();
  try {
    const usual = await copy.compileSimd();
    const made = changesOf(copy, file);
    const drawn = draw(made, sample, seed);
    const found = { noticed: 0, hung: 0, survived: 0, 'changes nothing': 0, 'not compiled': 0 };
    for (const { name, text, what, line, changed } of drawn) {
      const path = `assembly/${name}.ts`;
      copy.write(path, changed);
      const bytes = await copy.compileSimd();
      copy.write(path, text);
      // The compiler makes the same of both: there is nothing to notice.
      const same = bytes?.equals(usual);
      const outcome = !bytes ? 'not compiled' : same ? 'changes nothing' : OUTCOMES[copy.test(testsOf(name))];
      found[outcome]++;
      if (outcome === 'survived')
        console.log(`survived  ${path}:${line}  ${what}: ${text.split('\n')[line - 1].trim()}`);
    }
    const noticed = found.noticed + found.hung;
    const counted = noticed + found.survived;
    const drawnOf = `${drawn.length} of ${made.length}, seed ${seed}`;
    console.log(`${scoreOf(noticed, counted, made.length)}  assembly/: ${drawnOf}: ${JSON.stringify(found)}`);
    return found.survived;
  } finally {
    copy.remove();
  }
}
