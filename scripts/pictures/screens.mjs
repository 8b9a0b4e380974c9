// What trace pages look like, spectrograms, and `gatewise watch`, in Chromium: pictures of models that we trained.
import { existsSync } from 'node:fs';
import { createModel } from 'gatewise';
import { fromPyTorch } from 'gatewise/pytorch';
import { quantize } from 'gatewise/quantize';
import { traceLayers, tracePage } from 'gatewise/view';
import { chromium } from 'playwright-core';
import * as dates from '../../examples/dates/model.mjs';
import { makeClip } from '../../examples/denoise/clip.mjs';
import { denoise } from '../../examples/denoise/denoiser.mjs';
import { RATE } from '../../examples/denoise/filters.mjs';
import * as denoiser from '../../examples/denoise/model.mjs';
import { spectrograms } from '../../examples/denoise/spectrogram.mjs';
import * as weather from '../../examples/weather/model.mjs';
import { featurize, loadSeries } from '../../examples/weather/series.mjs';
import { watched } from './terminal.mjs';

const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** An LSTM of two layers, over a winter and a spring of Seattle's; and the same with int8 weights. */
async function seattle() {
  const spec = fromPyTorch(weather.weights, weather.config);
  const days = featurize(loadSeries(), weather.settings.normalisation).subarray(0, 4 * 120);
  const small = await quantize(spec, { layers: 'all' });
  const [a, b] = [await traceLayers(spec, days), await traceLayers(small.spec, days)];
  return {
    one: tracePage(a, { title: 'Seattle’s weather, 120 days' }),
    two: tracePage(a, { title: 'Seattle’s weather: float32 beside int8', against: b, labels: ['float32', 'int8'] }),
  };
}

/** The encoder of examples/dates reads. */
async function date() {
  const letters = [...'thursday, 25 november 2038'].map((letter) => dates.settings.letters.indexOf(letter) + 1);
  return tracePage(await traceLayers(dates.encoder, Int32Array.from(letters)), {
    title: '“thursday, 25 november 2038”',
  });
}

/** The clip of examples/denoise, before and after. */
async function denoised() {
  const { noisy } = makeClip();
  const samples = denoise(await createModel(denoiser.spec), noisy, denoiser.hyperparameters);
  return spectrograms(
    [
      { title: 'noisy', samples: noisy },
      { title: 'denoised', samples },
    ],
    RATE,
  );
}

/** @returns files by name. */
export async function screens() {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (!executablePath) throw new Error(`no Chromium at ${PLACES.filter(Boolean).join(' or ')}; CHROMIUM says where`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const shoot = async (html, options, pick) => {
    const page = await browser.newPage(options);
    await page.setContent(html);
    await page.locator('canvas').first().waitFor();
    const map = page.locator('figure', { has: page.getByText(pick.map, { exact: true }) }).nth(pick.nth ?? 0);
    await map.scrollIntoViewIfNeeded();
    await map.locator('.u-over').hover({ position: pick.at });
    // Lines of the cursor are drawn with the next frame.
    await page.waitForTimeout(300);
    const picture = await page.screenshot();
    await page.close();
    return picture;
  };
  const draw = async (svg, options) => {
    const page = await browser.newPage({ viewport: { width: 800, height: 1200 } });
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
    const picture = await page.locator('svg').screenshot(options);
    await page.close();
    return picture;
  };
  try {
    const { one, two } = await seattle();
    const size = (width, height, colorScheme) => ({ viewport: { width, height }, colorScheme });
    return {
      'denoise.jpg': await draw(await denoised(), { type: 'jpeg', quality: 75 }),
      'page.png': await shoot(await date(), size(1280, 900, 'light'), { map: 'f', at: { x: 150, y: 62 } }),
      'page-two.png': await shoot(two, size(1120, 580, 'dark'), { map: 'c float32 − int8', at: { x: 120, y: 70 } }),
      'page-phone.png': await shoot(one, size(390, 780, 'dark'), { map: 'c', at: { x: 200, y: 90 } }),
      'watch.png': await draw(await watched()),
    };
  } finally {
    await browser.close();
  }
}
