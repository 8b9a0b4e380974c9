/** Instructions of WebAssembly, as far as to find what numbers they refer to by: https://webassembly.github.io/spec/core/binary/instructions.html */
import { joined, readUnsigned, unsigned } from './wasm-sections.js';

/** What a number counts. */
export type Space = 'type' | 'function' | 'global' | 'data';

/** Immediates of opcodes are written as letters: `n` an integer, LEB128, signed or not; these, so many bytes that are not looked at. */
const BYTES: Readonly<Record<string, number>> = { __proto__: null as never, b: 1, w: 4, d: 8, v: 16 };

/** And these, a number of something. */
const COUNTED: Readonly<Record<string, Space>> = { __proto__: null as never, f: 'function', g: 'global', s: 'data' };

/** By opcode; none otherwise. */
const PLAIN: Readonly<Record<number, string>> = {
  // Block types are one byte, but for those of several values, which are refused.
  2: 'b',
  3: 'b',
  4: 'b',
  // Labels; call.
  12: 'n',
  13: 'n',
  16: 'f',
  // Locals, globals.
  32: 'n',
  33: 'n',
  34: 'n',
  35: 'g',
  36: 'g',
  // memory.size, memory.grow.
  63: 'b',
  64: 'b',
  // Constants.
  65: 'n',
  66: 'n',
  67: 'w',
  68: 'd',
};

/** Behind 0xfc: memory.init, data.drop, memory.copy, memory.fill. */
const BULK: Readonly<Record<number, string>> = { 8: 'sb', 9: 's', 10: 'bb', 11: 'b' };

/** br_table, call_indirect, select with types: no compiler of ours makes them. */
const REFUSED = new Set([14, 17, 28]);

/** What is behind 0xfd and a number: addresses, lanes, 16 bytes. */
function vectorImmediates(code: number): string {
  if (code <= 11 || code === 92 || code === 93) return 'nn';
  if (code === 12 || code === 13) return 'v';
  if (code >= 84 && code <= 91) return 'nnb';
  return code >= 21 && code <= 34 ? 'b' : '';
}

function immediatesOf(opcode: number, code: number): string {
  if (opcode === 0xfd) return vectorImmediates(code);
  if (opcode === 0xfc) return BULK[code] ?? '';
  // Loads and stores: alignment and offset.
  return opcode >= 40 && opcode <= 62 ? 'nn' : (PLAIN[opcode] ?? '');
}

/** A function's body with other numbers in the place of those that it refers to functions, globals and segments by. */
export function renumbered(body: Uint8Array, to: (space: Space, number: number) => number): Uint8Array {
  let at = bodyStart(body);
  const parts = [body.subarray(0, at)];
  while (at < body.length) {
    const start = at;
    const opcode = body[at++] as number;
    let code = 0;
    if (opcode === 0xfc || opcode === 0xfd) [code, at] = readUnsigned(body, at);
    if (REFUSED.has(opcode)) throw new Error(`kernels with the instruction ${opcode}`);
    parts.push(body.subarray(start, at));
    for (const letter of immediatesOf(opcode, code)) {
      const bytes = BYTES[letter];
      const space = COUNTED[letter];
      const [number, behind] = readUnsigned(body, at);
      const next = bytes === undefined ? behind : at + bytes;
      parts.push(space ? unsigned(to(space, number)) : body.subarray(at, next));
      at = next;
    }
  }
  return joined(...parts);
}

/** Where the instructions begin, behind the locals. */
function bodyStart(body: Uint8Array): number {
  let [groups, at] = readUnsigned(body, 0);
  for (; groups > 0; groups--) at = readUnsigned(body, at)[1] + 1;
  return at;
}
