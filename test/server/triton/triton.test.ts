import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../../src/index.js';
import { createServer, type ModelServer } from '../../../src/server/index.js';
import { listen } from '../../../src/server/node.js';
import { needs } from '../../support/needs.js';
import { randomFloats, stack } from '../../support/random.js';
import { bytesOf } from '../requests.js';

/** A Python that has `tritonclient[http]`. */
const python = process.env.GATEWISE_TRITON_PYTHON;
const CLIENT = fileURLToPath(new URL('client.py', import.meta.url));

const [FEATURES, TIME] = [4, 6];
const x = randomFloats(TIME * FEATURES, 5);

describe(
  'tritonclient, unmodified',
  needs(python, 'GATEWISE_TRITON_PYTHON names no Python with tritonclient[http]'),
  () => {
    let model: Model;
    let server: ModelServer;
    let said: Report;
    beforeAll(async () => {
      model = await createModel(stack('lstm', FEATURES, 16));
      server = createServer({ models: { lstm: model } });
      const listener = await listen(server, { host: '127.0.0.1', port: 0 });
      try {
        said = await ask(`127.0.0.1:${listener.port}`);
      } finally {
        await listener.close();
      }
    });
    afterAll(() => server.close());

    /** What it gives offline, as the client prints it. */
    const expected = (scale = 1): string =>
      Buffer.from(bytesOf(model.run(x.map((value) => value * scale)))).toString('hex');

    it('is told what there is', () => {
      expect(said).toMatchObject({ live: true, ready: true, modelReady: true, versionReady: true, otherReady: false });
      expect(said.server).toMatchObject({ name: 'gatewise' });
      expect(said.server.extensions).toEqual(expect.arrayContaining(['binary_tensor_data', 'sequence']));
      expect(said.model).toMatchObject({
        name: 'lstm',
        versions: ['1'],
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1, FEATURES] }],
        outputs: [{ name: 'head', datatype: 'FP32', shape: [-1, -1, 3] }],
      });
    });

    it('infers with JSON and with bytes, in and out, compressed or not', () => {
      expect(said.whole).toHaveLength(4);
      expect(said.compressed).toHaveLength(4);
      for (const each of [...said.whole, ...said.compressed])
        expect(each).toEqual({ shape: [1, TIME, 3], head: expected() });
      expect([said.plain, said.asyncio]).toEqual([expected(), expected()]);
    });

    it('goes on with sequences of numbers and texts, also of several at once', () => {
      expect([said.number, said.text, said.again]).toEqual([expected(), expected(), expected()]);
      expect(said.interleaved).toEqual([expected(), expected(0.5), expected(0.25)]);
    });

    it('raises what the server refuses', () => {
      expect(said.errors.model).toMatchObject({ status: '404', message: expect.stringMatching(/nothing/) });
      expect(said.errors.ended).toMatchObject({ status: '410', message: expect.stringMatching(/ended/) });
      expect(said.errors.shape).toMatchObject({ status: '400', message: expect.stringMatching(/x/) });
      expect(said.errors.output).toMatchObject({ status: '400', message: expect.stringMatching(/nothing/) });
      expect(said.errors.classes).toMatchObject({ status: '400', message: expect.stringMatching(/classification/) });
    });
  },
);

interface Report {
  readonly server: { readonly extensions: readonly string[] };
  readonly model: object;
  readonly whole: readonly object[];
  readonly compressed: readonly object[];
  readonly interleaved: readonly string[];
  readonly errors: Readonly<Record<string, { readonly status: string; readonly message: string } | null>>;
  readonly [name: string]: unknown;
}

async function ask(address: string): Promise<Report> {
  const child = spawn(`${python}`, [CLIENT, address], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ x: [...x], features: FEATURES }));
  let text = '';
  for await (const data of child.stdout) text += data;
  return JSON.parse(text);
}
