import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wantsColours } from '../../src/cli/terminal.js';
import { folder, gatewise, WEATHER } from './here.js';

/** What the program says of itself: its help, its guide, what is wrong with how it was called. */
const commands = [...(await gatewise(['--help'])).out.matchAll(/^ {2}(\w+) .*<files?[.>]/gm)].map(
  ([, name]) => name as string,
);

describe('help', () => {
  it('lists the commands', () => {
    expect(commands).toEqual(expect.arrayContaining(['inspect', 'explain', 'run']));
  });

  it.each([[], ...commands.map((name) => [name])])('fits a screen: %s', async (...command) => {
    const { code, out } = await gatewise([...command, '--help']);
    const lines = out.trimEnd().split('\n');
    // One is for the prompt after it.
    expect(lines.length).toBeLessThan(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });

  it('is what is shown without a command, and the version what package.json says', async () => {
    expect((await gatewise([])).out).toContain('Commands:');
    expect((await gatewise(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('usage', () => {
  it.each([
    [['frob'], "unknown command 'frob'"],
    [['inspekt', 'x'], "unknown command 'inspekt' (Did you mean inspect?)"],
    [['inspect'], "missing required argument 'file'"],
    [['inspect', 'a', 'b'], "too many arguments for 'inspect'. Expected 1 argument but got 2."],
    [['run', 'x'], "required option '-i, --input <file>' not specified"],
    [['run', 'x', '--input'], "option '-i, --input <file>' argument missing"],
    [['run', 'x', '-i', 'x.csv', '--outptu', 'y.csv'], "unknown option '--outptu' (Did you mean --output?)"],
  ])('%j', async (args, words) => {
    const { code, out, err } = await gatewise(args);
    expect(err.replace('\n(', ' (')).toBe(`gatewise: ${words}\n`);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

it('--debug shows where an error is from', async () => {
  const { code, err } = await gatewise(['inspect', 'none.onnx', '--debug']);
  expect(err).toMatch(/^gatewise: file "none.onnx": .*\nImportError: .*\n +at /s);
  expect(code).toBe(1);
});

it('colours are for terminals, and for those who want them', () => {
  expect(wantsColours({}, true)).toBe(true);
  expect(wantsColours({}, false)).toBe(false);
  expect(wantsColours({ NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColours({ NO_COLOR: '' }, true)).toBe(true);
  expect(wantsColours({ TERM: 'dumb' }, true)).toBe(false);
  expect(wantsColours({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wantsColours({ FORCE_COLOR: '1', NO_COLOR: '1' }, false)).toBe(false);
});

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
/** Each command of the guide, and what it says that it prints. */
const samples = [...text.matchAll(/```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)].flatMap(
  ([, commands = '', printed = '']) =>
    commands
      .trim()
      .split('\n')
      .map((command) => ({ command, printed })),
);

describe('the guide', () => {
  const before = process.cwd();
  beforeAll(() => {
    copyFileSync(WEATHER, join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'days.csv'), /```csv\n(.*?)```/s.exec(text)?.[1] ?? '');
    process.chdir(folder);
  });
  afterAll(() => process.chdir(before));

  it.each(samples)('$command', async ({ command, printed }) => {
    const [program, ...args] = command.split(' ');
    expect(program).toBe('gatewise');
    const { code, out, err } = await gatewise(args);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain(printed);
    const output = args[args.indexOf('--output') + 1];
    if (args.includes('--output')) expect(existsSync(output as string)).toBe(true);
  });

  it('builds a module that its sample imports', () => {
    const [, name = '', code = ''] = /```js (\S+)\n(.*?)```/s.exec(text) ?? [];
    writeFileSync(join(folder, name), `${code}console.log(y.length);`);
    expect(execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' })).toBe('7\n');
  });

  it('names every command', () => {
    expect([...text.matchAll(/^\| `gatewise (\w+)/gm)].map(([, name]) => name)).toEqual(commands);
  });
});
