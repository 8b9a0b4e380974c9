import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('README', () => {
  it('has a usage snippet that runs word for word', () => {
    const [, snippet = ''] = /```js\n(.*?)```/s.exec(readFileSync(`${ROOT}README.md`, 'utf8')) ?? [];
    expect(snippet.trim().split('\n').length).toBe(10);
    // Within the package, so that 'gatewise' is this one.
    const file = `${ROOT}readme-snippet.tmp.mjs`;
    writeFileSync(file, snippet);
    try {
      const printed = execFileSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8' });
      expect(printed).toMatch(/lstm.*\[time, 64\].*\n.*lstm.*\[time, 64\].*\n.*\[time, 7\]/);
      expect(printed).toMatch(/Float32Array\(7\) \[\s*-?\d/);
    } finally {
      rmSync(file);
    }
  });
});
