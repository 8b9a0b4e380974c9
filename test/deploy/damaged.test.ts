import { beforeAll, describe, expect, it } from 'vitest';
import { type Deployable, type DeployOptions, deploy } from '../../src/deploy/index.js';
import { stack } from '../support/random.js';
import { imported } from './same.js';

// A built file of which anything that it holds has changed, or is missing, is refused by a named error.

const SPEC = stack('lstm', 4, 12);
const made: Record<string, Deployable> = {};
beforeAll(async () => {
  for (const weights of ['module', 'split', 'wasm'] as const) made[weights] = await deploy(SPEC, { weights });
});

/** What opening ends with: `opened`, or the code of an error. */
async function opening(text: string, given?: object): Promise<string> {
  const { createModelSync, GatewiseError } = await imported(text);
  try {
    createModelSync(given).dispose();
    return 'opened';
  } catch (error) {
    expect(error).toBeInstanceOf(GatewiseError);
    return (error as { code: string }).code;
  }
}

/** Another letter or digit in the place of one, which leaves the syntax as it was. */
const changed = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

/** Places spread over a field of the module. */
function placesIn(text: string, field: RegExp, count: number): number[] {
  const { index, 0: found } = field.exec(text) as RegExpExecArray;
  const letters = [...found].flatMap((character, i) => (/[a-z0-9]/i.test(character) && i > 12 ? [index + i] : []));
  return Array.from({ length: count }, (_, i) => letters[Math.floor(((i + 0.5) * letters.length) / count)] as number);
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a module', () => {
  it.each([
    ['recipe', /recipe: ".*",/, 12],
    ['sums', /sums: .*,/, 6],
    ['kernels', /kernels: ".*"/, 24],
    ['weights', /weights: ".*"/, 24],
  ] as const)('changed in its %s', async (_, field, count) => {
    const text = made.module?.module as string;
    expect(await opening(text)).toBe('opened');
    const start = text.indexOf('({\n', text.lastIndexOf('const { createModel'));
    const data = text.slice(start);
    for (const place of placesIn(data, field, count)) {
      const other = changed(data, place);
      expect(['IMPORT', 'RUNTIME'], `at ${place}: ${data.slice(place - 5, place + 5)}`).toContain(
        await opening(text.slice(0, start) + other),
      );
    }
  });

  it('cut anywhere is no module', async () => {
    const text = made.module?.module as string;
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index).slice(0, -1);
    for (const end of [
      ...ends,
      ...Array.from({ length: 16 }, (_, part) => (text.length * (part + 1)) / 17),
      text.length - 3,
    ]) {
      await expect(imported(text.slice(0, end)), `${end}`).rejects.toThrow(SyntaxError);
    }
  });
});

describe.each([
  ['split', 'weights'],
  ['wasm', 'kernels'],
] as const)('beside a module, %s', (weights, option) => {
  const open = (bytes: unknown): Promise<string> =>
    opening(made[weights]?.module as string, { [option]: bytes } satisfies Record<string, unknown>);

  it('changed', async () => {
    const bytes = made[weights]?.beside?.bytes as Uint8Array<ArrayBuffer>;
    expect(await open(bytes)).toBe('opened');
    expect(await open(bytes.slice().buffer)).toBe('opened');
    for (let i = 0; i < 40; i++) {
      const at = Math.floor(((i + 0.5) * bytes.length) / 40);
      expect(['IMPORT', 'RUNTIME'], `at ${at}`).toContain(await open(flipped(bytes, at)));
    }
  });

  it('cut, longer, of another model, missing, or no bytes', async () => {
    const bytes = made[weights]?.beside?.bytes as Uint8Array<ArrayBuffer>;
    for (const length of [0, 4, 8, 100, bytes.length - 4, bytes.length - 1]) {
      expect(['IMPORT', 'RUNTIME'], `${length}`).toContain(await open(bytes.slice(0, length)));
    }
    expect(['IMPORT', 'RUNTIME']).toContain(await open(Uint8Array.of(...bytes, 0)));
    const other = await deploy(stack('lstm', 4, 12, 1, 2), { weights } satisfies DeployOptions);
    expect(['IMPORT', 'RUNTIME']).toContain(await open(other.beside?.bytes));
    for (const nothing of [undefined, 'model.bin', {}, [1, 2]]) {
      expect(['IMPORT', 'RUNTIME']).toContain(await open(nothing));
    }
  });
});
