import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const bench = (path: string) => import(new URL(`bench/tables/${path}`, root).href);
const { pages } = await bench('pages.mjs');
const { plotPoints } = await bench('lines.mjs');
const { withBlock } = await bench('blocks.mjs');

describe('figures on pages are those of the records', () => {
  const written: Record<string, string> = pages(read);

  it('the README, the page of the benchmarks and that of the record', () => {
    expect(Object.keys(written)).toHaveLength(3);
    for (const [path, text] of Object.entries(written)) expect(text, `${path}: npm run bench:table`).toBe(read(path));
  });

  it('a figure that somebody typed is noticed, and put right', () => {
    const path = 'README.md';
    const [figure] = /\d+(?:\.\d+)? µs, [\d.]+x/.exec(written[path] ?? '') ?? [];
    expect(figure).toBeDefined();
    const typed = read(path).replace(figure ?? '', '1 µs, 99x');
    expect(pages((page: string) => (page === path ? typed : read(page)))[path]).toBe(read(path));
  });

  it('the plot', () => {
    const [, data = ''] = /<metadata>(.*?)<\/metadata>/.exec(read('docs/speed.svg')) ?? [];
    const points = plotPoints();
    expect(points.length).toBeGreaterThan(30);
    expect(JSON.parse(data), 'node bench/plot/draw.mjs').toEqual(points);
  });

  it('a page that has lost its place for them is an error', () => {
    expect(() => withBlock('no markers', 'speed', 'text')).toThrow('speed');
    expect(withBlock('<!-- a: b -->\n\nold\n\n<!-- /a -->', 'a', '$1 new')).toBe(
      '<!-- a: b -->\n\n$1 new\n\n<!-- /a -->',
    );
  });
});
