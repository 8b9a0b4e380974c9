import { watchLayer } from '../../view/live.js';
import { UsageError } from '../faults.js';
import type { InputFlags, ModelFlags, RunFlags } from '../flags.js';
import { openInput } from '../input/open.js';
import { openFile } from '../open.js';
import { jsonNumber } from '../output/json.js';
import type { Terminal } from '../terminal.js';
import { History } from './history.js';
import { picture } from './picture.js';
import { type Part, type Step, Steps } from './steps.js';

export interface WatchFlags extends ModelFlags, InputFlags, Pick<RunFlags, 'columns' | 'batch'> {
  readonly input: string;
  readonly layer?: string;
  readonly rate: string;
  readonly row: string;
}

/** Where no terminal says how large it is. */
const [COLUMNS, ROWS] = [80, 48];

/** `gatewise watch`. @throws {GatewiseError} the model, the input, a model that does not go step by step. */
export async function watchFile(file: string, flags: WatchFlags, terminal: Terminal): Promise<void> {
  if (file === '-' && flags.input === '-') throw new UsageError('the model and the input both on the standard input');
  const rate = rateOf(flags.rate);
  const row = Number(flags.row);
  if (!Number.isSafeInteger(row)) throw new UsageError(`--row: expected a whole number, got ${flags.row}`);
  const { spec } = await openFile(file, flags, terminal);
  const layer = await watchLayer(spec, flags.layer);
  const given = await openInput(flags.input, flags, terminal);
  try {
    const { window } = terminal;
    // What comes through a pipe is told when it comes.
    const alone = flags.json ? flags.input === '-' : window !== undefined;
    const steps = new Steps(layer, given, flags, { row, alone });
    if (flags.json) return await printSteps(layer.name, steps, terminal);
    if (window) {
      const { watchLive } = await import('./live.js');
      return await watchLive(layer, steps, { window, rate, keys: file !== '-' && flags.input !== '-' }, terminal);
    }
    const history = new History();
    for (let step = await steps.next(); step; step = await steps.next()) history.add(step);
    const view = { timestep: history.end - 1, part: 0, unit: 0, words: false, status: '' };
    const look = { columns: COLUMNS, rows: ROWS, depth: terminal.colourDepth, dark: true };
    await terminal.write(`${picture(layer, steps.parts, history, view, look).join('\n')}\n`);
  } finally {
    await given.table?.close?.();
    layer.model.dispose();
  }
}

/** Timesteps a second. @throws {UsageError} */
function rateOf(given: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(given) ?? [];
  if (Number(number) > 0) return Number(number);
  throw new UsageError(`--rate: expected timesteps a second, above 0, got ${given}`);
}

/** A line of JSON for each timestep. */
async function printSteps(layer: string, steps: Steps, terminal: Terminal): Promise<void> {
  let timestep = 0;
  for (let step = await steps.next(); step; step = await steps.next()) {
    const kinds = (['gate', 'state', 'output'] as const).flatMap((kind) => partsText(kind, steps.parts, step));
    await terminal.write(`{ "timestep": ${timestep++}, "layer": ${JSON.stringify(layer)}, ${kinds.join(', ')} }\n`);
  }
}

function partsText(kind: Part['kind'], parts: readonly Part[], step: Step): string[] {
  const texts = parts.flatMap((part, index) =>
    part.kind === kind
      ? [`${JSON.stringify(part.name)}: [${Array.from(step[index] as Float32Array, jsonNumber).join(', ')}]`]
      : [],
  );
  return texts.length > 0 ? [`"${kind}s": { ${texts.join(', ')} }`] : [];
}
