import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/inspect.mjs', import.meta.url));
const inspect = (...names: string[]) => spawnSync(process.execPath, [script, ...names], { encoding: 'utf8' });

it.each(['simd', 'relaxed'])('inspect prints one function of the %s build', (build) => {
  const { status, stdout } = inspect('panel12', build);
  expect(status).toBe(0);
  expect(stdout.match(/\(func /g)?.length).toBe(1);
  expect(stdout).toMatch(/^ \(func \$assembly\/gemv\/panel12 /);
  expect(stdout).toContain(build === 'relaxed' ? 'f32x4.relaxed_madd' : 'f32x4.mul');
});

it('inspect names the functions there are', () => {
  const { status, stderr } = inspect('panel13');
  expect(status).toBe(1);
  expect(stderr).toMatch(/functions of simd: .*gemm.*lstm/s);
  expect(inspect('gemm', 'fast').stderr).toContain('no build fast; expected simd or relaxed');
});
