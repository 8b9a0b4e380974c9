import type { Input } from '../call/input.js';
import { checkOutputs, newFloats } from '../call/output.js';
import { type NamedOutput, namedOutputs, only } from '../call/request.js';
import type { ModelEngine, RunRequest, RunWatch } from '../engine/engine.js';
import { InputError } from '../errors.js';
import { timesteps } from '../graph/clock.js';
import type { CellInfo } from '../layers/layer.js';
import { reading } from '../refuse.js';
import { type Floats, isRecord } from '../typed.js';

/**
 * What one recurrent layer did. Everything is `[batch, time, n]` flat, by the input's timesteps
 * also where the layer walked backwards.
 */
export interface LayerTrace {
  /** The layer's name; `.forward` or `.backward` added in a bidirectional one. */
  readonly layer: string;
  /** `lstm`, `gru`, `rnn`, a newer cell's, or a type of the caller's own. */
  readonly type: string;
  /**
   * Gates after their activation, n = units: `i f g o` (LSTM), `r z n` (GRU), none for a simple RNN, those of a newer cell by its names.
   * NaN at masked timesteps, where none is computed.
   */
  readonly gates: Readonly<Record<string, Floats>>;
  /** Cell state after the timestep, n = units: of an LSTM; or all that a newer cell keeps beside h. */
  readonly c?: Floats;
  /** Hidden state after the timestep, n = units or projection. */
  readonly h: Floats;
}

/** What a run computed inside. */
export interface Trace {
  readonly outputs: Record<string, NamedOutput>;
  /** One entry per recurrent layer in the order of the model; two for a bidirectional one. */
  readonly layers: readonly LayerTrace[];
}

/**
 * What a run computes, and what it computes inside.
 * @param x the input, or inputs by name.
 * @param run adds to `layers` what each of them does.
 */
export function traced(
  engine: ModelEngine,
  x: Input | Readonly<Record<string, Input>>,
  run: (inputs: Readonly<Record<string, Input>>, layers: LayerTrace[]) => RunRequest,
): Trace {
  const { inputs } = engine.graph;
  const named = reading(
    InputError,
    'inputs',
    () => isRecord(x) && (inputs.some(({ name }) => Object.hasOwn(x, name)) || !('data' in x)),
  );
  const layers: LayerTrace[] = [];
  const request = run(
    named ? (x as Readonly<Record<string, Input>>) : { [only(inputs, 'input', 'a record of inputs')]: x as Input },
    layers,
  );
  return { outputs: namedOutputs(engine, request), layers };
}

/**
 * Adds a trace of each recurrent layer to `layers`.
 * @returns what fills them while a run passes over its timesteps; `from` is the record's first timestep within the whole sequence.
 */
export function traceInto(layers: LayerTrace[], engine: ModelEngine, request: RunRequest): RunWatch {
  const { arena, cells, layers: own, graph, slotBytes } = engine;
  const times = own.flatMap(({ node, cells }) =>
    cells.map(() => timesteps(graph.values.get(node.inputs[0] as string)?.time, request)),
  );
  const { batch } = request;
  const rows = times.map((time) => batch * time);
  checkOutputs(
    engine,
    cells.map((cell, index) => (rows[index] as number) * widthOf(cell)),
  );
  cells.forEach((cell, index) => {
    layers.push(emptyTrace(cell, rows[index] as number));
  });
  const indices = new Map(cells.map((cell, index) => [cell, index]));
  return ({ cell, timestep, raw, rawStride, state, mask, maskStride }, from) => {
    const { f32, u8 } = arena;
    const index = indices.get(cell) as number;
    const trace = layers[index] as LayerTrace;
    const time = times[index] as number;
    const { units, gates: names } = cell;
    for (let b = 0; b < batch; b++) {
      const row = b * time + from + timestep;
      for (const { key, offset, length } of cell.place.parts) {
        const from = (state + b * slotBytes + offset) / 4;
        trace[key]?.set(f32.subarray(from, from + length), row * length);
      }
      const masked = mask !== 0 && u8[mask + b * maskStride] === 0;
      names.forEach((gate, index) => {
        const target = trace.gates[gate] as Float32Array;
        for (let unit = 0; unit < units; unit++) {
          // raw [group][gate][4 lanes]
          const place = ((unit >> 2) * names.length + index) * 4 + (unit & 3);
          target[row * units + unit] = masked ? Number.NaN : (f32[(raw + b * rawStride) / 4 + place] as number);
        }
      });
    }
  };
}

/** Numbers that a trace has of each timestep. */
const widthOf = ({ gates, units, place }: CellInfo): number =>
  gates.length * units + place.parts.reduce((sum, { length }) => sum + length, 0);

function emptyTrace({ name, type, gates, units, place }: CellInfo, rows: number): LayerTrace {
  const [h, c] = place.parts;
  return {
    layer: name,
    type,
    gates: Object.fromEntries(gates.map((gate) => [gate, newFloats(rows * units)])),
    ...(c && { c: newFloats(rows * c.length) }),
    h: newFloats(rows * h.length),
  };
}
