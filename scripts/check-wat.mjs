// Fails when the committed text of the kernels is not what the sources compile to.
import { execFileSync } from 'node:child_process';

const changed = execFileSync('git', ['status', '--porcelain', '--', 'assembly/wat'], { encoding: 'utf8' });
if (changed !== '') {
  console.error(`assembly/wat differs from what is committed; commit it with the sources:\n${changed}`);
  process.exitCode = 1;
}
