// Numbers of a page: 16 bits each over the range of all of a map's, as base64. What is shown has fewer digits.

/** Numbers as text, and what is needed to read them. */
export interface Codes {
  /** Of the finite numbers; both 0 if there are none. */
  readonly least: number;
  readonly most: number;
  readonly low: string;
  /** Absent where it is as `low`. */
  readonly high?: string;
}

/** The codes above those of finite numbers. */
const FINITE = 65_532;
const [MINUS_INFINITY, INFINITY, NAN] = [FINITE + 1, FINITE + 2, FINITE + 3];

/** At most half a 65,532nd of the range off; infinities and NaN as they are. */
export function encode(low: Float32Array, high: Float32Array): Codes {
  const [least, most] = rangeOf([low, high]);
  const text = (numbers: Float32Array): string => base64(Uint16Array.from(numbers, (n) => codeOf(n, least, most)));
  return { least, most, low: text(low), ...(high !== low && { high: text(high) }) };
}

export function decode({ least, most, low, high }: Codes): { low: Float32Array; high: Float32Array } {
  const numbers = (text: string): Float32Array => {
    const codes = unbase64(text);
    return Float32Array.from(codes, (code) => {
      if (code > FINITE)
        return code === NAN ? Number.NaN : code === INFINITY ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      return least + (code / FINITE) * (most - least);
    });
  };
  const first = numbers(low);
  return { low: first, high: high === undefined ? first : numbers(high) };
}

/** The smallest and the largest finite number; 0 and 0 if there is none. */
export function rangeOf(arrays: readonly Float32Array[]): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const array of arrays) {
    for (let index = 0; index < array.length; index++) {
      const n = array[index] as number;
      if (n < least && n !== Number.NEGATIVE_INFINITY) least = n;
      if (n > most && n !== Number.POSITIVE_INFINITY) most = n;
    }
  }
  return least <= most ? [least, most] : [0, 0];
}

function codeOf(n: number, least: number, most: number): number {
  if (Number.isNaN(n)) return NAN;
  if (!Number.isFinite(n)) return n > 0 ? INFINITY : MINUS_INFINITY;
  return most > least ? Math.round(((n - least) / (most - least)) * FINITE) : 0;
}

/** Characters that fromCharCode is handed at once. */
const PIECE = 0x2000;

function base64(codes: Uint16Array): string {
  const bytes = new Uint8Array(codes.length * 2);
  codes.forEach((code, index) => {
    bytes[2 * index] = code & 0xff;
    bytes[2 * index + 1] = code >> 8;
  });
  let text = '';
  for (let from = 0; from < bytes.length; from += PIECE) {
    text += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  }
  return btoa(text);
}

function unbase64(text: string): Uint16Array {
  const bytes = atob(text);
  return Uint16Array.from(
    { length: bytes.length / 2 },
    (_, index) => bytes.charCodeAt(2 * index) | (bytes.charCodeAt(2 * index + 1) << 8),
  );
}
