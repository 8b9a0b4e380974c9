import type { Scale } from '../scale.js';

export type Rgb = readonly [red: number, green: number, blue: number];

const rgb = (hex: string): Rgb => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
const stops = (text: string): readonly Rgb[] => text.split(' ').map(rgb);

// Told apart with every kind of colour vision, and in grey: lightness rises along the first, and falls (in the dark: rises) away from the middle of the others,
// whose ends are blue and orange.
/** Viridis (van der Walt, Smith 2015) at every eighth. */
const VIRIDIS = stops('440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725');
const LIGHT = stops('08306b 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fee0b6 fdb863 e08214 b35806 7f3b08');
const DARK = stops('d6f0ff 8fd0ff 4aa3e0 2b6ca3 1d4463 17191d 5a3a14 96600f d1881c ffb95a ffe6bd');

/** Where nothing was computed, and what is larger than all numbers. */
const NOTHING = { light: [226, 228, 232], dark: [48, 51, 58] } as const;

const SHADES = 512;

/** A scale's colours, from its lowest value to its highest. */
function shadesOf(type: Scale['type'], dark: boolean): readonly Rgb[] {
  return type === 'sequential' ? VIRIDIS : dark ? DARK : LIGHT;
}

/** The colour of a value as one number, in the order of bytes that canvases have. */
export function painter({ type, low, high }: Scale, dark: boolean): (value: number) => number {
  const shades = shadesOf(type, dark);
  const table = Uint32Array.from({ length: SHADES }, (_, index) => {
    const place = (index / (SHADES - 1)) * (shades.length - 1);
    const first = Math.min(Math.floor(place), shades.length - 2);
    const part = place - first;
    const [a, b] = [shades[first], shades[first + 1]] as [Rgb, Rgb];
    return packed(a.map((channel, at) => Math.round(channel + part * ((b[at] as number) - channel))) as unknown as Rgb);
  });
  const nothing = packed(NOTHING[dark ? 'dark' : 'light']);
  return (value) => {
    if (Number.isNaN(value)) return nothing;
    const place = Math.round(((value - low) / (high - low)) * (SHADES - 1));
    return table[Math.min(Math.max(place, 0), SHADES - 1)] as number;
  };
}

const bytes = new Uint8Array(4);
const word = new Uint32Array(bytes.buffer);

export function packed([red, green, blue]: Rgb): number {
  bytes.set([red, green, blue, 255]);
  return word[0] as number;
}

/** A colour out of such a number. */
export function unpacked(colour: number): Rgb {
  word[0] = colour;
  return [bytes[0], bytes[1], bytes[2]] as unknown as Rgb;
}

/** The same colours for a style sheet. */
export const gradientOf = (type: Scale['type'], dark: boolean): string =>
  `linear-gradient(to right, ${shadesOf(type, dark)
    .map((shade) => `rgb(${shade.join(' ')})`)
    .join(', ')})`;
