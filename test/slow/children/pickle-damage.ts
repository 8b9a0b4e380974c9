import type { Random } from './random.js';

// A pickle as a list of opcodes (pickletools.opcodes), changed one by one: what lengths and syntax do not stop.

type Opcode = Uint8Array;

/** How long what follows an opcode is: a number of bytes, `lines` of text, or a length of so many bytes that stands first. */
type Argument = number | { readonly lines: number } | { readonly prefix: number };
const ARGUMENTS: ReadonlyMap<string, Argument> = new Map<string, Argument>([
  ...[...'K\x80h', 'q', '\x82'].map((code) => [code, 1] as const),
  ['M', 2],
  ['\x83', 2],
  ...[...'Jrj\x84'].map((code) => [code, 4] as const),
  ['G', 8],
  ['\x95', 8],
  ...[...'IFLSVPgp'].map((code) => [code, { lines: 1 }] as const),
  ...[...'ci'].map((code) => [code, { lines: 2 }] as const),
  ...[...'UC\x8c\x8a'].map((code) => [code, { prefix: 1 }] as const),
  ...[...'TXB\x8b'].map((code) => [code, { prefix: 4 }] as const),
  ...[...'\x8d\x8e\x96'].map((code) => [code, { prefix: 8 }] as const),
]);

/** The opcodes from a place on until STOP, or undefined where the bytes are no pickle. */
export function opcodesOf(bytes: Uint8Array, begin = 0): { opcodes: Opcode[]; end: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const opcodes: Opcode[] = [];
  let at = begin;
  while (at < bytes.length) {
    const code = String.fromCharCode(bytes[at] as number);
    const argument = ARGUMENTS.get(code) ?? 0;
    let end = at + 1;
    if (typeof argument === 'number') end += argument;
    else if ('lines' in argument) {
      for (let line = 0; line < argument.lines; line++) end = bytes.indexOf(10, end) + 1 || Number.POSITIVE_INFINITY;
    } else {
      const { prefix } = argument;
      if (end + prefix > bytes.length) return undefined;
      const length =
        prefix === 1
          ? view.getUint8(end)
          : prefix === 4
            ? view.getUint32(end, true)
            : Number(view.getBigUint64(end, true));
      end += prefix + length;
    }
    if (end > bytes.length) return undefined;
    opcodes.push(bytes.slice(at, end));
    at = end;
    if (code === '.') return { opcodes, end };
  }
  return undefined;
}

const SIMPLE = [...'(0123NaebR]}).udoslt\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94\x97\x98Q'].map((code) =>
  code.charCodeAt(0),
);

/** The pickle with one to four of its opcodes changed. */
export function damagedPickle(opcodes: readonly Opcode[], random: Random): Uint8Array {
  const out = [...opcodes];
  for (let n = random.between(1, 4); n > 0 && out.length > 0; n--) {
    const at = random.below(out.length);
    const one = (out[at] as Opcode).slice();
    switch (random.below(6)) {
      case 0:
        out.splice(at, 1);
        break;
      case 1:
        out.splice(at, 0, ...random.list(random.pick([1, 1, 1, 500]), () => one));
        break;
      case 2:
        out[at] = (out[random.below(out.length)] as Opcode).slice();
        break;
      case 3:
        out.splice(at, 0, Uint8Array.of(random.pick(SIMPLE)));
        break;
      default:
        // Another argument of the same length.
        for (let i = 1; i < one.length; i++)
          if (random.chance(2 / one.length)) one[i] = random.pick([0, 1, 0x7f, 0xff, 0x2e, random.below(256)]);
        out[at] = one;
    }
  }
  return Uint8Array.from(out.flatMap((one) => [...one]));
}
