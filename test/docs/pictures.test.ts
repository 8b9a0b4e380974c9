import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/pictures/', root);
const { story } = await import(new URL('scripts/pictures/story.mjs', root).href);

it('the drawings of docs/units-cells-layers.md are of what the model computes', async () => {
  const drawn: Record<string, string> = await story();
  const page = readFileSync(new URL('docs/units-cells-layers.md', root), 'utf8');
  expect([...page.matchAll(/\]\(pictures\/([\w-]+\.svg)\)/g)].map(([, name]) => name)).toEqual(Object.keys(drawn));
  for (const [name, svg] of Object.entries(drawn)) {
    expect(readFileSync(new URL(name, folder), 'utf8') === svg, `${name}: npm run docs:pictures`).toBe(true);
  }
  // 20 units at 10 timesteps, and the 41 shades of the key.
  expect(drawn['units.svg']?.match(/fill="rgb\(/g)).toHaveLength(20 * 10 + 41);
});

it('pictures are small', () => {
  const sizes = readdirSync(folder).map((name) => [name, statSync(new URL(name, folder)).size] as const);
  expect(sizes.filter(([name]) => name.endsWith('.png'))).toHaveLength(4);
  expect(sizes.filter(([, size]) => size >= 150_000)).toEqual([]);
});
