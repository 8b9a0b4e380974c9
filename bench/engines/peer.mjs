import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const PACKAGE = new URL('../peers/package.json', import.meta.url);
const require = createRequire(PACKAGE);

/** Whether bench/peers has this package (npm --prefix bench/peers ci --ignore-scripts). */
export function installed(name) {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return false;
  }
}

export const requirePeer = (name) => require(name);

/** Where the package's code lies. */
export const folderOf = (name) => dirname(require.resolve(name));

/** `{ name: version }` of those of bench/peers that are installed. */
export function peerVersions() {
  const { dependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  const file = (name) => new URL(`node_modules/${name}/package.json`, PACKAGE);
  const names = Object.keys(dependencies).filter((name) => existsSync(file(name)));
  return Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(file(name), 'utf8')).version]));
}

/** `[batch][time][features]` with the first two axes changed places. */
export function timeFirst(x, batch, time) {
  const features = x.length / (batch * time);
  const turned = new Float32Array(x.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < time; t++) {
      const from = (b * time + t) * features;
      turned.set(x.subarray(from, from + features), (t * batch + b) * features);
    }
  }
  return turned;
}
