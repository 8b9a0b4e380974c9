// What of other runtimes there is on this machine, and how to ask them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestOptions } from 'vitest';
import { needs } from '../support/needs.js';

/** Where `npm ci --prefix test/runtimes` puts them. Behind what the machine has of its own. */
const INSTALLED = fileURLToPath(new URL('node_modules', import.meta.url));
process.env.PATH += `${delimiter}${INSTALLED}/.bin`;

const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].filter(Boolean);

export const chromiumPath = PLACES.find((path) => existsSync(path));
export const needsChromium = needs(chromiumPath, `no Chromium at ${PLACES.join(' or ')}; CHROMIUM says where`);

/** Skips a test where neither the PATH has such a command nor was it installed for these tests. */
export function needsCommand(command: string): TestOptions {
  let found = true;
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
  } catch {
    found = false;
  }
  return needs(found, `no ${command} on the PATH; npm run test:runtimes installs it`);
}

/** The Node of a major version: this one, or the one that was installed for these tests. */
export function nodePath(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  return [`${INSTALLED}/node${major}/bin/node`].find((path) => existsSync(path));
}

export const needsNode = (major: number): TestOptions =>
  needs(nodePath(major), `no Node ${major} here; npm run test:runtimes installs it`);

/** wrangler's script, for a Node that it accepts. */
export const wranglerPath = [`${INSTALLED}/wrangler/bin/wrangler.js`].find((path) => existsSync(path));

export const needsWrangler = needs(
  wranglerPath && nodePath(22),
  'no wrangler with Node 22 here; npm run test:runtimes installs them',
);

/** wrangler's environment: no colours, no telemetry, nothing asked. */
export const QUIET = {
  ...process.env,
  CI: '1',
  NO_COLOR: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Posts to a server on this machine that needs a moment to listen. */
export async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(url, { method: 'POST', body });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (tries >= 100 || !(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
