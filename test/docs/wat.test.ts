import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/wat.mjs', import.meta.url));
const wat = (...names: string[]) => spawnSync(process.execPath, [script, ...names], { encoding: 'utf8' });

it.each(['simd', 'relaxed'])('wat prints one function of the %s build', (build) => {
  const { status, stdout } = wat('panel12', build);
  expect(status).toBe(0);
  expect(stdout.match(/\(func /g)?.length).toBe(1);
  expect(stdout).toMatch(/^ \(func \$assembly\/gemv\/panel12 /);
  expect(stdout).toContain(build === 'relaxed' ? 'f32x4.relaxed_madd' : 'f32x4.mul');
});

it('wat names the functions there are', () => {
  const { status, stderr } = wat('panel13');
  expect(status).toBe(1);
  expect(stderr).toMatch(/functions of simd: .*gemm.*lstm/s);
  expect(wat('gemm', 'fast').stderr).toContain('no build fast; expected simd or relaxed');
});
