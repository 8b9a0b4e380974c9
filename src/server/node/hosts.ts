/// <reference types="node" />
import { isIP } from 'node:net';
import { badInput, describe } from '../../refuse.js';
import { refuse } from '../refusal.js';

/** Addresses of this machine alone. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/**
 * Whom a request may be meant for, by its `Host`. A page's own domain can be made to resolve to 127.0.0.1 (DNS rebinding): its requests are then of
 * the server's own address as far as browsers know, and need no `Origin`. What the attacker cannot change is that they name his domain. Addresses name
 * nobody's, and `localhost` is this machine for browsers (RFC 6761).
 * @param bound where the server listens.
 * @param hosts names beside these; `*`: any. Default: none on this machine alone, elsewhere any.
 * @returns what refuses a `Host`; undefined: it is not looked at. @throws {InputError} `hosts` that are none.
 */
export function hostCheck(bound: string, hosts: readonly string[] | undefined): ((host: string) => void) | undefined {
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every(isName))) {
    badInput('hosts', 'not a list of names', "'models.example' and the like, without ports", describe(hosts));
  }
  const names = hosts?.map((name) => name.toLowerCase()) ?? (LOOPBACK.test(bound) ? [] : ['*']);
  if (names.includes('*')) return undefined;
  return (host) => {
    const name = nameOf(host);
    if (isOwn(name) || names.includes(name)) return;
    const expected = ['localhost', 'an address', ...names].join(', ');
    refuse('misdirected', 'host', 'not a name of this server', expected, JSON.stringify(host.slice(0, 200)));
  };
}

const isName = (name: unknown): boolean =>
  typeof name === 'string' && (name === '*' || /^[\w-]+(?:\.[\w-]+)*$/.test(name));

/** Without its port, nor the dot of a name in full. */
const nameOf = (host: string): string =>
  host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();

const isOwn = (name: string): boolean => isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost');
