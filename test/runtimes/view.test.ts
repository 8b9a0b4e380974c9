import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as view from '../../src/view/index.js';
import { randomFloats, stack } from '../support/random.js';
import { chromiumPath, needsChromium } from './here.js';
import { newProject } from './project.js';
import { type Site, STRICT, serve } from './site.js';

describe('traces as pages, in Chromium', needsChromium, () => {
  const spec = stack('lstm', 3, 20, 2);
  const x = randomFloats(60 * 3, 1);
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-view-'));
  let project: string;
  let package_: typeof view;
  let traced: view.LayersTrace;
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    project = newProject();
    package_ = await import(pathToFileURL(join(project, 'node_modules/gatewise/dist/view/index.js')).href);
    traced = await package_.traceLayers(spec, x);
    writeFileSync(join(folder, 'trace.html'), package_.tracePage(traced, { title: 'Two layers of 20 units' }));
    writeFileSync(join(project, 'traced.mjs'), `export default ${JSON.stringify(plain(traced))};`);
    writeFileSync(join(project, 'mount.mjs'), MOUNT);
    const html = '<!doctype html><body><div id="here"></div><script type="module" src="mount.mjs"></script>';
    site = await serve(project, { 'index.html': html }, STRICT);
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page of a trace, and what it asked for and complained of. */
  async function open(
    file = 'trace.html',
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1300, height: 3000 }, ...options });
    const said: string[] = [];
    page.on('request', (request) => said.push(request.url()));
    page.on('pageerror', (error) => said.push(`${error}`));
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    await page.goto(pathToFileURL(join(folder, file)).href);
    await page.locator('canvas').first().waitFor();
    return { page, said };
  }

  const figure = (page: Page, layer: string, name: string): Locator =>
    page
      .getByRole('region', { name: `layer ${layer}`, exact: true })
      .locator('figure', { has: page.locator('b', { hasText: new RegExp(`^${name}$`) }) });
  const cursor = (page: Page): Locator => page.getByRole('status');
  const over = (map: Locator): Locator => map.locator('.u-over');

  /** Points at a cell. */
  async function point(map: Locator, column: number, row: number, columns = 60, rows = 20): Promise<void> {
    const box = await over(map).boundingBox();
    if (!box) throw new Error('not drawn');
    await over(map).hover({
      position: { x: ((column + 0.5) / columns) * box.width, y: ((row + 0.5) / rows) * box.height },
    });
  }

  const valueOfCell = (layer: number, map: number, column: number, row: number): number => {
    const { data, rows } = traced.layers[layer]?.maps.at(map) ?? ({} as view.TracedMap);
    return data[column * rows + row] as number;
  };
  const shown = async (text: Promise<string | null>): Promise<number> =>
    Number(((await text) ?? '').replaceAll('−', '-'));

  it('has a heat map of every gate and state, its colours those of the values, and asks for nothing', async () => {
    const { page, said } = await open();
    const regions = await page
      .getByRole('region')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(regions).toEqual(['layer x', 'layer lstm0', 'layer lstm1', 'layer head']);
    for (const layer of ['lstm0', 'lstm1']) {
      for (const name of ['i', 'f', 'g', 'o', 'c', 'h'])
        expect(await figure(page, layer, name).locator('canvas').count()).toBe(1);
    }
    expect(await page.getByText('is an LSTM with 20 units').count()).toBe(2);
    // Of h, orange above zero, blue below it.
    const cells = [...Array(60 * 20).keys()].map((at) => [Math.floor(at / 20), at % 20] as const);
    for (const sign of [1, -1]) {
      const far = cells.find(([column, row]) => sign * valueOfCell(1, 5, column, row) > 0.3);
      const [red = 0, , blue = 0] = await colourAt(figure(page, 'lstm0', 'h'), ...(far as [number, number]));
      expect(sign * (red - blue)).toBeGreaterThan(40);
    }
    expect(said).toEqual([expect.stringMatching(/^file:.*trace\.html$/)]);
    await page.close();
  });

  it('has one cursor: the same timestep in all layers, the same unit in all maps of a layer, with the values under it', async () => {
    const { page } = await open();
    await point(figure(page, 'lstm0', 'f'), 17, 5);
    expect(await cursor(page).textContent()).toMatch(/^lstm0, f: timestep 17, unit 5: 0\.\d+$/);
    for (const [index, name] of ['i', 'f', 'g', 'o', 'c', 'h'].entries()) {
      const value = await shown(figure(page, 'lstm0', name).locator('.value').textContent());
      expect(value).toBeCloseTo(valueOfCell(1, index, 17, 5), 3);
    }
    expect(await figure(page, 'lstm1', 'h').locator('.value').textContent()).toBe('');
    const lines = async (layer: string, name: string): Promise<number> => {
      const line = await figure(page, layer, name).locator('.u-cursor-x').boundingBox();
      const map = await over(figure(page, layer, name)).boundingBox();
      return (((line?.x ?? Number.NaN) - (map?.x ?? Number.NaN)) / (map?.width ?? Number.NaN)) * 60;
    };
    for (const [layer, name] of [
      ['lstm0', 'f'],
      ['lstm1', 'h'],
      ['head', 'y'],
      ['x', 'x'],
    ] as const) {
      expect(Math.abs((await lines(layer, name)) - 17.5)).toBeLessThan(0.5);
    }
    expect(await figure(page, 'lstm0', 'c').locator('.u-cursor-y').isVisible()).toBe(true);
    expect(await figure(page, 'lstm1', 'c').locator('.u-cursor-y').isVisible()).toBe(false);
    await page.close();
  });

  it('is moved by keys, and says what is under it', async () => {
    const { page } = await open();
    const map = figure(page, 'lstm1', 'g').getByRole('application');
    expect(await map.getAttribute('aria-label')).toBe(
      'lstm1, g, candidate: 60 timesteps × 20 units, from −1 to 1. Arrow keys move the cursor.',
    );
    await map.focus();
    const at = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return (await cursor(page).textContent())?.replace(/:[^:]*$/, '') ?? '';
    };
    expect(await at('ArrowRight')).toBe('lstm1, g: timestep 1, unit 0');
    expect(await at('ArrowDown')).toBe('lstm1, g: timestep 1, unit 1');
    expect(await at('PageDown')).toBe('lstm1, g: timestep 11, unit 1');
    expect(await at('End')).toBe('lstm1, g: timestep 59, unit 1');
    expect(await at('ArrowRight')).toBe('lstm1, g: timestep 59, unit 1');
    expect(await at('ArrowLeft')).toBe('lstm1, g: timestep 58, unit 1');
    expect(await at('PageUp')).toBe('lstm1, g: timestep 48, unit 1');
    expect(await at('ArrowUp')).toBe('lstm1, g: timestep 48, unit 0');
    expect(await shown(figure(page, 'lstm1', 'g').locator('.value').textContent())).toBeCloseTo(
      valueOfCell(2, 2, 48, 0),
      3,
    );
    expect(await at('Home')).toBe('lstm1, g: timestep 0, unit 0');
    expect(await cursor(page).getAttribute('aria-live')).toBe('polite');
    await page.keyboard.press('Tab');
    expect(await cursor(page).textContent()).toMatch(/^lstm1, o: timestep 0, unit 0: /);
    await page.close();
  });

  it('looks closer in all layers at once, and back', async () => {
    const { page } = await open();
    const map = over(figure(page, 'lstm0', 'h'));
    const box = await map.boundingBox();
    if (!box) throw new Error('not drawn');
    const y = box.y + 50;
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 5 });
    await page.mouse.up();
    // Columns 15 to 29 are as wide as the map now.
    await point(figure(page, 'lstm1', 'c'), 0, 4, 15);
    expect(await cursor(page).textContent()).toMatch(/^lstm1, c: timestep 15, unit 4: /);
    await point(figure(page, 'x', 'x'), 14, 1, 15, 3);
    expect(await cursor(page).textContent()).toMatch(/^x, x: timestep 29, feature 1: /);
    await figure(page, 'lstm1', 'c').getByRole('application').focus();
    await page.keyboard.press('Escape');
    await point(figure(page, 'lstm0', 'h'), 59, 4);
    expect(await cursor(page).textContent()).toMatch(/timestep 59, unit 4/);
    await page.close();
  });

  it('fits a phone, and is dark where the user likes it so', async () => {
    const { page } = await open('trace.html', {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const map = figure(page, 'lstm0', 'h');
    await map.scrollIntoViewIfNeeded();
    await map.locator('canvas').waitFor();
    const box = await over(map).boundingBox();
    expect(box?.width).toBeGreaterThan(280);
    const back = (): Promise<string> =>
      page
        .locator('main')
        .evaluate((main) => getComputedStyle((main.getRootNode() as ShadowRoot).host).backgroundColor);
    const lightness = (colour: string): number => Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
    expect(lightness(await back())).toBeLessThan(40);
    // Zero is as dark as the page, and as light.
    const near = [...Array(60).keys()].find((column) => Math.abs(valueOfCell(1, 5, column, 9)) < 0.05) ?? 0;
    const dark = await colourAt(map, near, 9);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(lightness(await back())).toBeGreaterThan(200);
    const light = await colourAt(map, near, 9);
    expect(Math.max(...dark)).toBeLessThan(120);
    expect(Math.min(...light)).toBeGreaterThan(150);
    await map.locator('.u-over').tap({ position: { x: 20, y: 20 } });
    expect(await cursor(page).textContent()).toMatch(/^lstm0, h: timestep \d, unit \d: /);
    await page.close();
  });

  it('shows two traces and their difference', async () => {
    const other = { ...spec, tensors: { ...spec.tensors } };
    const [name] = Object.keys(spec.tensors) as [string];
    other.tensors[name] = {
      ...(spec.tensors[name] as (typeof spec.tensors)[string]),
      data: randomFloats(spec.tensors[name]?.data.length ?? 0, 9),
    };
    const against = await package_.traceLayers(other, x);
    writeFileSync(join(folder, 'two.html'), package_.tracePage(traced, { against, labels: ['old', 'new'] }));
    const { page } = await open('two.html');
    await point(figure(page, 'lstm0', 'h old − new'), 20, 3);
    const [a, b, less] = await Promise.all(
      ['h of old', 'h of new', 'h old − new'].map((one) =>
        shown(figure(page, 'lstm0', one).locator('.value').textContent()),
      ),
    );
    expect(a).toBeCloseTo(valueOfCell(1, 5, 20, 3), 3);
    expect(Math.abs((a as number) - (b as number) - (less as number))).toBeLessThan(2e-4);
    expect(less).not.toBe(0);
    await page.close();
  });

  it('is interactive with 10,000 timesteps of 512 units', async () => {
    const data = randomFloats(10_000 * 512, 3);
    const map = { meaning: 'gate', kind: 'gate', data, columns: 10_000, rows: 512, clock: 'time' } as const;
    const [layer] = traced.layers as [view.TracedLayer];
    const maps = ['i', 'f', 'g', 'o', 'c', 'h'].map((name) => ({ ...map, name }));
    writeFileSync(
      join(folder, 'large.html'),
      package_.tracePage({ batch: 1, layers: [{ ...layer, name: 'big', maps }] }),
    );
    const { page } = await open('large.html');
    await point(figure(page, 'big', 'h'), 5000, 200, 10_000, 512);
    const [, from, to, unit, last, low, high] =
      /timesteps (\d+)–(\d+), units (\d+)–(\d+): (−[\d.]+) … ([\d.]+)$/.exec(
        (await cursor(page).textContent()) ?? '',
      ) ?? [];
    const inside: number[] = [];
    for (let column = Number(from); column <= Number(to); column++) {
      for (let row = Number(unit); row <= Number(last); row++) inside.push(data[column * 512 + row] as number);
    }
    expect(inside.length).toBeGreaterThan(10);
    expect(Number(high)).toBeCloseTo(Math.max(...inside), 3);
    expect(Number(low?.replace('−', '-'))).toBeCloseTo(Math.min(...inside), 3);
    await page.close();
  });

  it('is mounted into an element of a page with a strict policy, and taken out again', async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(`${error}`));
    page.on('console', (message) => errors.push(message.text()));
    await page.goto(site.url);
    await page.locator('canvas').first().waitFor();
    expect(await page.locator('#here').getByRole('region').count()).toBe(4);
    await point(figure(page, 'x', 'x'), 3, 1, 60, 3);
    expect(await cursor(page).textContent()).toMatch(/^x, x: timestep 3, feature 1: /);
    // The page's own styles, and the view's, are not each other's.
    expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('16px');
    await page.evaluate(() => (globalThis as unknown as { mounted: { remove(): void } }).mounted.remove());
    expect(await page.locator('#here').evaluate((element) => element.childElementCount)).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });

  /** The colour of a cell of a map of 60 × 20, as the canvas has it. */
  function colourAt(map: Locator, column: number, row: number): Promise<number[]> {
    return map.locator('.uplot').evaluate(
      (plot, [column, row]) => {
        const canvas = plot.querySelector('canvas') as HTMLCanvasElement;
        const [whole, inner] = [canvas, plot.querySelector('.u-over') as Element].map((one) =>
          one.getBoundingClientRect(),
        ) as [DOMRect, DOMRect];
        const scale = canvas.width / whole.width;
        const at = [
          inner.x - whole.x + ((column + 0.5) / 60) * inner.width,
          inner.y - whole.y + ((row + 0.5) / 20) * inner.height,
        ];
        const [left, top] = at.map((n) => Math.round(n * scale)) as [number, number];
        return [...(canvas.getContext('2d')?.getImageData(left, top, 1, 1).data ?? [])].slice(0, 3);
      },
      [column, row] as const,
    );
  }
});

const MOUNT = `import { mountTrace } from './node_modules/gatewise/dist/view/index.js';
import traced from './traced.mjs';
const layers = traced.layers.map((layer) => ({ ...layer, maps: layer.maps.map((map) => ({ ...map, data: Float32Array.from(map.data) })) }));
globalThis.mounted = mountTrace(document.getElementById('here'), { ...traced, layers }, { title: 'Mounted' });
`;

const plain = (traced: view.LayersTrace): object => ({
  ...traced,
  layers: traced.layers.map((layer) => ({
    ...layer,
    maps: layer.maps.map((map) => ({ ...map, data: [...map.data] })),
  })),
});
