import { stat } from 'node:fs/promises';
import { UsageError } from '../faults.js';
import type { BuildFlags, InputFlags, ModelFlags, RunFlags } from '../flags.js';
import { openInput } from '../input/open.js';
import { openModel } from '../open.js';
import { outputFormat, writerFor } from '../output/open.js';
import { writing } from '../output/sink.js';
import { progressOf } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { planRun } from './plan.js';

export interface RunCommandFlags extends ModelFlags, BuildFlags, InputFlags, RunFlags {
  readonly input: string;
  readonly output?: string;
  readonly to?: string;
}

/** `gatewise run`. @throws {GatewiseError} the model, the input. @throws {WriteError} the output. */
export async function runFile(file: string, flags: RunCommandFlags, terminal: Terminal): Promise<void> {
  if (file === '-' && flags.input === '-') throw new UsageError('the model and the input both on the standard input');
  const path = flags.output ?? '-';
  const report = flags.json && path !== '-';
  const format = flags.json && path === '-' ? 'json' : outputFormat(path, flags.to);
  const makeWriter = await writerFor(format);
  const opened = await openModel(file, flags, terminal);
  let read: (bytes: number) => void = () => {};
  const given = await openInput(flags.input, flags, terminal, (bytes) => read(bytes));
  const { table } = given;
  const begun = performance.now();
  let rows = 0;
  const shapes = new Map<string, number[]>();
  try {
    const plan = planRun(opened, given, flags);
    const byRows = table?.rows !== undefined;
    const total = byRows ? table?.rows : flags.input === '-' ? undefined : (await stat(flags.input)).size;
    const progress = await progressOf(terminal, 'run', total);
    if (!byRows) read = progress.tick;
    await writing(path, terminal, async (sink) => {
      const writer = makeWriter(sink, plan.growth);
      await plan
        .run(
          (parts) => {
            for (const { name, shape, axes } of parts)
              shapes.set(name, grown(shapes.get(name), shape, axes.indexOf(plan.growth)));
            return writer.add(parts);
          },
          (count) => {
            rows += count;
            if (byRows) progress.tick(count);
          },
        )
        .finally(progress.end);
      await writer.end();
    });
  } finally {
    await table?.close?.();
  }
  if (!report) return;
  const seconds = (performance.now() - begun) / 1000;
  const outputs = [...shapes].map(([name, shape]) => ({ name, shape }));
  await terminal.write(`${JSON.stringify({ output: path, outputs, ...(rows > 0 && { rows }), seconds }, null, 2)}\n`);
}

/** The shape of what has come so far. */
const grown = (before: readonly number[] | undefined, next: readonly number[], axis: number): number[] =>
  next.map((size, index) => (index === axis ? size + (before?.[index] ?? 0) : size));
