/// <reference path="./oled-font-5x7.d.ts" />
import font from 'oled-font-5x7';

/** Dots of a letter, and of the gap after it. */
const [WIDE, TALL, GAP] = [5, 7, 1];
const LETTERS = new Map(font.lookup.map((letter, at) => [letter, font.fontData.slice(at * WIDE, (at + 1) * WIDE)]));
const NAMES = [...`---''""x..u`, ...'o O l L d D i oe OE ae AE d D ss th Th'.split(' ')];
/** What the font has by another name, a letter or several. */
const ALIKE: Readonly<Record<string, string>> = {
  __proto__: null as never,
  ...Object.fromEntries([...'−–—’‘“”×·…µøØłŁđĐıœŒæÆðÐßþÞ'].map((letter, at) => [letter, NAMES[at] as string])),
};

/** A letter by its number, as JavaScript and Rust write it. */
const escaped = (letter: string): string => `\\u{${(letter.codePointAt(0) as number).toString(16)}}`;

/** A text in letters of the font: accents are left off, and what it has nothing for is its number. */
function plain(text: string): readonly string[] {
  const known = (letter: string): string => (LETTERS.has(letter) ? letter : (ALIKE[letter] ?? ''));
  return [...text].flatMap((letter) => {
    const found = known(letter) || [...letter.normalize('NFKD').replace(/\p{M}/gu, '')].map(known).join('');
    return [...(found || escaped(letter))];
  });
}

/**
 * A name of the model's in letters that the font has, as no other name is: every other letter is its number, with its accents, and so is a
 * backslash that would begin one.
 */
export const distinct = (name: string): string =>
  [...name.replaceAll('\\u{', `${escaped('\\')}u{`)]
    .map((letter) => (LETTERS.has(letter) ? letter : escaped(letter)))
    .join('');

/** How wide a text is, and how high, in pixels, if a dot is `size` of them. */
export const widthOf = (text: string, size: number): number => plain(text).length * (WIDE + GAP) * size;
export const heightOf = (size: number): number => TALL * size;

/** An image that is painted dot by dot: RGBA, from the top left, as canvases have it. */
export class Raster {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly #words: Uint32Array;

  /** @param back its colour, in the order of bytes in memory. */
  constructor(
    readonly width: number,
    readonly height: number,
    back: number,
  ) {
    this.data = new Uint8ClampedArray(width * height * 4);
    this.#words = new Uint32Array(this.data.buffer).fill(back);
  }

  /** What is outside of it is left out. */
  fill(x: number, y: number, width: number, height: number, colour: number): void {
    const [left, right] = [Math.max(x, 0), Math.min(x + width, this.width)];
    if (right <= left) return;
    for (let row = Math.max(y, 0); row < Math.min(y + height, this.height); row++) {
      this.#words.fill(colour, row * this.width + left, row * this.width + right);
    }
  }

  /** In letters that the font has: those of ASCII, and a few more; `distinct` for names. */
  text(x: number, y: number, text: string, size: number, colour: number): void {
    plain(text).forEach((letter, at) => {
      const columns = LETTERS.get(letter) ?? [];
      columns.forEach((dots, column) => {
        for (let row = 0; row < TALL; row++) {
          if (((dots >> row) & 1) === 0) continue;
          this.fill(x + (at * (WIDE + GAP) + column) * size, y + row * size, size, size, colour);
        }
      });
    });
  }
}
