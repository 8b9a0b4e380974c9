import { InputError } from '../../index.js';
import { Collected, type Growth, type Part, type Writer } from './part.js';
import type { Sink } from './sink.js';

/** Rows of text: a header, then one row a timestep; several outputs side by side. */
export function csvWriter(sink: Sink, growth: Growth, delimiter: string): Writer {
  let started = false;
  const last = new Collected(growth);
  const rows = async (parts: readonly Part[]): Promise<void> => {
    if (!started) await sink.write(`${parts.flatMap(header).map(quoted).join(delimiter)}\n`);
    started = true;
    const text = textOf(parts, delimiter);
    if (text !== '') await sink.write(text);
  };
  return {
    async add(parts) {
      // Those of a whole run: the last timestep's.
      if (parts.some(({ axes }) => axes.includes(growth))) await rows(parts);
      else last.add(parts);
    },
    async end() {
      const parts = last.all();
      if (parts.length > 0) await rows(parts);
    },
  };
}

/** How many numbers a row has of an output. @throws {InputError} one whose rows are not its last axis. */
function width({ name, axes, shape }: Part): number {
  if (typeof axes.at(-1) === 'number') return shape.at(-1) as number;
  if (!axes.some((axis) => typeof axis === 'number' && axis > 1)) return 1;
  const expected = 'features as the last axis; .npy, .npz and .json hold any';
  throw new InputError('not rows', { where: `output ${JSON.stringify(name)}`, expected, got: `[${axes.join(', ')}]` });
}

function header(part: Part): string[] {
  const features = width(part);
  return features === 1 ? [part.name] : Array.from({ length: features }, (_, index) => `${part.name}[${index}]`);
}

const quoted = (text: string): string => (/[",;\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function textOf(parts: readonly Part[], delimiter: string): string {
  const widths = parts.map(width);
  const counts = parts.map(({ data }, index) => data.length / (widths[index] as number));
  const [count = 0] = counts;
  if (counts.some((other) => other !== count)) {
    const got = parts.map(({ name }, index) => `${name} ${counts[index]}`).join(', ');
    const expected = 'equally many rows of each; .npz and .json hold any';
    throw new InputError('outputs that do not stand side by side', { where: 'outputs', expected, got });
  }
  let text = '';
  for (let row = 0; row < count; row++) {
    parts.forEach(({ data }, index) => {
      const features = widths[index] as number;
      for (let k = 0; k < features; k++)
        text += (index + k > 0 ? delimiter : '') + floatText(data[row * features + k] as number);
    });
    text += '\n';
  }
  return text;
}

/** Nine digits, which come back as the same float32. */
export const floatText = (number: number): string =>
  Object.is(number, -0) ? '-0' : `${Number(number.toPrecision(9))}`;
