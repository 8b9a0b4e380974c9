import type { RequestHead } from './options.js';
import { refuse } from './refusal.js';

/**
 * Browsers carry out what a page of any site asks of any address, also of one that its own machine alone can reach, and say in `Origin` (RFC 6454) whose
 * page that is. Programs say none.
 * @param origins whose pages may ask beside those from the server's own address; `*`: everybody's.
 * @throws {Refusal} a page from elsewhere.
 */
export function checkOrigin({ url, headers }: RequestHead, origins: readonly string[]): void {
  const origin = headers.get('origin');
  if (origin === null || origins.includes('*') || origins.includes(origin)) return;
  const own = hostOf(url) ?? headers.get('host')?.toLowerCase();
  if (hostOf(origin) === own) return;
  refuse('forbidden', 'origin', 'a page from elsewhere', own, JSON.stringify(origin.slice(0, 200)));
}

/** `host:port` of a URL; undefined for a path. */
const hostOf = (url: string): string | undefined => /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase();
