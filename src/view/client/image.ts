import { type Bins, coarser } from '../bins.js';
import type { Scale } from '../scale.js';
import { painter } from './colours.js';

/** A picture of bins on a canvas of its own: a pixel a bin, or two where it has two numbers, the larger above the smaller. */
export interface Image {
  readonly canvas: HTMLCanvasElement;
  /** Columns and rows that it covers: those of the whole, rounded up to bins. */
  readonly columns: number;
  readonly rows: number;
}

/** @param wide @param tall the factors by which bins are larger, so that none of them is less than a pixel of the screen. */
export function imageOf(bins: Bins, scale: Scale, dark: boolean, wide: number, tall: number): Image {
  const { low, high, columnsPerBin, rowsPerBin, columns, rows } = coarser(bins, wide, tall);
  const width = Math.ceil(columns / columnsPerBin);
  const height = Math.ceil(rows / rowsPerBin);
  const both = high === low ? 1 : 2;
  const colour = painter(scale, dark);
  const pixels = new ImageData(width, height * both);
  const words = new Uint32Array(pixels.data.buffer);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      words[row * both * width + column] = colour(high[at] as number);
      if (both > 1) words[(row * 2 + 1) * width + column] = colour(low[at] as number);
    }
  }
  const canvas = document.createElement('canvas');
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return { canvas, columns: width * columnsPerBin, rows: height * rowsPerBin };
}
