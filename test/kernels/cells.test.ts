import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAG } from '../../src/wasm/abi.js';
import { expectNear, largestDifference } from '../support/bits.js';
import { type Build, builds } from './bed.js';
import { type CellCase, makeCell, runCell } from './cells.js';

const KINDS = ['lstm', 'gru', 'gru-before', 'rnn'] as const;
const SIZES = [1, 3, 4, 5, 8, 20, 31];

/** After `steps` timesteps: the kernel's and the float64 twin's states, outputs and gates. */
function compare(build: Build, one: CellCase): void {
  const { got, wanted } = runCell(build, one);
  const text = JSON.stringify(one);
  // float32 sums of about 60 products below 1 each, kept small by the gates: 2e-6 is the project's contract.
  for (const part of ['h', 'c', 'out', 'gates'] as const) {
    // Cells other than LSTM have no c; an RNN has no gates, and nobody has in a timestep that is masked in all rows.
    if ((part === 'c' || part === 'gates') && wanted[part].length === 0) {
      expect(got[part].length, part).toBe(0);
    } else {
      expectNear(got[part], wanted[part], part === 'c' ? 4e-6 : 2e-6, `${part} ${text}`, {});
    }
  }
}

const anyCase = fc.record({
  kind: fc.constantFrom(...KINDS),
  inputs: fc.integer({ min: 1, max: 40 }),
  units: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 9 }),
  steps: fc.integer({ min: 1, max: 4 }),
  fused: fc.boolean(),
  masked: fc.boolean(),
  zeroOutput: fc.boolean(),
  keepsOutput: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

const anyOptions = fc.record({
  projection: fc.integer({ min: 0, max: 9 }),
  peephole: fc.boolean(),
  coupled: fc.boolean(),
  clip: fc.constantFrom(0, 0.5),
  cellClip: fc.constantFrom(0, 0.25),
  activations: fc.constantFrom('standard', 'odd', 'relu'),
});

for (const build of builds) {
  describe.each(KINDS)(`%s (${build.name})`, (kind) => {
    test.each(SIZES)('%i units: every input size, single and batched, x given or projected', (units) => {
      for (const inputs of SIZES) {
        for (const rows of [1, 2, 5]) {
          for (const fused of [true, false]) compare(build, { kind, inputs, units, rows, steps: 2, fused, seed: 7 });
        }
      }
    });

    test('large layers', () => {
      compare(build, { kind, inputs: 64, units: 64, rows: 1, steps: 3, fused: true, seed: 1 });
      compare(build, { kind, inputs: 65, units: 129, rows: 6, steps: 2, fused: false, seed: 2 });
    });

    test('the general path, given the standard activations, gives the fused one’s bits', () => {
      for (const units of [3, 8, 21]) {
        const one: CellCase = { kind, inputs: 6, units, rows: 3, steps: 3, fused: true, seed: 3 };
        const standard = runCell(build, one).got;
        const general = runCell(build, { ...one, forceGeneral: true }).got;
        for (const part of ['h', 'c', 'out', 'gates'] as const) {
          expect(
            Buffer.compare(new Uint8Array(standard[part].buffer), new Uint8Array(general[part].buffer)),
            part,
          ).toBe(0);
        }
      }
    });

    test('a batch gives the bits of its rows, x given those of x projected', () => {
      for (const [inputs, units] of [
        [1, 8],
        [5, 7],
        [20, 31],
        [33, 64],
      ] as const) {
        const one: CellCase = { kind, inputs, units, rows: 7, steps: 3, fused: true, masked: true, seed: units };
        const batch = makeCell(build, one);
        const single = makeCell(build, one);
        const projected = makeCell(build, { ...one, fused: false });
        for (let t = 0; t < 3; t++) {
          batch.step(t);
          for (let r = 0; r < 7; r++) single.step(t, r);
          projected.step(t);
        }
        expect(Buffer.compare(batch.bytes(), single.bytes()), 'rows').toBe(0);
        expect(Buffer.compare(batch.bytes(), projected.bytes()), 'x').toBe(0);
      }
    });

    test('NaN, infinities and 1e30 in one row leave the others’ bits alone, and saturate like float64', () => {
      for (const poison of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, 1e-40]) {
        const one: CellCase = { kind, inputs: 5, units: 9, rows: 5, steps: 2, fused: true, seed: 11 };
        const clean = makeCell(build, one);
        const dirty = makeCell(build, one);
        dirty.input(0, 2)[3] = poison;
        for (let t = 0; t < 2; t++) {
          clean.step(t);
          dirty.step(t);
        }
        for (const r of [0, 1, 3, 4]) {
          expect(dirty.h(r)).toEqual(clean.h(r));
        }
        const { got, wanted } = runCell(build, { ...one, steps: 1 }, (cell) => {
          cell.input(0, 2)[3] = poison;
        });
        const from = 2 * 9;
        expect(
          largestDifference(got.h.slice(from, from + 9), wanted.h.slice(from, from + 9), { special: true }),
          `${poison}`,
        ).toBeLessThan(2e-6);
      }
    });
  });

  describe(`every cell and option (${build.name})`, () => {
    test('sizes, batches, masks, outputs', () => {
      fc.assert(
        fc.property(anyCase, (one) => compare(build, one)),
        { numRuns: 300 },
      );
    });

    test('options, alone and together', () => {
      fc.assert(
        fc.property(anyCase, anyOptions, (one, options) => compare(build, { ...one, ...options })),
        { numRuns: 400 },
      );
    });

    test('each option changes the result, so none is ignored', () => {
      const one: CellCase = { kind: 'lstm', inputs: 6, units: 10, rows: 2, steps: 3, fused: true, seed: 5 };
      const plain = runCell(build, one).got.h;
      const variants: Partial<CellCase>[] = [
        { peephole: true },
        { coupled: true },
        { clip: 0.1 },
        { cellClip: 0.05 },
        { activations: 'odd' },
      ];
      for (const variant of variants) {
        expect(largestDifference(runCell(build, { ...one, ...variant }).got.h, plain)).toBeGreaterThan(1e-3);
      }
      for (const kind of ['gru', 'gru-before', 'rnn'] as const) {
        const other = runCell(build, { ...one, kind }).got.h;
        for (const variant of [{ clip: 0.1 }, { activations: 'odd' as const }]) {
          expect(largestDifference(runCell(build, { ...one, kind, ...variant }).got.h, other)).toBeGreaterThan(1e-3);
        }
      }
    });

    test('the flags are those of the TypeScript side', () => {
      expect(FLAG).toEqual({
        tinyInputs: 16,
        general: 1,
        coupled: 2,
        resetAfter: 2,
        zeroOutputForMask: 4,
        keepsOutput: 8,
        summed: 32,
      });
    });
  });
}
