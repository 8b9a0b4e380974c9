import type { Graph, ValueInfo } from './graph/value.js';
import type { Layer, Op, PlanContext, ValueBuffer, Watch } from './layers/layer.js';
import { Port } from './port.js';
import type { Kernels } from './wasm/abi.js';
import { rowBytes } from './wasm/abi.js';
import type { Arena } from './wasm/arena.js';

/** What distinguishes one plan of a model from another. */
export interface PlanShape {
  readonly batch: number;
  readonly time: number;
  /** Whether the sequence inputs carry a mask given by the caller. */
  readonly masked: boolean;
  /** Whether masked timesteps output zeros everywhere (per-row lengths). */
  readonly zeroMasked: boolean;
}

export interface Engine {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly slotBytes: number;
}

/**
 * A model laid out for one batch and time: one block that holds every value, and the list of
 * kernel calls. Running it allocates nothing. State lives outside, in a stream's slots.
 */
export class Plan {
  readonly shape: PlanShape;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Address of the caller's mask `[batch][time]`; 0 without one. */
  readonly mask: number;
  readonly #ops: readonly Op[];
  readonly #arena: Arena;
  readonly #block: number;

  /** @throws {MemoryLimitError} no room; nothing has changed. */
  constructor(engine: Engine, shape: PlanShape, watch?: Watch) {
    // Laid out twice: from address 0 for the size, then in place.
    const sizes = lay(engine, shape, watch, { base: 0, shared: 0 });
    this.#arena = engine.arena;
    this.#block = engine.arena.alloc(sizes.end);
    const { ops, inputs, outputs, mask } = lay(engine, shape, watch, { base: this.#block, shared: sizes.shared });
    this.shape = shape;
    this.mask = mask;
    this.#ops = ops;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  run(state: number): void {
    const ops = this.#ops;
    for (let i = 0; i < ops.length; i++) (ops[i] as Op)(state);
  }

  free(): void {
    this.#arena.free(this.#block);
  }
}

interface Layout {
  readonly ops: readonly Op[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly mask: number;
  readonly shared: number;
  readonly end: number;
}

/** Places every value after the shared block at `base`, and collects the layers' work. */
function lay(
  engine: Engine,
  shape: PlanShape,
  watch: Watch | undefined,
  start: { base: number; shared: number },
): Layout {
  const { batch, time } = shape;
  let shared = start.shared;
  let end = start.base + start.shared;
  const alloc = (bytes: number): number => {
    const address = end;
    end += Math.ceil(bytes / 64) * 64;
    return address;
  };
  // In the first pass, address 0 must not be taken for "no mask".
  if (end === 0) end = 64;
  const mask = shape.masked ? alloc(batch * time) : 0;
  const buffers = new Map<string, ValueBuffer>();
  const place = ({ name, features, kind, dtype }: ValueInfo, valueMask: number): ValueBuffer => {
    const rows = kind === 'sequence' ? batch * time : batch;
    const stride = dtype === 'int32' ? 4 * features : rowBytes(features);
    const buffer = { address: alloc(rows * stride), stride, rows, features, kind, mask: valueMask };
    buffers.set(name, buffer);
    return buffer;
  };
  for (const input of engine.graph.inputs) place(input, input.kind === 'sequence' ? mask : 0);
  const port = ({ name, dtype }: ValueInfo): Port => new Port(engine.arena, buffers.get(name) as ValueBuffer, dtype);
  const ops: Op[] = [];
  for (const layer of engine.layers) {
    const { inputs, outputs } = layer.node;
    const context: PlanContext = {
      arena: engine.arena,
      kernels: engine.kernels,
      batch,
      time,
      slotBytes: engine.slotBytes,
      zeroMasked: shape.zeroMasked,
      mask,
      inputs: inputs.map((name) => buffers.get(name) as ValueBuffer),
      output: ((index: number, valueMask = 0) => {
        const value = engine.graph.values.get(outputs[index] as string);
        return value && place(value, valueMask);
      }) as PlanContext['output'],
      alias: (buffer) => {
        buffers.set(outputs[0] as string, buffer);
      },
      alloc,
      shared: (bytes) => {
        shared = Math.max(shared, Math.ceil(bytes / 64) * 64);
        return start.base;
      },
      watch,
    };
    ops.push(...layer.plan(context));
  }
  return {
    ops,
    inputs: engine.graph.inputs.map(port),
    outputs: engine.graph.outputs.map(port),
    mask,
    shared,
    end: start.base === 0 ? end + shared : end - start.base,
  };
}
