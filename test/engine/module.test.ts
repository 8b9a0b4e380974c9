import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acceptsBuild, createModel, createModelSync, RuntimeError } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { randomFloats, stack } from '../support/random.js';

const spec = stack('lstm', 3, 5);
const x = randomFloats(12, 7);
const bytesOf = (build: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../dist/kernels/${build}.wasm`, import.meta.url)));

afterEach(() => vi.restoreAllMocks());

describe('kernels', () => {
  it('takes relaxed where the runtime validates it, else simd', async () => {
    const model = await createModel(spec);
    expect(model.build).toBe(acceptsBuild('relaxed') ? 'relaxed' : 'simd');
  });

  it.each(builds)('%s: the same outputs embedded, from bytes, and from a compiled module', async (build) => {
    const embedded = (await createModel(spec, { build })).run(x);
    const bytes = bytesOf(build);
    const module = await WebAssembly.compile(bytes);
    for (const kernels of [bytes, bytes.buffer, module]) {
      const model = await createModel(spec, { kernels });
      expect(model.build).toBe(build);
      expect(model.run(x)).toEqual(embedded);
      expect(createModelSync(spec, { kernels }).run(x)).toEqual(embedded);
    }
  });

  it('says so when a forced build is not accepted', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate');
    validate.mockImplementation((bytes) => (bytes as Uint8Array).length < 35);
    await expect(createModel(spec, { build: 'relaxed' })).rejects.toThrow(
      'build: this runtime does not accept relaxed SIMD; expected simd, got relaxed',
    );
    expect((await createModel(spec)).build).toBe('simd');
  });

  it('says so when the runtime has no SIMD', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expect(createModel(spec)).rejects.toThrow(/no WebAssembly SIMD/);
    await expect(createModel(spec)).rejects.toThrow(RuntimeError);
  });

  it('says so when compiling bytes is forbidden', async () => {
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new Error('Wasm code generation disallowed by embedder'));
    await expect(createModel(spec, { kernels: bytesOf('simd') })).rejects.toThrow(
      /disallowed by embedder.*pass a WebAssembly.Module/,
    );
  });

  it('refuses bytes that are not the kernels, and kernels of another build', async () => {
    const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    await expect(createModel(spec, { kernels: empty })).rejects.toThrow('kernels: not the Gatewise kernels');
    await expect(createModel(spec, { kernels: empty.subarray(0, 5) })).rejects.toThrow(RuntimeError);
    expect(() => createModelSync(spec, { kernels: empty.subarray(0, 5) })).toThrow(RuntimeError);
    await expect(createModel(spec, { kernels: bytesOf('simd'), build: 'relaxed' })).rejects.toThrow(
      'kernels: kernels of another build; expected relaxed, got simd',
    );
    await expect(createModel(spec, { build: 'fast' as 'simd' })).rejects.toThrow(
      'build: unknown build; expected simd or relaxed, got fast',
    );
  });
});
