// Folders as sites on this machine.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** As strict as a policy can be: the site's own scripts and requests, and WebAssembly. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

export interface Site {
  /** Its address, a slash at the end. */
  readonly url: string;
  /** Paths that were asked for since this was last emptied. */
  readonly asked: string[];
  close(): void;
}

/**
 * Serves a folder.
 * @param made what stands in no file, by path; in place of a file if there is one.
 * @param policy the Content-Security-Policy of every answer.
 * @param headers further ones.
 */
export function serve(
  folder: string,
  made: Readonly<Record<string, string | Uint8Array>>,
  policy: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://site');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    asked.push(path.slice(1));
    try {
      const body = made[path.slice(1)] ?? readFileSync(join(folder, path));
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        ...headers,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}/`, asked, close });
    });
  });
}
