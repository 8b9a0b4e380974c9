// Small wrong changes all over assembly/: another lane, tile, stride, flag or operation, one at a time.
import { readdirSync } from 'node:fs';
import { Copy } from './copy.mjs';

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

/**
 * @param file one of assembly/ without its ending; all of them unless given.
 * @param every only each n-th change, spread over the file.
 * @returns how many were not noticed.
 */
export function testKernels(file, every = '1') {
  const copy = new Copy();
  const files = readdirSync('assembly')
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => name.replace('.ts', ''))
    .filter((name) => file === undefined || file === 'all' || name === file);
  let survivors = 0;
  for (const name of files) {
    const path = `assembly/${name}.ts`;
    const text = copy.read(path);
    const mutants = [...mutantsOf(text)].filter((_, index) => index % Number(every) === 0);
    const found = { noticed: 0, hung: 0, survived: 0, 'not compiled': 0 };
    for (const { what, line, changed } of mutants) {
      copy.write(path, changed);
      const compiled = copy.buildSimd();
      const outcome = compiled ? OUTCOMES[copy.test(testsOf(name))] : 'not compiled';
      found[outcome]++;
      if (outcome === 'survived')
        console.log(`SURVIVED  ${path}:${line}  ${what}: ${text.split('\n')[line - 1].trim()}`);
    }
    copy.write(path, text);
    survivors += found.survived;
    const noticed = found.noticed + found.hung;
    const score = ((100 * noticed) / Math.max(1, noticed + found.survived)).toFixed(1);
    console.log(`${score} %  ${path}: ${JSON.stringify(found)}`);
  }
  copy.remove();
  return survivors;
}
