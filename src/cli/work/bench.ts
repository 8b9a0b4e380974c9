import { type Model, type ModelValue, type Stream, UnsupportedError } from '../../index.js';
import { UsageError, wholeNumber } from '../faults.js';
import type { BuildFlags, ModelFlags } from '../flags.js';
import { openModel } from '../open.js';
import type { Step } from '../plain/cells.js';
import { plainModel } from '../plain/model.js';
import { progressOf } from '../progress.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';
import { type Case, timed } from './rounds.js';

export interface BenchFlags extends ModelFlags, BuildFlags {
  readonly timesteps: string;
  readonly seconds: string;
}

/** `gatewise bench`. @throws {GatewiseError} the model. @throws {UsageError} */
export async function benchFile(file: string, flags: BenchFlags, terminal: Terminal): Promise<void> {
  const timesteps = wholeNumber('--timesteps', flags.timesteps);
  const seconds = Number(flags.seconds);
  if (!(seconds > 0)) throw new UsageError(`--seconds: expected a number above 0, got ${flags.seconds}`);
  const { model, spec } = await openModel(file, flags, terminal);
  const plain = plainModel(spec);
  const cases = casesOf(model, timesteps);
  if ('step' in plain) cases.push(plainCase(model, plain.step));
  const progress = await progressOf(terminal, 'bench', Math.round(1000 * seconds));
  const figures = await timed(cases, seconds, progress.tick).finally(progress.end);
  const ofPlain = figures.find(({ name }) => name === PLAIN);
  const why = 'why' in plain ? plain.why : undefined;
  if (flags.json) {
    const result = { build: model.build, node: process.version, timesteps, figures, ...(why && { plainJs: why }) };
    await terminal.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const rows = figures.map(({ name, micros }) => [
    name,
    `${micros.toPrecision(3)} µs a timestep`,
    `${Math.round(1e6 / micros).toLocaleString('en-US')} a second`,
    ofPlain && name !== PLAIN ? `${(ofPlain.micros / micros).toFixed(1)}x ${PLAIN}` : '',
  ]);
  const note = why === undefined ? '' : `  ${PLAIN}  not compared: ${why}\n`;
  await terminal.write(`${model.build} kernels, Node ${process.version}\n${table(rows)}\n${note}`);
}

const PLAIN = 'plain JS';

/** Numbers for one run of every input, the same every time: features between -1 and 1, the first token. */
const inputsOf = ({ inputs }: Model, timesteps: number): Record<string, Float32Array> =>
  Object.fromEntries(inputs.map((input) => [input.name, numbersOf(input, timesteps)]));

function numbersOf({ kind, features, dtype, time }: ModelValue, timesteps: number): Float32Array {
  const length = features * (kind === 'vector' ? 1 : typeof time === 'number' ? time : timesteps);
  return Float32Array.from({ length }, (_, index) => (dtype === 'int32' ? 0 : Math.sin(index + 1)));
}

function casesOf(model: Model, timesteps: number): Case[] {
  const { inputs, outputs } = model;
  const fixed = inputs.find(({ time }) => typeof time === 'number')?.time;
  const count = inputs.every(({ kind }) => kind === 'vector') ? 1 : typeof fixed === 'number' ? fixed : timesteps;
  const sequence = inputsOf(model, timesteps);
  const whole = {
    name: count === 1 ? 'a run' : `a run of ${count}`,
    timesteps: count,
    call: () => void model.runNamed(sequence),
  };
  const stream = streamOf(model);
  if (!stream) return [whole];
  const frame = inputsOf(model, 1);
  const [only] = Object.values(frame);
  const alone = inputs.length === 1 && outputs.length === 1 && only;
  const out = alone ? stream.step(only) : undefined;
  const call = alone ? () => void stream.step(only, out) : () => void stream.runNamed(frame);
  return [{ name: 'step by step', timesteps: 1, call }, whole];
}

/** Undefined for a model that does not stream. */
function streamOf(model: Model): Stream | undefined {
  try {
    return model.createStream();
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** How far plain JS may be from the engine: sums in another order. */
const CLOSE = 1e-4;

/** @throws {Error} plain JS that computes something else, which nobody should be compared with. */
function plainCase(model: Model, step: Step): Case {
  const [frame] = Object.values(inputsOf(model, 1)) as [Float32Array];
  const stream = model.createStream();
  for (let t = 0; t < 8; t++) {
    const [got, wanted] = [step(frame), stream.step(frame)];
    const far = wanted.findIndex(
      (value, index) => Math.abs(value - (got[index] as number)) > CLOSE * (1 + Math.abs(value)),
    );
    if (far >= 0) throw new Error(`plain JS gives ${got[far]} where the engine gives ${wanted[far]}`);
  }
  stream.dispose();
  return { name: PLAIN, timesteps: 1, call: () => void step(frame) };
}
