import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folder, gatewise, WEATHER } from './here.js';

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
/** Each command of the guide, and what it says that it prints. */
const samples = [...text.matchAll(/```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)].flatMap(
  ([, commands = '', printed = '']) =>
    commands
      .trim()
      .split('\n')
      .map((command) => ({ command, printed })),
);

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

it('names every command, and every option of theirs by name or in their help', async () => {
  const commands = [...(await gatewise(['--help'])).out.matchAll(/^ {2}(\w+) .*<file>/gm)].map(([, name]) => name);
  const listed = [...text.matchAll(/^\| `gatewise (\w+)/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands);
});
