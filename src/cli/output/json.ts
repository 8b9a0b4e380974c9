import { floatText } from './csv.js';
import { Collected, type Growth, type Part, type Writer } from './part.js';
import type { Sink } from './sink.js';

/** All outputs by name, each `{ shape, data }`, as inputs may be. */
export function jsonWriter(sink: Sink, growth: Growth): Writer {
  const all = new Collected(growth);
  return {
    add: async (parts) => all.add(parts),
    async end() {
      await sink.write('{');
      for (const [index, part] of all.all().entries()) {
        await sink.write(`${index > 0 ? ',' : ''}\n  ${JSON.stringify(part.name)}: `);
        for (const text of texts(part)) await sink.write(text);
      }
      await sink.write('\n}\n');
    },
  };
}

const AT_ONCE = 1 << 14;

/** No text is longer than a string may be. */
function* texts({ shape, data }: Part): Generator<string> {
  yield `{ "shape": ${JSON.stringify(shape)}, "data": [`;
  for (let at = 0; at < data.length; at += AT_ONCE) {
    const numbers = Array.from(data.subarray(at, at + AT_ONCE), jsonNumber);
    yield `${at > 0 ? ', ' : ''}${numbers.join(', ')}`;
  }
  yield '] }';
}

/** JSON has no word for what is no finite number: a string, which nothing takes for a number. */
export const jsonNumber = (number: number): string => (Number.isFinite(number) ? floatText(number) : `"${number}"`);
