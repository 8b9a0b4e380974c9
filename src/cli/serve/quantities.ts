import { UsageError } from '../faults.js';

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const BYTES = { '': 1, b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 } as const;

function quantity(flag: string, given: string, units: Readonly<Record<string, number>>, expected: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(given.trim()) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  if (number === '' || factor === undefined) throw new UsageError(`${flag}: expected ${expected}, got ${given}`);
  return Number(number) * factor;
}

/** `30s`, `5m`, `250ms`. @returns seconds. @throws {UsageError} */
export const duration = (flag: string, given: string): number =>
  quantity(flag, given, SECONDS, 'a time as 250ms, 30s, 5m, 2h or 1d');

/** `64mb`, `512kb`, `4096`. @returns whole bytes. @throws {UsageError} */
export const byteCount = (flag: string, given: string): number =>
  Math.floor(quantity(flag, given, BYTES, 'bytes as 65536, 512kb, 64mb or 1gb'));

/** A port; 0 lets the system choose. @throws {UsageError} */
export function port(flag: string, given: string): number {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (number <= 65_535) return number;
  throw new UsageError(`${flag}: expected a port of 0 to 65535, got ${given}`);
}
