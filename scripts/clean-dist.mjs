// Removes from dist/ what was compiled of sources that are gone: tsc leaves it there, and npm would pack it.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const dist = join(ROOT, 'dist');
const compiled = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [];
for (const path of compiled) {
  const [, name] = /^(?!kernels)(.*?)\.(?:d\.ts|js|js\.map)$/.exec(path) ?? [];
  if (name !== undefined && !existsSync(join(ROOT, 'src', `${name}.ts`))) rmSync(join(dist, path));
}
