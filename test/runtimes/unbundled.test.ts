import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium } from './here.js';
import { newProject } from './project.js';
import { type Site, STRICT, serve } from './site.js';

/** A model of the common layers, and one that wants a further one. */
const model = (...nodes: object[]) =>
  JSON.stringify({ inputs: [{ name: 'x', features: 1 }], nodes, outputs: ['y'], tensors: {} });
const relu = { type: 'activation', name: 'y', inputs: ['x'], activation: 'relu' };
const RELU = model(relu);
const REVERSED = model({ ...relu, name: 'a' }, { type: 'reverse', name: 'y', inputs: ['a'] });

const DIST = 'node_modules/gatewise/dist';

/** Scripts as people write them into a page that has neither a bundler nor an import map. */
const FILES: Record<string, string> = {
  'index.html': `<!doctype html><meta charset="windows-1252"><script src="${DIST}/gatewise.min.js"></script>`,
  'worker.js': `
    importScripts('/${DIST}/gatewise.min.js');
    gatewise.createModel(${REVERSED}).then((model) => postMessage([...model.run([-1, 2, 3])]));`,
  'worklet.js': `
    import { createModelSync } from '/${DIST}/simd.js';
    registerProcessor('effect', class extends AudioWorkletProcessor {
      stream = createModelSync(${RELU}).createStream();
      process([[input]], [[output]]) {
        for (let i = 0; i < output.length; i++) output[i] = this.stream.step([input ? input[i] : 0])[0];
        return true;
      }
    });`,
};

describe('a page without a bundler', needsChromium, () => {
  let browser: Browser;
  let site: Site;
  let tab: Page;

  beforeAll(async () => {
    site = await serve(newProject(), FILES, STRICT);
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    tab = await browser.newPage();
    await tab.goto(site.url);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  it('runs a model after asking for four files', async () => {
    site.asked.length = 0;
    const code = `import('/${DIST}/index.js').then(({ createModel }) => createModel(${RELU}, { build: 'simd' })).then((model) => [...model.run([-1, 2])])`;
    expect(await tab.evaluate(code)).toEqual([0, 2]);
    expect(site.asked.sort()).toEqual(
      ['chunks/base.js', 'chunks/core.js', 'chunks/kernels-simd.js', 'index.js'].map((name) => `${DIST}/${name}`),
    );
  });

  it('has the global `gatewise` of a script tag, whatever the encoding of the page', async () => {
    const code = (build: string) =>
      `gatewise.createModel(${REVERSED}, { build: '${build}' }).then((model) => [model.build, ...model.run([-1, 2, 3])])`;
    for (const build of ['simd', 'relaxed']) expect(await tab.evaluate(code(build))).toEqual([build, 3, 2, 0]);
  });

  it('and a worker that is no module has it by importScripts', async () => {
    const code = `new Promise((resolve, reject) => {
      const worker = new Worker('/worker.js');
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`;
    expect(await tab.evaluate(code)).toEqual([3, 2, 0]);
  });

  it('an AudioWorklet imports gatewise/simd, which brings its kernels', async () => {
    const code = `(async () => {
      const context = new OfflineAudioContext(1, 256, 44100);
      await context.audioWorklet.addModule('/worklet.js');
      const buffer = new AudioBuffer({ length: 256, sampleRate: 44100 });
      buffer.copyToChannel(Float32Array.from({ length: 256 }, (_, i) => (i % 3) - 1), 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(new AudioWorkletNode(context, 'effect')).connect(context.destination);
      source.start();
      return [...(await context.startRendering()).getChannelData(0)];
    })()`;
    expect(await tab.evaluate(code)).toEqual(Array.from({ length: 256 }, (_, i) => Math.max((i % 3) - 1, 0)));
  });
});
