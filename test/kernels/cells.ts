import { FLAG } from '../../src/wasm/abi.js';
import { Bed, type Block, type Build, pack, pad4, random, uniform } from './bed.js';
import { type Activation, activation, affine, bounded, SIGMOID, TANH } from './twin.js';

export interface CellCase {
  kind: 'lstm' | 'gru' | 'gru-before' | 'rnn';
  inputs: number;
  units: number;
  rows: number;
  steps: number;
  /** x handed to the step, or projected by `gemm` beforehand. */
  fused: boolean;
  masked?: boolean;
  zeroOutput?: boolean;
  keepsOutput?: boolean;
  projection?: number;
  peephole?: boolean;
  coupled?: boolean;
  clip?: number;
  cellClip?: number;
  activations?: 'standard' | 'odd' | 'relu';
  /** Set the flag of the general path although nothing needs it. */
  forceGeneral?: boolean;
  seed: number;
}

/** What the kernel and the twin both end with, row after row. `gates` are the last timestep's, of its live rows. */
export interface Outcome {
  h: Float32Array;
  c: Float32Array;
  out: Float32Array;
  gates: Float32Array;
}

const GATES = { lstm: 'ifgo', gru: 'rzn', 'gru-before': 'rzn', rnn: 'h' };
const ODD: Activation[] = [
  { id: 4, alpha: Math.fround(0.2), beta: 0.5 },
  { id: 9, alpha: 0, beta: 0 },
  { id: 12, alpha: Math.fround(1.7), beta: Math.fround(0.6) },
  { id: 5, alpha: Math.fround(0.1), beta: 0 },
  { id: 13, alpha: 0, beta: 0 },
];
const RELU: Activation = { id: 3, alpha: 0, beta: 0 };

/** Weights row-major as a spec has them, and the cell laid out in memory with the case's options. */
export function makeCell(build: Build, one: CellCase) {
  const { kind, inputs, units, rows, steps, seed, clip = 0, cellClip = 0 } = one;
  const isLstm = kind === 'lstm';
  const isGru = kind === 'gru' || kind === 'gru-before';
  const after = kind === 'gru';
  const projection = isLstm ? (one.projection ?? 0) : 0;
  const recurrent = projection || units;
  const gateCount = GATES[kind].length;
  const scale = 1 / Math.sqrt(units) / 1.5;
  const wIh = uniform(gateCount * units * inputs, seed + 1, scale);
  const wHh = uniform(gateCount * units * recurrent, seed + 2, scale);
  const biasIh = uniform(gateCount * units, seed + 3, 0.5);
  const biasHh = isGru ? uniform(gateCount * units, seed + 4, 0.5) : new Float32Array(gateCount * units);
  const peephole = isLstm && one.peephole ? uniform(3 * units, seed + 5, 0.5) : undefined;
  const wHr = projection ? uniform(projection * units, seed + 6, scale) : undefined;
  const standard = isLstm ? [SIGMOID, SIGMOID, TANH, SIGMOID, TANH] : isGru ? [SIGMOID, SIGMOID, TANH] : [TANH];
  const chosen = { standard, odd: ODD, relu: standard.map((a) => (a === TANH ? RELU : a)) };
  const activations = standard.map((_, i) => chosen[one.activations ?? 'standard'][i] as Activation);
  const coupled = isLstm && one.coupled === true;
  const general =
    one.forceGeneral ||
    clip > 0 ||
    (one.activations ?? 'standard') !== 'standard' ||
    (isLstm && (cellClip > 0 || coupled || peephole !== undefined));
  const flags =
    (general ? FLAG.general : 0) |
    (coupled ? FLAG.coupled : 0) |
    (after ? FLAG.resetAfter : 0) |
    (one.zeroOutput ? FLAG.zeroOutputForMask : 0) |
    (one.keepsOutput ? FLAG.keepsOutput : 0);

  const { kernels } = build;
  const bed = new Bed(build);
  const groups = Math.ceil(units / 4);
  const padded = groups * 4;
  /** Column order `[group][gate][4]`; -1 pads. */
  const columnsOf = (gates: number[]): number[] =>
    Array.from({ length: groups * gates.length * 4 }, (_, j) => {
      const unit = Math.floor(j / (gates.length * 4)) * 4 + (j % 4);
      return unit < units ? (gates[Math.floor((j % (gates.length * 4)) / 4)] as number) * units + unit : -1;
    });
  const matrix = (columns: number[], parts: [Float32Array, number][]): Block => {
    const total = parts.reduce((sum, [, k]) => sum + k, 0);
    const plain = new Float32Array(total * columns.length);
    let j = 0;
    for (const [data, k] of parts) {
      for (let i = 0; i < k; i++, j++) {
        columns.forEach((row, column) => {
          if (row >= 0) plain[j * columns.length + column] = data[row * k + i] as number;
        });
      }
    }
    return bed.of(pack(kernels, plain, total, columns.length));
  };
  const vector = (columns: number[], data: Float32Array): Block =>
    bed.of(columns.map((row) => (row < 0 ? 0 : (data[row] as number))));
  const all = columnsOf([...GATES[kind]].map((_, gate) => gate));

  const words: (number | { f: number })[] = [];
  let projected: Block;
  let biasRow: Block;
  let panelRows = inputs;
  if (isGru) {
    const hh = after ? all : columnsOf([0, 1]);
    projected = matrix(all, [[wIh, inputs]]);
    biasRow = vector(all, biasIh);
    const packedHh = matrix(hh, [[wHh, units]]);
    const packedBias = vector(hh, biasHh);
    const packedN = after ? undefined : matrix(columnsOf([2]), [[wHh, units]]);
    const packedBiasN = after ? undefined : vector(columnsOf([2]), biasHh);
    words.push(
      inputs,
      units,
      projected.at,
      biasRow.at,
      packedHh.at,
      packedBias.at,
      packedN?.at ?? 0,
      packedBiasN?.at ?? 0,
      { f: clip },
      flags,
    );
  } else {
    panelRows = inputs + recurrent;
    projected = matrix(all, [
      [wIh, inputs],
      [wHh, recurrent],
    ]);
    biasRow = vector(all, biasIh);
    if (isLstm) {
      const peep = peephole
        ? bed.of(
            Array.from({ length: 3 * padded }, (_, j) => {
              const [gate, unit] = [Math.floor(j / padded), j % padded];
              return unit < units ? (peephole[gate * units + unit] as number) : 0;
            }),
          ).at
        : 0;
      const columns = Array.from({ length: pad4(recurrent) }, (_, j) => (j < recurrent ? j : -1));
      const hr = wHr ? matrix(columns, [[wHr, units]]).at : 0;
      words.push(inputs, units, recurrent, projected.at, biasRow.at, peep, hr, { f: clip }, { f: cellClip }, flags);
    } else {
      words.push(inputs, units, projected.at, biasRow.at, { f: clip }, flags);
    }
  }
  for (const { id, alpha, beta } of activations) words.push(id, { f: alpha }, { f: beta });
  const layer = bed.block(words.length);
  words.forEach((word, i) => {
    if (typeof word === 'number') layer.i32[i] = word;
    else layer.f32[i] = word.f;
  });

  // State rows: [x] h [c] [y], each row with a canary gap behind it.
  const front = isGru ? 0 : Math.ceil(inputs / 4) * 4;
  const hAt = front;
  const cAt = hAt + pad4(recurrent);
  const yAt = cAt + (isLstm ? padded : 0);
  const stateRow = yAt + (one.keepsOutput ? pad4(recurrent) : 0);
  const state = bed.block(rows * stateRow, { writable: true });
  const initial = random(seed + 7);
  for (let r = 0; r < rows; r++) {
    const at = r * stateRow;
    for (let j = 0; j < recurrent; j++) state.f32[at + hAt + j] = initial() * 0.5;
    if (isLstm) for (let j = 0; j < units; j++) state.f32[at + cAt + j] = initial() * 0.5;
    if (one.keepsOutput) state.f32.fill(0, at + yAt, at + yAt + recurrent);
  }
  // Inputs overlap nothing and stand at any multiple of 4 bytes.
  const x = bed.of(uniform(steps * rows * inputs, seed + 8), 12);
  const rawRow = all.length;
  const raw = bed.block(rows * rawRow, { writable: true });
  const scratchRow = isGru ? 4 * padded : padded;
  const scratch = bed.block(rows * (scratchRow + (isGru ? pad4(inputs) : 0)), { writable: true });
  const out = bed.block(rows * pad4(recurrent), { writable: true });
  const mask = bed.block(Math.ceil((steps * rows) / 4));
  const coin = random(seed + 9);
  mask.u8.forEach((_, i) => {
    mask.u8[i] = one.masked && coin() < 0 ? 0 : 1;
  });
  const live = (t: number, r: number): boolean => mask.u8[r * steps + t] !== 0;
  const kernel = isLstm ? kernels.lstm : isGru ? kernels.gru : kernels.rnn;

  return {
    bed,
    spec: { isLstm, after, recurrent, wIh, wHh, biasIh, biasHh, peephole, wHr, activations, coupled, clip, cellClip },
    live,
    /** The `inputs` floats of row `r` at timestep `t`. */
    input: (t: number, r: number): Float32Array => x.f32.subarray((t * rows + r) * inputs, (t * rows + r + 1) * inputs),
    h: (r: number): Float32Array => state.f32.slice(r * stateRow + hAt, r * stateRow + hAt + recurrent),
    c: (r: number): Float32Array => state.f32.slice(r * stateRow + cAt, r * stateRow + cAt + (isLstm ? units : 0)),
    out: (r: number): Float32Array => out.f32.slice(r * pad4(recurrent), r * pad4(recurrent) + recurrent),
    gate: (r: number, gate: number, unit: number): number =>
      raw.f32[r * rawRow + Math.floor(unit / 4) * gateCount * 4 + gate * 4 + (unit % 4)] as number,
    /** All rows' h, c and outputs, pads left out. */
    bytes(): Uint8Array {
      const parts = Array.from({ length: rows }, (_, r) => [...this.h(r), ...this.c(r), ...this.out(r)]);
      return new Uint8Array(Float32Array.from(parts.flat()).buffer);
    },
    /** One timestep of all rows, or of one. */
    step(t: number, only?: number): void {
      const from = only ?? 0;
      const count = only === undefined ? rows : 1;
      const xAt = x.at + (t * rows + from) * inputs * 4;
      const rawAt = raw.at + from * rawRow * 4;
      bed.run(() => {
        if (!one.fused) {
          kernels.gemm(
            xAt,
            inputs * 4,
            count,
            projected.at,
            panelRows,
            0,
            inputs,
            rawRow / 4,
            biasRow.at,
            0,
            rawAt,
            rawRow * 4,
          );
        }
        kernel(
          layer.at,
          one.fused ? xAt : 0,
          inputs * 4,
          rawAt,
          rawRow * 4,
          scratch.at + from * scratchRow * 4,
          state.at + (from * stateRow + hAt) * 4,
          stateRow * 4,
          count,
          one.masked ? mask.at + from * steps + t : 0,
          steps,
          out.at + from * pad4(recurrent) * 4,
          pad4(recurrent) * 4,
        );
      });
    },
  };
}

export type TestCell = ReturnType<typeof makeCell>;

/** One timestep of one row in float64: the equations of `src/spec.ts`. Changes h and c; returns the gates. */
function twinStep(
  spec: TestCell['spec'],
  kind: CellCase['kind'],
  x: ArrayLike<number>,
  h: number[],
  c: number[],
): number[][] {
  const { wIh, wHh, biasIh, biasHh, activations, clip } = spec;
  const act = (gate: number, v: number): number => activation(activations[gate] as Activation, bounded(v, clip));
  const units = biasIh.length / GATES[kind].length;
  const fromX = affine(wIh, biasIh, x);
  const at = (gate: number, unit: number): number => gate * units + unit;
  const each = (f: (unit: number) => number): number[] => Array.from({ length: units }, (_, unit) => f(unit));
  const part = (data: Float32Array, gate: number, columns: number): Float32Array =>
    data.subarray(gate * units * columns, (gate + 1) * units * columns);
  if (kind === 'lstm') {
    const fromH = affine(wHh, biasHh, h);
    const peep = (gate: number, unit: number): number => spec.peephole?.[at(gate, unit)] ?? 0;
    const sum = (gate: number, u: number): number => (fromX[at(gate, u)] as number) + (fromH[at(gate, u)] as number);
    const old = [...c];
    const i = each((u) => act(0, sum(0, u) + peep(0, u) * (old[u] as number)));
    const f = each((u) => (spec.coupled ? 1 - (i[u] as number) : act(1, sum(1, u) + peep(1, u) * (old[u] as number))));
    const g = each((u) => act(2, sum(2, u)));
    each((u) => {
      c[u] = bounded((f[u] as number) * (old[u] as number) + (i[u] as number) * (g[u] as number), spec.cellClip);
      return 0;
    });
    const o = each((u) => act(3, sum(3, u) + peep(2, u) * (c[u] as number)));
    const next = each((u) => (o[u] as number) * activation(activations[4] as Activation, c[u] as number));
    h.splice(0, h.length, ...(spec.wHr ? affine(spec.wHr, new Float32Array(spec.recurrent), next) : next));
    return [i, f, g, o];
  }
  if (kind === 'rnn') {
    const fromH = affine(wHh, biasHh, h);
    const next = each((u) => act(0, (fromX[u] as number) + (fromH[u] as number)));
    h.splice(0, h.length, ...next);
    return [next];
  }
  const fromH = affine(wHh, biasHh, h);
  const r = each((u) => act(0, (fromX[at(0, u)] as number) + (fromH[at(0, u)] as number)));
  const z = each((u) => act(1, (fromX[at(1, u)] as number) + (fromH[at(1, u)] as number)));
  const reset = affine(
    part(wHh, 2, units),
    part(biasHh, 2, 1),
    h.map((v, u) => v * (r[u] as number)),
  );
  const n = each((u) => {
    const recurrent = spec.after ? (r[u] as number) * (fromH[at(2, u)] as number) : (reset[u] as number);
    return act(2, (fromX[at(2, u)] as number) + recurrent);
  });
  h.splice(
    0,
    h.length,
    ...each((u) => (1 - (z[u] as number)) * (n[u] as number) + (z[u] as number) * (h[u] as number)),
  );
  return [r, z, n];
}

/** Runs a case through the kernel and through the twin. */
export function runCell(
  build: Build,
  one: CellCase,
  prepare?: (cell: TestCell) => void,
): { got: Outcome; wanted: Outcome } {
  const cell = makeCell(build, one);
  prepare?.(cell);
  const { rows, steps, kind, units } = one;
  const h = Array.from({ length: rows }, (_, r) => [...cell.h(r)]);
  const c = Array.from({ length: rows }, (_, r) => [...cell.c(r)]);
  const y = h.map((row) => row.map(() => 0));
  const out: number[][] = h.map(() => []);
  let gates: number[][][] = [];
  for (let t = 0; t < steps; t++) {
    cell.step(t);
    gates = h.map((row, r) => {
      const live = cell.live(t, r);
      const active = live ? twinStep(cell.spec, kind, cell.input(t, r), row, c[r] as number[]) : [];
      if (live) y[r] = [...row];
      const held = one.keepsOutput ? (y[r] as number[]) : row;
      out[r] = live ? [...row] : one.zeroOutput ? row.map(() => 0) : [...held];
      return active;
    });
  }
  const rowsOf = (f: (r: number) => ArrayLike<number>): Float32Array =>
    Float32Array.from(h.flatMap((_, r) => Array.from(f(r))));
  const gatesOf = (value: (r: number, gate: number, unit: number) => number): Float32Array =>
    rowsOf((r) => (gates[r] as number[][]).flatMap((gate, g) => gate.slice(0, units).map((_, u) => value(r, g, u))));
  return {
    got: { h: rowsOf(cell.h), c: rowsOf(cell.c), out: rowsOf(cell.out), gates: gatesOf(cell.gate) },
    wanted: {
      h: rowsOf((r) => h[r] as number[]),
      c: rowsOf((r) => c[r] as number[]),
      out: rowsOf((r) => out[r] as number[]),
      gates: gatesOf((r, g, u) => gates[r]?.[g]?.[u] as number),
    },
  };
}
