import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LoadSource, load, loadFrom } from '../../../src/importers/load/index.js';
import { toSafetensors } from '../../../src/importers/safetensors/index.js';
import { ImportError } from '../../../src/index.js';
import { stack } from '../../support/random.js';
import { entry, field, noRestarts, table } from '../tensorflow/table.js';
import { externalOnnx, several } from './several.js';

const spec = stack('lstm', 2, 3);
const container = toSafetensors(spec) as Uint8Array<ArrayBuffer>;
const loose = (value: unknown): LoadSource => value as LoadSource;

// A server of these files by path, and what was asked of it.
const served = new Map<string, Uint8Array>();
const asked: string[] = [];
let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url as string);
    const { pathname } = new URL(request.url as string, 'http://localhost');
    if (pathname.startsWith('/moved/')) {
      response.writeHead(302, { location: `/cdn/${'0'.repeat(8)}` }).end();
      return;
    }
    const bytes = served.get(decodeURIComponent(pathname));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  served.clear();
  asked.length = 0;
  served.set('/m/model.safetensors', container);
  served.set('/secret.bin', new Uint8Array(8));
});

describe('load: what leads to bytes', () => {
  it('a promise, a Response, a Blob, a File, a URL of either kind', async () => {
    const url = `${origin}/m/model.safetensors`;
    const base64 = `data:application/octet-stream;base64,${Buffer.from(container).toString('base64')}`;
    const sources: unknown[] = [
      Promise.resolve(container),
      new Response(container),
      new Blob([container]),
      Promise.resolve(new Blob([container])),
      url,
      new URL(url),
      fetch(url),
      await fetch(url),
      base64,
      new URL(base64),
      URL.createObjectURL(new Blob([container])),
      { 'a.safetensors': new Blob([container]) },
      { 'a.safetensors': fetch(url) },
      // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's
      { then: (resolve: (bytes: unknown) => void) => resolve(container) },
    ];
    for (const source of sources) expect((await load(loose(source))).spec).toEqual(spec);
  });

  it('what fails on the way is an ImportError that says of what', async () => {
    served.set('/page', new TextEncoder().encode('<!doctype html><p>not here'));
    const used = new Response(container);
    await used.arrayBuffer();
    const failures: [unknown, string][] = [
      [
        `${origin}/none.onnx`,
        `${origin}/none.onnx: the server did not give the file; expected status 200, got status 404`,
      ],
      [fetch(`${origin}/none.onnx`), `${origin}/none.onnx: the server did not give the file; expected status 200`],
      [`${origin}/page`, 'file: an HTML page; expected a model; the download may have failed'],
      [
        'http://127.0.0.1:1/model.onnx',
        'http://127.0.0.1:1/model.onnx: cannot be read; expected the bytes of a file, got ',
      ],
      [
        () => Promise.reject(new Error('gone')),
        'source: cannot be read; expected the bytes of a file, got Error: gone',
      ],
      [
        () => Promise.reject(new Error('gone', { cause: 'moved' })),
        'source: cannot be read; expected the bytes of a file, got Error: gone (moved)',
      ],
      [() => Promise.reject(), 'source: cannot be read; expected the bytes of a file, got undefined'],
      [used, 'source: cannot be read; expected the bytes of a file, got '],
      [
        'model.onnx',
        'source: a path; expected loadFile(path) of gatewise/node; in a page new URL(path, document.baseURI), got model.onnx',
      ],
      ['C:\\models\\model.onnx', 'source: a path; expected loadFile(path) of gatewise/node'],
      ['/models/model.onnx', 'source: a path;'],
      ['', 'source: a path;'],
      [
        new URL('file:///model.onnx'),
        'source: a file of this machine; expected loadFile(url) of gatewise/node, or its bytes, got file:///model.onnx',
      ],
      ['file:///model.onnx', 'source: a file of this machine;'],
      [
        's3://bucket/model.onnx',
        'source: a URL that cannot be fetched; expected http, https, data or blob, got s3://bucket/model.onnx',
      ],
      [Promise.resolve('model.onnx'), 'source: a path;'],
      [
        () => ({
          a: new Promise((resolve) => setTimeout(resolve, 20, container)),
          b: Promise.reject(new Error('gone')),
        }),
        'file "b": cannot be read; expected the bytes of a file, got Error: gone',
      ],
    ];
    for (const [source, message] of failures) {
      const given: unknown = typeof source === 'function' ? source() : source;
      const error = await load(loose(given)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ImportError);
      expect((error as Error).message).toContain(message);
      // The cause of a failure, and nothing where it has none.
      if (message.endsWith('gone')) expect((error as Error).message).toBe(message);
    }
  });

  it('says so where there is no fetch', async () => {
    const kept = globalThis.fetch;
    try {
      delete (globalThis as { fetch?: unknown }).fetch;
      await expect(load('http://127.0.0.1/m.onnx')).rejects.toThrow(
        'http://127.0.0.1/m.onnx: this runtime has no fetch; expected the bytes of the file',
      );
    } finally {
      globalThis.fetch = kept;
    }
  });
});

describe.each(several)('load: $format, a model of several files', ({ main, files, options }) => {
  const put = (folder: string): string => {
    for (const [path, bytes] of Object.entries(files)) served.set(`${folder}/${path}`, bytes);
    return `${origin}${folder}/${encodeURIComponent(main)}`;
  };
  const wanted = () => load(files, options);

  it('by the URL of the one that describes it: the others are fetched from its folder, with its query', async () => {
    const url = put('/some/where');
    expect(await load(url, options)).toEqual(await wanted());
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toHaveLength(Object.keys(files).length);
    asked.length = 0;
    expect(await load(new URL(`${url}?signature=a%2Fb`), options)).toEqual(await wanted());
    expect(asked.every((path) => path.startsWith('/some/where/') && path.endsWith('?signature=a%2Fb'))).toBe(true);
    expect(await load(fetch(url), options)).toEqual(await wanted());
  });

  it('by the files that a user chose', async () => {
    const chosen = Object.entries(files).map(([path, bytes]) => {
      const file = new File([bytes as Uint8Array<ArrayBuffer>], path.split('/').at(-1) as string);
      return Object.defineProperty(file, 'webkitRelativePath', { value: `folder/${path}` });
    });
    expect(await load(chosen, options)).toEqual(await wanted());
    const list = Object.assign(Object.create({ [Symbol.toStringTag]: 'FileList' }), {
      ...chosen,
      length: chosen.length,
    });
    expect(await load(list, options)).toEqual(await wanted());
    await expect(load([...chosen, ...chosen], options)).rejects.toThrow(/a file twice; expected every name once/);
  });

  it('from wherever they are', async () => {
    const read: string[] = [];
    const store = (path: string): Promise<Uint8Array> => {
      read.push(path);
      const bytes = files[path];
      return bytes ? Promise.resolve(bytes) : Promise.reject(new RangeError(`no ${path}`));
    };
    expect(await loadFrom(main, store, options)).toEqual(await wanted());
    expect(read.sort()).toEqual(Object.keys(files).sort());
    expect(await loadFrom(main, (path) => files[path] as Uint8Array, options)).toEqual(await wanted());
    const [, missing] = Object.keys(files) as [string, string];
    await expect(
      loadFrom(main, (path) => (path === missing ? Promise.reject(new RangeError('none')) : store(path)), options),
    ).rejects.toThrow(RangeError);
    await expect(loadFrom(main, () => undefined as never, options)).rejects.toThrow(ImportError);
  });

  it('one that is missing is named', async () => {
    const url = put('/m');
    const [, missing] = Object.keys(files) as [string, string];
    served.delete(`/m/${missing}`);
    await expect(load(url, options)).rejects.toThrow(
      'the server did not give the file; expected status 200, got status 404',
    );
  });
});

describe('load: nothing outside of the model’s folder', () => {
  const names = [
    '../secret.bin',
    'a/../../secret.bin',
    '/secret.bin',
    '\\secret.bin',
    '..\\secret.bin',
    'C:/secret.bin',
    '..',
    '',
    './',
    'a\0b',
  ];
  it.each(names)('%j', async (name) => {
    const tfjs = { format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths: [name], weights: [] }] };
    const models: [string, Uint8Array][] = [
      ['model.onnx', externalOnnx(name, 'b.bin')],
      ['model.json', new TextEncoder().encode(JSON.stringify(tfjs))],
    ];
    for (const [main, bytes] of models) {
      served.set(`/deep/m/${main}`, bytes);
      served.set('/deep/m/b.bin', new Uint8Array(8));
      asked.length = 0;
      const message = "a file outside the model's folder; expected a path within it";
      await expect(load(`${origin}/deep/m/${main}`)).rejects.toThrow(message);
      expect(asked).toEqual([`/deep/m/${main}`]);
      const read: string[] = [];
      const store = (path: string): Uint8Array => {
        read.push(path);
        return bytes;
      };
      await expect(loadFrom(main, store)).rejects.toThrow(message);
      expect(read).toEqual([main]);
    }
  });

  it('names that look like more than names stay names', async () => {
    for (const name of ['http://evil.example/x', '%2e%2e/secret.bin', 'x?y=1', '//evil', 'a#b']) {
      served.set('/deep/m/model.onnx', externalOnnx(name, 'b.bin'));
      served.set('/deep/m/b.bin', new Uint8Array(8));
      asked.length = 0;
      await expect(load(`${origin}/deep/m/model.onnx`)).rejects.toThrow(
        /did not give the file|outside the model's folder/,
      );
      expect(asked.every((path) => path.startsWith('/deep/m/'))).toBe(true);
    }
  });

  it('a hub that sends elsewhere for the numbers does not lead the other files astray', async () => {
    served.set('/cdn/00000000', externalOnnx('a.bin', 'b.bin'));
    await expect(load(`${origin}/moved/model.onnx`)).rejects.toThrow(ImportError);
    // Each is asked for where the model was, and it is the server that sends them elsewhere.
    expect(asked.filter((path) => path.startsWith('/moved/')).sort()).toEqual([
      '/moved/a.bin',
      '/moved/b.bin',
      '/moved/model.onnx',
    ]);
  });

  it('files in the options are not fetched', async () => {
    served.set('/m/model.onnx', externalOnnx('a.bin', 'b.bin'));
    served.set('/m/a.bin', new Uint8Array(8));
    await load(`${origin}/m/model.onnx`, { onnx: { files: { './b.bin': new Uint8Array(8) } } });
    expect(asked.sort()).toEqual(['/m/a.bin', '/m/model.onnx']);
  });
});

describe('load: models of more files than there can be', () => {
  it('are refused before any is read', async () => {
    const read = (main: Uint8Array) => (path: string) => (path.startsWith('m') ? main : new Uint8Array(4));
    const paths = Array.from({ length: 10_001 }, (_, i) => `s${i}.bin`);
    const tfjs = { format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths, weights: [] }] };
    await expect(loadFrom('model.json', read(new TextEncoder().encode(JSON.stringify(tfjs))))).rejects.toThrow(
      'file: too many files; expected at most 10000, got 10001',
    );
    const index = table([...entry('', field(1, 20_000)), ...noRestarts]);
    await expect(loadFrom('m.index', read(index))).rejects.toThrow(
      'index: too many shards; expected at most 10000, got 20000',
    );
    // A name that tells no names of shards.
    await expect(loadFrom('model', read(index), { tensorflow: { layers: [] } })).rejects.toThrow(ImportError);
  });

  it('a model of several files has no others where its URL has no folder', async () => {
    const url = `data:;base64,${Buffer.from(externalOnnx('a.bin', 'b.bin')).toString('base64')}`;
    await expect(load(url)).rejects.toThrow(
      'file "a.bin": a model of several files; expected all of them by name, got data:;base64,',
    );
    await expect(load(url.replace('data:;', 'data:of/http:;'))).rejects.toThrow(
      'file "a.bin": a model of several files; expected all of them by name, got data:of/http:;base64,',
    );
  });
});

it('the golden weather model, from a page of its folder', async () => {
  const bytes = readFileSync(new URL('../../../examples/weather/model.safetensors', import.meta.url));
  served.set('/weather/model.safetensors', bytes);
  const layers = [
    { type: 'lstm', prefix: 'lstm', hiddenSize: 64, numLayers: 2 },
    { type: 'linear', prefix: 'head' },
  ] as const;
  const options = { pytorch: { inputSize: 4, layers } };
  expect(await load(`${origin}/weather/model.safetensors`, options)).toEqual(await load(bytes, options));
});
