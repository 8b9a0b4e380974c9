import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';
import { needsCommand, needsNode, nodePath } from './here.js';
import { newProject } from './project.js';

const FEATURES = 3;
const TIME = 8;
const spec = stack('lstm', FEATURES, 6);
const x = randomFloats(TIME * FEATURES, 1);

describe('a server and its client', () => {
  let project: string;
  let expected: Float32Array;
  beforeAll(async () => {
    project = newProject();
    const script = 'server-shell.mjs';
    copyFileSync(fileURLToPath(new URL(`entries/${script}`, import.meta.url)), join(project, script));
    const tensors = Object.entries(spec.tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: [...(data as Float32Array)] },
    ]);
    const frames = Array.from({ length: TIME }, (_, t) => [...x.subarray(t * FEATURES, (t + 1) * FEATURES)]);
    const given = { spec: { ...spec, tensors: Object.fromEntries(tensors) }, frames, features: FEATURES };
    writeFileSync(join(project, 'given.json'), JSON.stringify(given));
    expected = (await createModel(spec, { build: 'simd' })).run(x);
  });

  function expectOf(streams: boolean, command: string, ...run: string[]): void {
    const printed = execFileSync(command, [...run, 'server-shell.mjs'], {
      cwd: project,
      encoding: 'utf8',
      timeout: 60_000,
    });
    const answers = JSON.parse(printed.trim().split('\n').at(-1) as string);
    expectSameBits(answers.sequence, expected);
    if (streams) expectSameBits(answers.stream, expected);
    expect(answers.refused).toEqual([400, expect.stringMatching(/not JSON/)]);
  }
  // Node 20 has no WebSocket of its own to be a client with.
  for (const major of [20, 22, 24]) {
    it(`in Node ${major}`, needsNode(major), () => expectOf(major > 20, nodePath(major) as string));
  }
  it('in Deno', needsCommand('deno'), () => expectOf(true, 'deno', 'run', '--no-lock', '--allow-all'));
  it('in Bun', needsCommand('bun'), () => expectOf(true, 'bun', 'run'));
});
