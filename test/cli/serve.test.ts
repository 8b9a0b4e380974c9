import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { stack } from '../support/random.js';
import { gatewise, put, putModel } from './here.js';

const model = putModel('served.gatewise', stack('lstm', 2, 3));

describe('gatewise serve, what it is not given', () => {
  it.each([
    [[], /missing required argument 'files'/],
    [[model, '--port', 'x'], /--port: expected a port of 0 to 65535, got x/],
    [[model, '--port', '65536'], /--port: .*got 65536/],
    [[model, '--idle', '5 fortnights'], /--idle: expected a time as 250ms, 30s, 5m, 2h or 1d, got 5 fortnights/],
    [[model, '--timeout', '30'], /--timeout: .*got 30/],
    [[model, '--batch-window', '-1ms'], /--batch-window|unknown option/],
    [[model, '--max-body', '5q'], /--max-body: expected bytes as 65536, 512kb, 64mb or 1gb, got 5q/],
    [[model, '--memory-limit', 'all'], /--memory-limit: .*got all/],
    [[model, '--max-sequences', '0'], /--max-sequences: expected a whole number of at least 1, got 0/],
    [[model, '--log', 'xml'], /--log: expected json or pretty, got xml/],
    [[model, '--log-level', 'loud'], /--log-level: expected fatal, .*got loud/],
    [[model, '--build', 'fast'], /--build: no such kernels/],
    [[model, '--store', 'http://localhost'], /--store: expected redis:\/\/host:port/],
    [[model, '--config', 'nothing=x.json'], /--config: no such model; expected served, got nothing/],
    [[model, '--assume', 'chain', '--assume', 'chain'], /--assume: given twice/],
    [[model, model], /served: two models of one name/],
    [['-'], /-: expected files, which can be opened again, got the standard input/],
    [
      ['a model.onnx'],
      /a model\.onnx: expected a name of at most 128 letters.*got "a model"; name=a model\.onnx gives it one/,
    ],
  ])('%j is a mistake in the command', async (args, words) => {
    const { code, out, err } = await gatewise(['serve', '--port', '0', ...args]);
    expect(err).toMatch(words);
    expect([code, out]).toEqual([2, '']);
  });

  it.each([
    ['a file that is not there', () => 'nothing.onnx', /file "nothing\.onnx": cannot be opened/],
    ['what is no model', () => put('text.onnx', 'not a model'), /text\.onnx: .*a text; expected a model/],
    ['a config that is no JSON', () => `${model}`, /config ".*none\.json"/, () => ['--config', put('none.json', '{')]],
    ['a model that does not fit', () => `${model}`, /served\.gatewise: .*memory/, () => ['--memory-limit', '1kb']],
    [
      'a store where nobody is',
      () => model,
      /--store: nobody answers; expected Redis at 127\.0\.0\.1:1, got .*/,
      () => ['--store', 'redis://127.0.0.1:1'],
    ],
  ])('%s is an error', async (_, file, words, more = () => []) => {
    const { code, out, err } = await gatewise(['serve', file(), '--port', '0', ...more()]);
    expect(err.trim().split('\n').at(-1)).toMatch(words);
    expect([code, out]).toEqual([1, '']);
  });

  it('a port that is taken is an error', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.on('listening', done));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await gatewise(['serve', model, '--port', `${port}`]);
    other.close();
    expect(err).toMatch(new RegExp(`EADDRINUSE.*${port}`));
    expect([code, out]).toEqual([1, '']);
  });
});
