// Clients of a server, and many sequences of theirs at the same time.
import { expect } from 'vitest';
import type { Model } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';

/** What servers of these tests have, as `shared`, and what their replies are compared with. */
export const SHARED_SPEC = stack('lstm', 3, 12, 2);
export const FEATURES = 3;

/** What a request was answered with; no status: by nobody. */
export interface Answer {
  readonly status: number | undefined;
  readonly retryAfter?: string | null;
  readonly error?: string;
  readonly output?: readonly number[];
}

/** A request of a sequence. */
export interface Step {
  readonly id: string;
  readonly step: number;
  /** One timestep, or several. */
  readonly frames: ArrayLike<number>;
  readonly end?: boolean;
}

export type Ask = (step: Step) => Promise<Answer>;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One request, once. */
export async function post(site: string, { id, step, frames, end = false }: Step, headers = {}): Promise<Answer> {
  const parameters = { sequence_id: id, sequence_start: step === 0, sequence_end: end, sequence_step: step };
  const shape = [1, frames.length / FEATURES, FEATURES];
  const inputs = [{ name: 'x', datatype: 'FP32', shape, data: Array.from(frames) }];
  try {
    const response = await fetch(`${site}/v2/models/shared/infer`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ inputs, parameters }),
    });
    const { status } = response;
    const { error, outputs } = (await response.json()) as { error?: string; outputs?: [{ data: number[] }] };
    if (outputs) return { status, output: outputs[0].data };
    return { status, retryAfter: response.headers.get('retry-after'), error: `${error}` };
  } catch {
    return { status: undefined };
  }
}

/** As a client does that wants its reply: asks again where nobody answered, or was told to try later. */
export async function insist(
  ask: Ask,
  step: Step,
  told: (answer: Answer) => void = () => {},
): Promise<readonly number[]> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await ask(step);
    if (answer.output) return answer.output;
    told(answer);
    if (answer.status !== undefined && answer.status !== 503) throw new Error(`${answer.status}: ${answer.error}`);
    await pause(20);
  }
  throw new Error(`no reply to ${step.id} at ${step.step}`);
}

interface Talk {
  /** Ids begin with it. */
  readonly name: string;
  readonly sequences: number;
  readonly steps: number;
  /** Happens when half of the sequences are half way. */
  readonly half?: () => Promise<unknown>;
}

/**
 * Sequences at the same time, each as fast as it is answered, with the bits of the model alone.
 * @returns their ids.
 */
export async function expectAll(
  model: Model,
  { name, sequences, steps, half = async () => {} }: Talk,
  ask: (step: Step) => Promise<readonly number[]>,
): Promise<string[]> {
  let halfway = 0;
  let inTheMiddle: Promise<unknown> | undefined;
  const talks = Array.from({ length: sequences }, async (_, number) => {
    const id = `${name}-${number}`;
    const x = randomFloats(steps * FEATURES, 1000 + number);
    const got: number[] = [];
    for (let step = 0; step < steps; step++) {
      if (step === steps / 2 && ++halfway === sequences / 2) inTheMiddle = half();
      got.push(...(await ask({ id, step, frames: x.subarray(step * FEATURES, (step + 1) * FEATURES) })));
    }
    return { id, x, got };
  });
  const done = await Promise.all(talks);
  expect(inTheMiddle).toBeDefined();
  await inTheMiddle;
  for (const { x, got } of done) expectSameBits(got, model.run(x));
  return done.map(({ id }) => id);
}
