import { type Times, timesteps } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import type { Layer, Op, PlanContext, ValueBuffer, Watch } from '../layers/layer.js';
import type { Holder } from '../layers/recurrent/slot.js';
import type { Kernels } from '../wasm/abi.js';
import { rowBytes } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';
import { Port } from './port.js';

/** What distinguishes one plan of a model from another. */
export interface PlanShape extends Times {
  readonly batch: number;
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
  /** Each carried state of the graph, in its order. */
  readonly carried: readonly Holder[];
  /** Whether a plan runs. A layer of the caller's own may call anything meanwhile. */
  running: boolean;
}

/**
 * A model laid out for one batch and time: memory for every value, and the list of kernel calls.
 * Running it allocates nothing. State lives outside, in a stream's slots.
 */
export class Plan {
  readonly shape: PlanShape;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Address of the caller's mask `[batch][time]`; 0 without one. */
  readonly mask: number;
  readonly #ops: Op[] = [];
  readonly #engine: Engine;
  readonly #arena: Arena;
  readonly #blocks: number[] = [];

  /** @throws {MemoryLimitError} no room; nothing is taken then. */
  constructor(engine: Engine, shape: PlanShape, watch?: Watch) {
    const { arena, graph, layers } = engine;
    const { batch, time } = shape;
    this.shape = shape;
    this.#engine = engine;
    this.#arena = arena;
    const buffers = new Map<string, ValueBuffer>();
    const alloc = (bytes: number): number => {
      const address = arena.alloc(bytes);
      this.#blocks.push(address);
      return address;
    };
    let scratch = { address: 0, bytes: 0 };
    const shared = (bytes: number): number => {
      if (bytes > scratch.bytes) scratch = { address: alloc(bytes), bytes };
      return scratch.address;
    };
    const place = ({ name, features, kind, dtype, ...value }: ValueInfo, mask = 0): ValueBuffer => {
      const steps = kind === 'sequence' ? timesteps(value.time, shape) : 1;
      const rows = batch * steps;
      const stride = dtype === 'int32' ? 4 * features : rowBytes(features);
      const buffer = { address: alloc(rows * stride), stride, rows, features, kind, time: steps, mask };
      buffers.set(name, buffer);
      return buffer;
    };
    const port = ({ name, dtype }: ValueInfo): Port => new Port(arena, buffers.get(name) as ValueBuffer, dtype);
    try {
      this.mask = shape.masked ? alloc(batch * time) : 0;
      for (const input of graph.inputs) {
        const { address, stride, rows } = place(input, input.kind === 'sequence' && !input.time ? this.mask : 0);
        if (isMultiplied(input, layers))
          this.#ops.push(() => engine.kernels.withoutDenormals(address, (rows * stride) / 16));
      }
      const carry = (name: string, index: number, save: boolean): void => {
        const [{ offset, length }] = (engine.carried[index] as Holder).place.parts;
        const { address, stride } = buffers.get(name) as ValueBuffer;
        const { kernels, slotBytes } = engine;
        this.#ops.push(
          save
            ? (state) => kernels.copyRows(address, stride, state + offset, slotBytes, batch, length)
            : (state) => kernels.copyRows(state + offset, slotBytes, address, stride, batch, length),
        );
      };
      graph.carries.forEach(({ input }, index) => {
        place(input);
        carry(input.name, index, false);
      });
      for (const { node, plan } of layers) {
        const context: PlanContext = {
          arena,
          kernels: engine.kernels,
          slotBytes: engine.slotBytes,
          batch,
          zeroMasked: shape.zeroMasked,
          mask: this.mask,
          inputs: node.inputs.map((name) => buffers.get(name) as ValueBuffer),
          output: ((index: number, mask?: number) => {
            const value = graph.values.get(node.outputs[index] as string);
            return value && place(value, mask);
          }) as PlanContext['output'],
          alias: (buffer) => {
            buffers.set(node.outputs[0] as string, buffer);
          },
          alloc,
          shared,
          watch,
        };
        for (const op of plan(context)) this.#ops.push(op);
      }
      graph.carries.forEach(({ output }, index) => {
        carry(output.name, index, true);
      });
    } catch (error) {
      this.free();
      throw error;
    }
    this.inputs = graph.inputs.map(port);
    this.outputs = graph.outputs.map(port);
  }

  run(state: number): void {
    const engine = this.#engine;
    const ops = this.#ops;
    engine.running = true;
    try {
      for (let i = 0; i < ops.length; i++) (ops[i] as Op)(state);
    } finally {
      engine.running = false;
    }
  }

  free(): void {
    for (const block of this.#blocks) this.#arena.free(block);
  }
}

/**
 * Whether an input's denormals are to be left out, each of which would make its products a hundred times as slow: where products and
 * cells alone read it, which leave them out themselves. What else reads an input may tell them from zeros.
 */
function isMultiplied({ name, dtype }: ValueInfo, layers: readonly Layer[]): boolean {
  const readers = layers.filter(({ node }) => node.inputs.includes(name));
  return (
    dtype === 'float32' &&
    readers.every(({ multiplyAdds }) => multiplyAdds > 0) &&
    readers.some(({ cells }) => !cells[0])
  );
}
