import { Unmet, UsageError } from '../faults.js';
import type { BuildFlags, InputFlags, ModelFlags, RunFlags } from '../flags.js';
import { openInput } from '../input/open.js';
import { openModel } from '../open.js';
import { floatText } from '../output/csv.js';
import { Collected, type Part } from '../output/part.js';
import { planRun } from '../run/plan.js';
import { table } from '../table.js';
import { styled, type Terminal } from '../terminal.js';
import { type Difference, difference, expectedOf } from './difference.js';

export interface VerifyFlags extends ModelFlags, BuildFlags, InputFlags, RunFlags {
  readonly input: string;
  readonly against: string;
  readonly tolerance: string;
}

/** `gatewise verify`. @throws {Unmet} an error above the tolerance. @throws {GatewiseError} model, input, or expected outputs of other shapes. */
export async function verifyFile(file: string, flags: VerifyFlags, terminal: Terminal): Promise<void> {
  const tolerance = Number(flags.tolerance);
  if (!(tolerance >= 0)) throw new UsageError(`--tolerance: expected a number of at least 0, got ${flags.tolerance}`);
  const opened = await openModel(file, flags, terminal);
  const outputs = await outputsOf(opened, flags, terminal);
  const expected = await expectedOf(opened.model.outputs, await openInput(flags.against, {}, terminal));
  const differences = outputs.map((output) => difference(output, expected(output.name), flags.against));
  const worst = differences.reduce((a, b) => (b.largest > a.largest ? b : a));
  const within = worst.largest <= tolerance;
  if (flags.json) {
    const all = differences.map(({ largest, got, expected, rms, ...rest }) => ({
      ...rest,
      largest: jsonNumber(largest),
      got: jsonNumber(got),
      expected: jsonNumber(expected),
      rms: jsonNumber(rms),
    }));
    await terminal.write(`${JSON.stringify({ within, tolerance, outputs: all }, null, 2)}\n`);
  } else {
    const verdict = within ? styled(terminal, 'green', 'within') : styled(terminal, 'red', 'above');
    await terminal.write(`${table(differences.map(row))}\n${verdict} ${tolerance}\n`);
  }
  if (within) return;
  const where = `output ${JSON.stringify(worst.output)}, [${worst.at.join(', ')}]`;
  throw new Unmet(
    `${where}: not within the tolerance; expected an error of ${tolerance} at most, got ${small(worst.largest)}`,
  );
}

const small = (error: number): string => (error === 0 ? '0' : error.toExponential(1));

const jsonNumber = (number: number): number | string => (Number.isFinite(number) ? number : `${number}`);

const row = ({ output, shape, largest, at, got, expected, rms }: Difference): string[] => [
  output,
  `[${shape.join(', ')}]`,
  `largest error ${small(largest)} at [${at.join(', ')}]: expected ${floatText(expected)}, got ${floatText(got)}`,
  `rms ${small(rms)}`,
];

/** All outputs for the input, in memory. */
async function outputsOf(
  opened: Parameters<typeof planRun>[0],
  flags: VerifyFlags,
  terminal: Terminal,
): Promise<Part[]> {
  const given = await openInput(flags.input, flags, terminal);
  try {
    const plan = planRun(opened, given, flags);
    const all = new Collected(plan.growth);
    await plan.run(
      async (parts) => all.add(parts),
      () => {},
    );
    return all.all();
  } finally {
    await given.table?.close?.();
  }
}
