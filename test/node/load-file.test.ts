import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load as loadBytes } from '../../src/importers/load/index.js';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { ImportError } from '../../src/index.js';
import { load, loadFile } from '../../src/node/index.js';
import { externalOnnx, several } from '../importers/load/several.js';
import { stack } from '../support/random.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatewise-files-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, bytes: Uint8Array | string): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, bytes);
  return whole;
}

const spec = stack('gru', 2, 3);

describe.each(several)('$format', ({ main, files, options }) => {
  it('the files beside it are found, by a path or a URL, from any working folder', async () => {
    for (const [path, bytes] of Object.entries(files)) put(`m/${path}`, bytes);
    const wanted = await loadBytes(files, options);
    const path = join(folder, 'm', main);
    const before = process.cwd();
    try {
      process.chdir(join(folder, 'm'));
      for (const one of [path, pathToFileURL(path), `${pathToFileURL(path)}`, main, `./${main}`, `../m/${main}`]) {
        expect(await loadFile(one, options)).toEqual(wanted);
        expect(await load(one, options)).toEqual(wanted);
      }
    } finally {
      process.chdir(before);
    }
  });

  it('one that is missing is named', async () => {
    put(main, files[main] as Uint8Array);
    const [, missing] = Object.keys(files) as [string, string];
    for (const path of Object.keys(files)) if (path !== missing) put(path, files[path] as Uint8Array);
    const asked = loadFile(join(folder, main), options);
    await expect(asked).rejects.toThrow(ImportError);
    await expect(asked).rejects.toThrow(/cannot be opened; expected a file, got ENOENT/);
  });
});

it('load of this entry takes all that the other takes', async () => {
  const bytes = toSafetensors(spec) as Uint8Array<ArrayBuffer>;
  for (const source of [
    bytes,
    { 'a.safetensors': bytes },
    new Blob([bytes]),
    Promise.resolve(bytes),
    new Response(bytes),
  ])
    expect((await load(source)).spec).toEqual(spec);
  const base64 = `data:;base64,${Buffer.from(bytes).toString('base64')}`;
  for (const source of [base64, new URL(base64)]) expect((await load(source)).spec).toEqual(spec);
});

it('what is no file is told so', async () => {
  mkdirSync(join(folder, 'saved'));
  const fifo = join(folder, 'pipe');
  if (process.platform !== 'win32') execFileSync('mkfifo', [fifo]);
  const wrong: [unknown, string][] = [
    [join(folder, 'none.onnx'), 'cannot be opened; expected a file, got ENOENT'],
    [
      join(folder, 'saved'),
      'a folder; expected the file in it that describes the model (*.onnx, model.json, saved_model.pb, *.index, …)',
    ],
    [
      new URL('https://example.org/model.onnx'),
      'path: not a path; expected a string, or a URL of a file; load() takes bytes and other URLs',
    ],
    ['https://example.org/model.onnx', 'load() takes bytes and other URLs, got https://example.org/model.onnx'],
    [
      undefined,
      'path: not a path; expected a string, or a URL of a file; load() takes bytes and other URLs, got [object Undefined]',
    ],
    [new Uint8Array(4), 'path: not a path'],
    ...(process.platform === 'win32' ? [] : [[fifo, 'no regular file; expected a file'] as [unknown, string]]),
  ];
  for (const [path, message] of wrong) {
    await expect(loadFile(path as string)).rejects.toThrow(ImportError);
    await expect(loadFile(path as string)).rejects.toThrow(message);
  }
});

describe('nothing outside of the model’s folder', () => {
  const secret = new Uint8Array(8);
  beforeEach(() => {
    put('secret.bin', secret);
    put('m/b.bin', new Uint8Array(8));
  });

  it.each(['../secret.bin', 'x/../../secret.bin', '..\\secret.bin', '/etc/hostname', 'C:/secret.bin'])(
    '%s',
    async (name) => {
      const path = put('m/model.onnx', externalOnnx(name, 'b.bin'));
      await expect(loadFile(path)).rejects.toThrow("a file outside the model's folder; expected a path within it");
    },
  );

  it.skipIf(process.platform === 'win32')('not by links either: those within it are followed', async () => {
    const path = put('m/model.onnx', externalOnnx('a.bin', 'b.bin'));
    symlinkSync('../secret.bin', join(folder, 'm/a.bin'));
    await expect(loadFile(path)).rejects.toThrow(
      `file "a.bin": a link that leads out of the model's folder; expected a file within it, got ${join(folder, 'secret.bin')}`,
    );
    rmSync(join(folder, 'm/a.bin'));
    symlinkSync('..', join(folder, 'm/up'));
    const through = put('m/model.onnx', externalOnnx('up/secret.bin', 'b.bin'));
    await expect(loadFile(through)).rejects.toThrow("a link that leads out of the model's folder");
    put('m/deep/real.bin', new Uint8Array(8));
    symlinkSync('deep/real.bin', join(folder, 'm/a.bin'));
    expect((await loadFile(put('m/model.onnx', externalOnnx('a.bin', 'b.bin')))).spec.nodes.length).toBeGreaterThan(0);
  });

  it.skipIf(process.platform === 'win32')('a cache of a model hub, all of whose files are links, opens', async () => {
    put('hub/blobs/0a', externalOnnx('a.bin', 'b.bin'));
    put('hub/blobs/0b', new Uint8Array(8));
    put('hub/blobs/0c', new Uint8Array(8));
    mkdirSync(join(folder, 'hub/snapshots/main'), { recursive: true });
    const link = (name: string, blob: string): void =>
      symlinkSync(`../../blobs/${blob}`, join(folder, 'hub/snapshots/main', name));
    link('model.onnx', '0a');
    link('a.bin', '0b');
    link('b.bin', '0c');
    const path = join(folder, 'hub/snapshots/main/model.onnx');
    expect((await loadFile(path)).spec.nodes.length).toBeGreaterThan(0);
    rmSync(join(folder, 'hub/snapshots/main/a.bin'));
    symlinkSync('../../../secret.bin', join(folder, 'hub/snapshots/main/a.bin'));
    await expect(loadFile(path)).rejects.toThrow("a link that leads out of the model's folder");
  });
});
