import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { projectOf, spec } from './guides.js';

it('the sample of docs/server.md serves the next timestep of a user, and ends', async () => {
  const project = projectOf('server.md');
  try {
    const printed = execFileSync(process.execPath, ['server.mjs'], { cwd: project, encoding: 'utf8' });
    const [, list = ''] = /http:\/\/127\.0\.0\.1:\d+\n(\[[\s\S]*\])/.exec(printed) ?? [];
    expectSameBits(JSON.parse(list), (await createModel(spec)).run([0.3, -0.1, 0, 0.5]));
    expect(printed.trim().split('\n')[0]).toMatch(/^http/);
  } finally {
    rmSync(project, { recursive: true });
  }
});
