import type { Check, Fields } from '../../graph/field-checks.js';
import type { AnyNode } from '../../graph/kind.js';
import { type CellKernel, FLAG, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';
import { gateColumns } from '../../wasm/pack.js';
import type { BuildContext, CellInfo, LayerKind, PlanContext, Watch } from '../layer.js';
import { cellFields } from '../recurrent/cell.js';
import type { CellParts } from '../recurrent/cell-parts.js';

/**
 * What a cell is composed of that has no kernel of its own. All of it runs at every timestep, so it allocates nothing; addresses are in
 * bytes. Its gates stand one after another, `[gate][pad4(units)]`, where those of cells with a kernel stand in groups of four units.
 */
export interface Composition {
  readonly inputs: number;
  /** Length of h. */
  readonly units: number;
  /** Length of c, which holds all the state beside h; default: there is none. */
  readonly c?: number;
  /** W·x of all gates: `gateBlocks` has its columns. Its `vectors` are those of a row of `raw`. */
  readonly projection: Linear;
  /** Where x is not multiplied, and stays as it is. */
  readonly keepsInputs?: true;
  /** Vectors of scratch for each row; default 0. */
  readonly scratchVectors?: number;
  /** For all rows at once, masked ones too, what a timestep multiplies beside W·x, which stands in `raw`. It leaves the state as it is. */
  sums?(
    raw: number,
    rawStride: number,
    scratch: number,
    scratchStride: number,
    state: number,
    stateStride: number,
    rows: number,
  ): void;
  /**
   * The rest of it for one row: leaves the gates in `raw`, after their activation, and h' and c' in the state.
   * @param h `[pad4(units)]`, behind which c follows.
   */
  step(raw: number, scratch: number, h: number): void;
}

/** The fields of every such cell, followed by its own. */
export function newerFields(own: Readonly<Record<string, Check>>): Fields {
  const { clip: _, ...fields } = cellFields(own);
  return fields;
}

/** Columns of a packed matrix that makes gates one after another, each padded to whole vectors. */
export const gateBlocks = (gates: readonly number[], units: number): Int32Array =>
  Int32Array.from(gates.flatMap((gate) => [...gateColumns([gate], units)]));

/** A cell whose kernel is made of other kernels. Inputs, h and c that are tiny are 0 for it too (`src/wasm/tiny.ts`). */
export function compose({ arena, kernels }: BuildContext, cell: Composition): CellParts {
  const { inputs, units, c = 0, projection, keepsInputs, scratchVectors = 0, sums, step } = cell;
  const { copyRows, copyRowsWithoutTiny } = kernels;
  const scratchStride = scratchVectors * VECTOR_BYTES;
  const inputStride = rowBytes(inputs);
  const floats = rowBytes(units) / 4 + c;
  const output = rowBytes(units) + rowBytes(c);
  const kernel: CellKernel = (
    layer,
    x,
    xStride,
    raw,
    rawStride,
    scratch,
    state,
    stateStride,
    rows,
    mask,
    maskStride,
    out,
    outStride,
  ) => {
    const flags = arena.i32[layer / 4] as number;
    if (x !== 0) {
      const copy = keepsInputs || flags & FLAG.tinyInputs ? copyRows : copyRowsWithoutTiny;
      const own = scratch + rows * scratchStride;
      copy(x, xStride, own, inputStride, rows, inputs);
      projection.applyTerms(0, inputs, own, inputStride, rows, projection.bias, 0, raw, rawStride);
    }
    sums?.(raw, rawStride, scratch, scratchStride, state, stateStride, rows);
    for (let row = 0; row < rows; row++) {
      const live = mask === 0 || arena.u8[mask + row * maskStride] !== 0;
      if (live) {
        step(raw, scratch, state);
        copyRowsWithoutTiny(state, 0, state, 0, 1, floats);
        copyRows(state, 0, state + output, 0, 1, units);
      }
      if (out !== 0) {
        if (live || !(flags & FLAG.zeroOutputForMask)) copyRows(state + output, 0, out, 0, 1, units);
        else arena.f32.fill(0, out / 4, out / 4 + units);
        out += outStride;
      }
      raw += rawStride;
      scratch += scratchStride;
      state += stateStride;
    }
  };
  const address = arena.alloc(VECTOR_BYTES);
  const parts: CellParts & Composed = {
    kernel,
    descriptor: { address, flagsIndex: address / 4, flags: 0 },
    projection,
    front: 0,
    flushesInputs: !keepsInputs,
    scratchVectors: scratchVectors + vectorsFor(inputs),
    gateByGate: true,
  };
  return parts;
}

/** How a trace knows such cells. */
interface Composed {
  readonly gateByGate?: true;
}

/** A layer that may have such cells: who watches it finds their gates as they find those of others. */
export const watched = <Node extends AnyNode>(kind: LayerKind<Node>): LayerKind<Node> => ({
  ...kind,
  make(...given) {
    const work = kind.make(...given);
    return {
      ...work,
      plan: (plan) => work.plan(plan.watch ? { ...plan, watch: inGroups(plan, plan.watch) } : plan),
    };
  },
});

const inGroups =
  ({ arena, batch }: PlanContext, watch: Watch): Watch =>
  (record) => {
    const { cell, raw, rawStride } = record;
    if ((cell as CellInfo & Composed).gateByGate) {
      const gates = cell.gates.length;
      const groups = vectorsFor(cell.units);
      for (let row = 0; row < batch; row++) {
        const from = (raw + row * rawStride) / 4;
        const blocks = arena.f32.slice(from, from + gates * groups * 4);
        for (let vector = 0; vector < gates * groups; vector++) {
          const [gate, group] = [Math.floor(vector / groups), vector % groups];
          arena.f32.set(blocks.subarray(vector * 4, vector * 4 + 4), from + (group * gates + gate) * 4);
        }
      }
    }
    watch(record);
  };
