import { UnsupportedError } from '../errors.js';
import type { Times } from '../graph/clock.js';
import { deepFreeze } from '../graph/own-spec.js';
import { streamObstacle } from '../graph/streaming.js';
import type { Graph } from '../graph/value.js';
import { makeLayer } from '../layers/common.js';
import type { BuildContext, CellInfo, Int8Support, Layer, LayerKinds, StepRecord } from '../layers/layer.js';
import { type Holder, SlotLayout } from '../layers/recurrent/slot.js';
import { raise } from '../refuse.js';
import type { Int8TensorSpec, ModelSpec, TensorSpec } from '../spec.js';
import { leastOf, type StateOwner } from '../state/access.js';
import { type Digest, digest, fingerprint } from '../state/fingerprint.js';
import { dataHasher, type Hash } from '../state/hash.js';
import type { Numbers } from '../typed.js';
import type { Kernels } from '../wasm/abi.js';
import { rowBytes } from '../wasm/abi.js';
import { Arena } from '../wasm/arena.js';
import { type Build, instantiate, type LoadedModule } from '../wasm/module.js';
import { withoutTiny } from '../wasm/tiny.js';
import { type Engine, Plan, type PlanShape } from './plan.js';
import { Plans } from './plan-cache.js';

/** Values of one plan, in bytes, before a long sequence is cut into pieces. */
const PIECE_BYTES = 4 * 1024 * 1024;
const LEAST_PIECE = 16;

/** One run over a sequence: flat row-major data, and where the results go. */
export interface RunRequest extends Times {
  readonly inputs: readonly Numbers[];
  readonly batch: number;
  /** `[batch][time]`, 0 at masked timesteps. */
  readonly mask: Uint8Array | undefined;
  readonly zeroMasked: boolean;
  readonly outputs: readonly Float32Array[];
}

/** A spec's graph, and by which layers it was checked. */
export interface Checked {
  readonly kinds: LayerKinds;
  readonly graph: Graph;
}

/** Called after each timestep of each cell; the record counts timesteps from the whole sequence's timestep `from`. */
export type RunWatch = (record: StepRecord, from: number) => void;

/**
 * Everything a model owns: memory, packed weights, plans and the state slots. `Model` and
 * `Stream` are what users see of it.
 */
export class ModelEngine implements Engine, StateOwner {
  readonly arena: Arena;
  readonly memoryLimit: number;
  readonly kernels: Kernels;
  readonly build: Build;
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly cells: readonly CellInfo[];
  readonly carried: readonly Holder[];
  /** All that holds state: what the layers keep, then the carried inputs. */
  readonly holders: readonly Holder[];
  readonly slotBytes: number;
  /** Bytes of the packed weights. */
  readonly weightBytes: number;
  /** Weights of fewer bytes are no faster for rows together than one by one. */
  readonly leastBytes: number;
  readonly plans: Plans;
  /** Why the model cannot be streamed; undefined if it can. */
  readonly obstacle: string | undefined;
  /** Where `stepMany` notes the states that it takes, to have no list to make. */
  readonly states: number[] = [];
  disposed = false;
  running = false;

  #many = { address: 0, bytes: 0 };
  readonly #kinds: LayerKinds;
  readonly #digests: Readonly<Record<string, Digest>>;
  #fingerprint: Hash | undefined;
  /** A slot as it is at the start: zeros, or the trained initial state. */
  readonly #initial: number;
  readonly #bytesPerTimestep: number;
  /** Whether a long sequence may be taken in pieces. */
  readonly #cuts: boolean;

  constructor(
    spec: ModelSpec,
    loaded: LoadedModule,
    memoryLimit: number | undefined,
    { kinds, graph }: Checked,
    int8?: Int8Support,
  ) {
    const integers = int8?.tensors(spec);
    this.graph = graph;
    const tensors: Readonly<Record<string, TensorSpec | Int8TensorSpec>> = {
      __proto__: null as never,
      ...spec.tensors,
      ...integers,
    };
    this.arena = new Arena(memoryLimit);
    this.memoryLimit = this.arena.limit;
    this.kernels = instantiate(loaded, this.arena.memory);
    this.build = loaded.build;
    this.#kinds = kinds;
    this.#digests = digest(tensors, dataHasher(this.arena, this.kernels));
    const slot = new SlotLayout();
    const tensor = (name: string): Float32Array => (spec.tensors[name] as TensorSpec).data;
    const context: BuildContext = {
      arena: this.arena,
      kernels: this.kernels,
      slot,
      tensor,
      size: (name) => (tensors[name] as TensorSpec).data.length,
      int8: integers && int8?.bind(this.arena, this.kernels, integers),
    };
    this.layers = deepFreeze(this.graph.nodes.map((node) => makeLayer(node, this.graph, context, kinds)));
    this.weightBytes = this.arena.used;
    this.leastBytes = context.int8?.leastBytes ?? 2 ** 15;
    this.cells = Object.freeze(this.layers.flatMap((layer) => layer.cells));
    const { carries } = this.graph;
    this.carried = carries.map(({ input: { name, features }, initial }) => ({
      name,
      place: slot.carry(features),
      initial: [initial],
    }));
    this.holders = [...this.layers.flatMap(({ cells, holders = cells }) => holders), ...this.carried];
    this.slotBytes = slot.bytes;
    this.#initial = this.arena.alloc(this.slotBytes);
    for (const { place, initial } of this.holders) {
      place.parts.forEach(({ offset }, index) => {
        const name = initial[index];
        if (name !== undefined)
          this.arena.f32.set(withoutTiny(this, tensor(name), leastOf(place)), (this.#initial + offset) / 4);
      });
    }
    this.plans = new Plans(this);
    this.obstacle = streamObstacle(this.graph, kinds);
    this.#cuts = this.obstacle === undefined && carries.length === 0 && onRunTime(this.graph);
    this.#bytesPerTimestep = [...this.graph.values.values()]
      .filter(({ kind }) => kind === 'sequence')
      .reduce((sum, { features }) => sum + rowBytes(features), 0);
  }

  /** Tells this model's saved states from another's. */
  get fingerprint(): Hash {
    this.#fingerprint ??= fingerprint(this.graph, this.#digests, this.#kinds);
    return this.#fingerprint;
  }

  /** State for a batch, at its start. */
  newState(batch: number): number {
    const state = this.plans.makeRoom(() => this.arena.alloc(batch * this.slotBytes));
    this.resetState(state, batch);
    return state;
  }

  /** Memory for `stepMany`, kept for its next call. */
  roomForMany(bytes: number): number {
    if (bytes > this.#many.bytes) {
      if (this.#many.address > 0) this.arena.free(this.#many.address);
      this.#many = { address: 0, bytes: 0 };
      this.#many = { address: this.plans.makeRoom(() => this.arena.alloc(bytes)), bytes };
    }
    return this.#many.address;
  }

  resetState(state: number, batch: number): void {
    for (let b = 0; b < batch; b++) {
      this.arena.u8.copyWithin(state + b * this.slotBytes, this.#initial, this.#initial + this.slotBytes);
    }
  }

  /**
   * Runs a sequence on from `state`. A streamable model takes long sequences in pieces, which
   * bounds the memory and changes no bit.
   */
  run(request: RunRequest, state: number, watch?: RunWatch): void {
    const { batch, time, times, mask, zeroMasked } = request;
    const piece = this.#cuts ? this.#piece(batch) : time;
    // A result may go where an input is: what later pieces read, the first must not overwrite.
    const own = piece < time ? { ...request, inputs: request.inputs.map((data) => data.slice()) } : request;
    for (let from = 0; from < time; from += piece) {
      const masked = mask !== undefined;
      const shape: PlanShape = { batch, time: Math.min(piece, time - from), times, masked, zeroMasked };
      const plan = watch
        ? this.plans.makeRoom(() => new Plan(this, shape, (record) => watch(record, from)))
        : this.plans.hold(shape);
      try {
        this.#runPiece(plan, own, state, from);
      } finally {
        if (watch) plan.free();
        else this.plans.release(plan);
      }
    }
  }

  /** @throws {UnsupportedError} a layer of the caller's own calls its model while it runs: memory that is in use would change. */
  checkIdle(): void {
    if (this.running) raise(UnsupportedError, 'model', 'called by its own layer in the middle of a run');
  }

  /** Lets go of the memory; what is left of the engine answers `disposed`. @throws {UnsupportedError} as `checkIdle`. */
  dispose(): void {
    if (this.disposed) return;
    this.checkIdle();
    this.disposed = true;
    const gone = this as { -readonly [K in keyof this]: this[K] };
    for (const key of ['arena', 'kernels', 'layers', 'cells', 'plans'] as const) gone[key] = undefined as never;
  }

  #runPiece(plan: Plan, { inputs, outputs, batch, time, mask }: RunRequest, state: number, from: number): void {
    const piece = plan.shape.time;
    plan.inputs.forEach((port, index) => {
      for (const part of port.pieces(batch, time, from, piece)) port.write(inputs[index] as Numbers, ...part);
    });
    if (mask) {
      for (let b = 0; b < batch; b++) {
        this.arena.u8.set(mask.subarray(b * time + from, b * time + from + piece), plan.mask + b * piece);
      }
    }
    plan.run(state);
    plan.outputs.forEach((port, index) => {
      for (const part of port.pieces(batch, time, from, piece)) port.read(outputs[index] as Float32Array, ...part);
    });
  }

  #piece(batch: number): number {
    return Math.max(LEAST_PIECE, Math.floor(PIECE_BYTES / Math.max(1, batch * this.#bytesPerTimestep)));
  }
}

/** Whether every sequence has as many timesteps as the run. */
const onRunTime = ({ values }: Graph): boolean => [...values.values()].every(({ time }) => time === undefined);
