// Empties dist/ of all but the kernels, which are made only when their sources have changed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
for (const name of existsSync(DIST) ? readdirSync(DIST) : []) {
  if (name !== 'kernels') rmSync(DIST + name, { recursive: true });
}
