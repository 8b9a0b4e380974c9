import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryLimitError } from '../../src/index.js';
import { Arena } from '../../src/wasm/arena.js';

const PAGE = 65536;

describe('arena', () => {
  it('hands out aligned, disjoint, zeroed blocks under any order of alloc and free', () => {
    const commands = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9000 }), fc.nat()), { maxLength: 120 });
    fc.assert(
      fc.property(commands, (steps) => {
        const arena = new Arena();
        const live: { address: number; bytes: number; mark: number }[] = [];
        let mark = 0;
        for (const [allocate, bytes, pick] of steps) {
          if (allocate || live.length === 0) {
            const address = arena.alloc(bytes);
            expect(address % 64).toBe(0);
            expect(arena.u8.subarray(address, address + bytes).every((byte) => byte === 0)).toBe(true);
            mark = (mark % 255) + 1;
            arena.u8.fill(mark, address, address + bytes);
            live.push({ address, bytes, mark });
          } else {
            const [block] = live.splice(pick % live.length, 1);
            if (block) arena.free(block.address);
          }
          for (const { address, bytes, mark: expected } of live) {
            expect(arena.u8.subarray(address, address + bytes).every((byte) => byte === expected)).toBe(true);
          }
        }
        for (const { address } of live) arena.free(address);
        expect(arena.used).toBe(0);
        // Everything freed joins into one block: the whole memory can be handed out again without growth.
        const size = arena.byteLength;
        arena.alloc(size - 1024);
        expect(arena.byteLength).toBe(size);
      }),
      { numRuns: 60 },
    );
  });

  it('renews its views on growth and keeps the contents', () => {
    const arena = new Arena();
    const address = arena.alloc(16);
    arena.f32[address / 4] = 1.5;
    const { generation, f32 } = arena;
    arena.alloc(10 * PAGE);
    expect(arena.generation).toBeGreaterThan(generation);
    expect(f32.length).toBe(0);
    expect(arena.f32[address / 4]).toBe(1.5);
  });

  it('refuses beyond the limit and stays usable', () => {
    const arena = new Arena(4 * PAGE);
    const first = arena.alloc(3 * PAGE);
    const used = arena.used;
    expect(() => arena.alloc(2 * PAGE)).toThrow(MemoryLimitError);
    expect(() => arena.alloc(2 * PAGE)).toThrow(
      /memory: out of memory; expected at most 262144 bytes .*, got a request for 131072 more/,
    );
    expect(arena.used).toBe(used);
    arena.free(first);
    expect(arena.alloc(3 * PAGE)).toBe(first);
  });

  it('refuses a limit below one page', () => {
    for (const limit of [0, 65535, -1, Number.NaN]) expect(() => new Arena(limit)).toThrow(MemoryLimitError);
  });
});
