import { describe, expect, it } from 'vitest';
import { type LayersTrace, type TracePicture, traceLayers, tracePicture } from '../../src/view/index.js';
import { distinct, Raster } from '../../src/view/picture/raster.js';
import { randomFloats, stack } from '../support/random.js';

/** Red, green and blue of a pixel. */
const at = ({ width, data }: TracePicture, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
];

const layer = (name: string, data: Float32Array, columns: number, rows: number) => ({
  name,
  type: 'lstm',
  output: '',
  units: rows,
  parameters: 1,
  multiplyAdds: 1,
  words: '',
  maps: [{ name: 'h', meaning: 'hidden state', kind: 'state', data, columns, rows, clock: 'time' } as const],
});

describe('tracePicture', () => {
  it('has the colour of each number where it is', () => {
    // 4 timesteps of 2 units.
    const data = Float32Array.of(-1, 1, 0, 0, 1, -1, Number.NaN, 0.5);
    const picture = tracePicture({ batch: 1, layers: [layer('a', data, 4, 2)] });
    const [left, width, top, height] = [24 + 44, 448 - 44, 24 + 46 + 46 + 22, 36];
    const cell = (column: number, row: number) =>
      at(picture, Math.round(left + ((column + 0.5) / 4) * width), Math.round(top + ((row + 0.5) / 2) * height));
    expect(cell(0, 0)).toEqual([8, 48, 107]);
    expect(cell(0, 1)).toEqual([127, 59, 8]);
    expect(cell(2, 0)).toEqual([127, 59, 8]);
    expect(cell(2, 1)).toEqual([8, 48, 107]);
    for (const row of [0, 1]) expect(Math.min(...cell(1, row))).toBeGreaterThan(240);
    expect(cell(3, 0)).toEqual([226, 228, 232]);
    const [red = 0, , blue = 0] = cell(3, 1);
    expect(red - blue).toBeGreaterThan(60);
    // White around it, and opaque all over.
    expect(at(picture, 5, picture.height - 5)).toEqual([255, 255, 255]);
    expect(picture.data.filter((_, index) => index % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it('loses no spike, however long the trace', () => {
    const data = new Float32Array(50_000 * 300);
    data[31_234 * 300 + 150] = 1;
    const picture = tracePicture({ batch: 1, layers: [layer('a', data, 50_000, 300)] });
    const [x, y] = [24 + 44 + Math.floor((31_234 / 50_000) * 404), 24 + 46 + 46 + 22 + 96];
    const near = [...Array(9).keys()].flatMap((dx) =>
      [...Array(9).keys()].map((dy) => at(picture, x + dx - 4, y + dy - 4)),
    );
    expect(near).toContainEqual([127, 59, 8]);
  });

  it('draws all layers of a model, and says how many it has no room for', async () => {
    const { width, height } = tracePicture(await traceLayers(stack('lstm', 3, 5, 2), randomFloats(30, 1)));
    expect(width).toBe(1440);
    expect(height).toBeGreaterThan(600);
    const data = new Float32Array(10);
    const layers = Array.from({ length: 500 }, (_, n) => layer(`l${n}`, data, 5, 2));
    const tall = tracePicture({ batch: 1, layers });
    expect(tall.height).toBeLessThanOrEqual(16_000);
    expect(tall.height).toBeGreaterThan(15_000);
    const last = tall.data.subarray((tall.height - 60) * 1440 * 4);
    expect(last.some((channel) => channel < 100)).toBe(true);
  });

  it('refuses what tracePage refuses', () => {
    const trace: LayersTrace = { batch: 1, layers: [layer('a', new Float32Array(2), 1, 2)] };
    expect(() => tracePicture(trace, { row: 1 })).toThrow('row: no such row; expected 0 to 0, got 1');
  });
});

describe('letters', () => {
  const rows = (text: string): string[] => {
    const raster = new Raster(6 * text.length, 7, 0xffffffff);
    raster.text(0, 0, text, 1, 0xff000000);
    return Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: raster.width }, (_, x) => (raster.data[(y * raster.width + x) * 4] === 0 ? '#' : '.')).join(
        '',
      ),
    );
  };
  it('are those of the font', () => {
    expect(rows('h1')).toEqual([
      '#.......#...',
      '#......##...',
      '#.##....#...',
      '##..#...#...',
      '#...#...#...',
      '#...#...#...',
      '#...#..###..',
    ]);
  });
  it('that it has not are what looks like them, or their numbers', () => {
    expect(rows('層.......')).toEqual(rows('\\u{5c64}'));
    expect(rows('ęŁ')).toEqual(rows('eL'));
    // As wide as what they are drawn as.
    expect(rows('ß.')).toEqual(rows('ss'));
    expect(rows('ﬁ.')).toEqual(rows('fi'));
    // Which it has.
    expect(rows('ö')).not.toEqual(rows('o'));
    expect(rows('−')).toEqual(rows('-'));
    expect(rows('?')).not.toEqual(rows('-'));
  });
  it('of names look like those of no other', () => {
    const names = [
      '層',
      '\\u{5c64}',
      '\\u{5c}u{5c64}',
      'слой',
      'слои',
      'Łe',
      'Lę',
      'Le',
      'ö',
      'o\u0308',
      '−',
      '-',
      '?',
      '🙂',
      '\\',
    ];
    const drawn = names.map((name) => rows(distinct(name).padEnd(64)).join());
    expect(new Set(drawn).size).toBe(names.length);
    expect([distinct('dense_1 schön'), distinct('層1'), distinct('a\\u{b}')]).toEqual([
      'dense_1 schön',
      '\\u{5c64}1',
      'a\\u{5c}u{b}',
    ]);
  });
  it('of names are in the picture', () => {
    const data = new Float32Array(10);
    const drawn = ['層', '屑'].map((name) => tracePicture({ batch: 1, layers: [layer(name, data, 5, 2)] }).data);
    expect(drawn[0]?.every((byte, index) => byte === drawn[1]?.[index])).toBe(false);
  });
  it('outside of the image are left out', () => {
    const raster = new Raster(4, 4, 0xffffffff);
    raster.text(-3, -3, 'MM', 2, 0xff000000);
    raster.fill(-5, -5, 3, 3, 0);
    raster.fill(9, 9, 3, 3, 0);
    expect(raster.data).toHaveLength(64);
  });
});
