import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createModel, MemoryLimitError } from '../../src/index.js';
import { Arena } from '../../src/wasm/arena.js';
import { instantiate } from '../../src/wasm/module.js';
import { gateColumns } from '../../src/wasm/pack.js';
import { hasHuge, TINY, withoutTiny } from '../../src/wasm/tiny.js';
import { randomFloats, stack } from '../support/random.js';

const spec = stack('lstm', 3, 5);

it('where compiling at once is forbidden, waits for it', async () => {
  const { Module } = WebAssembly;
  let tried = 0;
  // As Chromium did in pages before it allowed 8 MB.
  const Forbidden = function forbidden() {
    tried++;
    throw new RangeError('WebAssembly.Module is disallowed on the main thread');
  };
  Object.defineProperty(WebAssembly, 'Module', {
    value: Object.assign(Forbidden, { exports: Module.exports }),
    configurable: true,
  });
  try {
    const model = await createModel(spec, { build: 'simd' });
    expect(tried).toBeLessThanOrEqual(1);
    expect(model.run(randomFloats(6, 1)).length).toBe(6);
    model.dispose();
  } finally {
    Object.defineProperty(WebAssembly, 'Module', { value: Module, configurable: true, writable: true });
  }
});

it('kernels of the build that is asked for', async () => {
  const kernels = new Uint8Array(readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url)));
  const model = await createModel(spec, { kernels, build: 'simd' });
  expect(model.build).toBe('simd');
  model.dispose();
});

it('a memory of one page, and none of less', () => {
  expect(new Arena(65536).byteLength).toBe(65536);
  expect(new Arena(2 * 65536 - 1).limit).toBe(65536);
  expect(() => new Arena(65535)).toThrow(MemoryLimitError);
  expect(() => new Arena(65535)).toThrow(/at least 65536 bytes, got 65535/);
});

it.each([1, 3, 4, 5, 8])('columns of %i units: each once, and nothing in the padding', (units) => {
  const gates = [0, 2, 1];
  const columns = [...gateColumns(gates, units)];
  expect(columns.length).toBe(Math.ceil(units / 4) * 4 * gates.length);
  const real = columns.filter((column) => column >= 0);
  expect([...real].sort((a, b) => a - b)).toEqual(Array.from({ length: 3 * units }, (_, row) => row));
  expect(columns.filter((column) => column < 0).every((column) => column === -1)).toBe(true);
  // Four lanes of a gate, then those of the next.
  columns.forEach((column, at) => {
    const [group, gate, lane] = [Math.floor(at / 12), Math.floor((at % 12) / 4), at % 4];
    const unit = 4 * group + lane;
    expect(column).toBe(unit < units ? (gates[gate] as number) * units + unit : -1);
  });
});

it('what is tiny and what is huge', () => {
  const arena = new Arena();
  const module = new WebAssembly.Module(readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url)));
  const by = { arena, kernels: instantiate({ module, build: 'simd' }, arena.memory) };
  expect(hasHuge(by, Float32Array.of(1, 2 ** 20, -(2 ** 20)))).toBe(false);
  for (const x of [2 ** 20 + 1, -(2 ** 20) - 1, Number.POSITIVE_INFINITY])
    expect(hasHuge(by, Float32Array.of(0, x))).toBe(true);
  const data = Float32Array.of(TINY, -TINY, TINY / 2, -TINY / 2, 0, Number.NaN);
  expect([...withoutTiny(by, data)]).toEqual([TINY, -TINY, 0, 0, 0, Number.NaN]);
  const whole = Float32Array.of(1, 0, -TINY);
  expect(withoutTiny(by, whole)).toBe(whole);
});
