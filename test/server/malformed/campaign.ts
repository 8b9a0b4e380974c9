import { setTimeout } from 'node:timers/promises';
import { createModel, type Model } from '../../../src/index.js';
import { createServer, type ModelServer } from '../../../src/server/index.js';
import { Random } from '../../slow/children/random.js';
import { randomFloats, stack } from '../../support/random.js';
import { asRequest, bytesOf, outputsOf, withTensors } from '../requests.js';
import { JSON_FAULTS } from './json.js';
import { FEATURES, INFER, LIVE, type Malformed, MODEL } from './target.js';
import { WIRE_FAULTS } from './wire.js';

const FAULTS = [...JSON_FAULTS, ...WIRE_FAULTS];
const LIMITS = { bodyBytes: 2 ** 20, requestSeconds: 20 };
/** Sent at once, and among them one good request. */
const TOGETHER = 8;

/** The request with this number, always the same. */
function faultNumber(seed: number, number: number): Malformed {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ number);
  // Each kind comes as often as the others.
  return (FAULTS[number % FAULTS.length] as (random: Random) => Malformed)(random);
}

/** What is to be the same before and after. */
interface Held {
  readonly heap: number;
  readonly wasm: number;
  readonly sequences: number;
}

export interface Outcome {
  /** Replies that are no refusals with a reason. */
  readonly failures: readonly string[];
  /** By kind, what was replied to one of them. */
  readonly replies: ReadonlyMap<string, string>;
  /** What the live sequence was told, and what it is offline. */
  readonly live: readonly [got: Float32Array, offline: Float32Array];
  readonly held: readonly [warm: Held, end: Held];
}

/**
 * Sends malformed requests while a sequence lives.
 * @param collect collects garbage.
 */
export async function campaign(seed: number, count: number, collect: () => void): Promise<Outcome> {
  const model = await createModel(stack('lstm', FEATURES, 12));
  const server = createServer({ models: { [MODEL]: model }, limits: LIMITS });
  const failures: string[] = [];
  const replies = new Map<string, string>();
  const live = liveSequence(model, server, Math.ceil(count / TOGETHER) + 1, (error) => failures.push(`live: ${error}`));
  const refused = async (number: number): Promise<void> => {
    const fault = faultNumber(seed, number);
    const reply = await replyTo(server, fault);
    replies.set(fault.what, reply.text);
    if (!reply.isRefusal) failures.push(`number ${number}, ${fault.what}: ${reply.text}`);
  };
  // The least of several looks: memory of buffers is given back beside what runs, when a busy machine comes to it.
  const held = async (): Promise<Held> => {
    let heap = Number.POSITIVE_INFINITY;
    for (let look = 0; look < 5; look++) {
      collect();
      await setTimeout(20);
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heap = Math.min(heap, heapUsed + arrayBuffers);
    }
    const [stats] = server.stats.models;
    return { heap, wasm: model.memory.used, sequences: stats?.sequences ?? -1 };
  };
  await live.step();
  let warm: Held | undefined;
  for (let number = 0; number < count; number += TOGETHER) {
    // What is loaded and compiled once is no leak.
    if (warm === undefined && number >= count / 2) warm = await held();
    const numbers = Array.from({ length: Math.min(TOGETHER, count - number) }, (_, index) => number + index);
    const middle = numbers.length >> 1;
    await Promise.all([...numbers.slice(0, middle).map(refused), live.step(), ...numbers.slice(middle).map(refused)]);
  }
  const end = await held();
  await server.close();
  const outcome: Outcome = { failures, replies, live: live.compared(), held: [warm ?? end, end] };
  model.dispose();
  return outcome;
}

async function replyTo(server: ModelServer, fault: Malformed): Promise<{ isRefusal: boolean; text: string }> {
  const response = await server.fetch(asRequest(fault));
  const text = await response.text();
  return { isRefusal: isRefusal(response.status, text), text: `${response.status} ${text.slice(0, 300)}` };
}

/** A 4xx that says why. */
export function isRefusal(status: number, body: string): boolean {
  try {
    const { error } = JSON.parse(body);
    return status >= 400 && status < 500 && typeof error === 'string' && error.length > 5;
  } catch {
    return false;
  }
}

/** A sequence that makes one timestep now and then. */
function liveSequence(model: Model, server: ModelServer, most: number, failed: (error: unknown) => void) {
  const x = randomFloats(most * FEATURES, 3);
  const got: number[] = [];
  let at = 0;
  return {
    step: async (): Promise<void> => {
      const frame = bytesOf(x.slice(at * FEATURES, (at + 1) * FEATURES));
      const tensor = {
        name: 'x',
        shape: [1, 1, FEATURES],
        datatype: 'FP32',
        parameters: { binary_data_size: frame.length },
      };
      const parameters = { sequence_id: LIVE, sequence_start: at === 0, binary_data_output: true };
      at++;
      const response = await server.fetch(asRequest(withTensors(INFER, { parameters, inputs: [tensor] }, frame)));
      await outputsOf(response).then(({ head = [] }) => got.push(...head), failed);
    },
    compared: (): Outcome['live'] => [Float32Array.from(got), model.run(x.subarray(0, at * FEATURES))],
  };
}
