import { ImportError } from '../../errors.js';
import { Budget, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

/**
 * JSON as files must have it: valid UTF-8, no byte order mark, no object with the same key twice. `JSON.parse` alone
 * keeps the last of two equal keys, so two readers of one file could see two different models.
 * @throws {ImportError} otherwise; nested too deep, or more text, objects and lists than the budget has.
 */
export function parseJson(bytes: Uint8Array, where: string, budget = new Budget(bytes.length)): unknown {
  let containers = 0;
  for (const byte of bytes) if (byte === 0x7b || byte === 0x5b) containers++;
  // The text as a string, and a copy of it for the decoder.
  budget.bytes(2 * bytes.length + containers * BYTES_PER_OBJECT, where);
  let text: string;
  let value: unknown;
  try {
    text = decodeUtf8(bytes);
  } catch (cause) {
    throw new ImportError('not valid text', { where, expected: 'UTF-8', got: 'other bytes', cause });
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ImportError('not valid JSON', { where, expected: 'JSON', got: (cause as Error).message, cause });
  }
  refuseDuplicates(text, where);
  return value;
}

/** @throws {TypeError} not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  // A copy, because TextDecoder refuses shared memory.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.slice());
}

/** No model has objects in objects as deep as this; a walk over them by recursion would overflow the stack. */
const MOST_DEPTH = 1000;

/** Walks the strings and braces of text that is known to be valid JSON; by hand, since a regular expression overflows on long strings. */
function refuseDuplicates(text: string, where: string): void {
  const open: Set<string>[] = [];
  let depth = 0;
  for (let position = 0; position < text.length; position++) {
    if (text[position] === '{' || text[position] === '[') {
      if (++depth > MOST_DEPTH) refuse(where, 'nested too deep', `at most ${MOST_DEPTH} objects and lists`, 'more');
      if (text[position] === '{') open.push(new Set());
    } else if (text[position] === ']') depth--;
    else if (text[position] === '}') {
      open.pop();
      depth--;
    } else if (text[position] === '"') {
      const begin = position++;
      while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
      if (!isKey(text, position + 1)) continue;
      const key = JSON.parse(text.slice(begin, position + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) refuse(where, 'the same key twice', 'every key once', show(key));
      keys?.add(key);
    }
  }
}

/** Whether a colon comes next, after JSON's white space. */
function isKey(text: string, position: number): boolean {
  let next = position;
  while (next < text.length && ' \t\n\r'.includes(text[next] as string)) next++;
  return text[next] === ':';
}

/** Whether the first character that is no space opens an object, or a list that begins with one. */
export function isJson(bytes: Uint8Array): boolean {
  let position = 0;
  const next = (): number | undefined => {
    while ([0x20, 0x09, 0x0a, 0x0d].includes(bytes[position] as number)) position++;
    return bytes[position++];
  };
  const first = next();
  return first === 0x7b || (first === 0x5b && next() === 0x7b);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short text for a value of a file in an error message; bounded in length and depth, whatever the file holds. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) {
    const items = Array.from({ length: Math.min(value.length, 8) }, (_, i) =>
      Array.isArray(value[i]) ? '[…]' : show(value[i]),
    );
    return `[${items.join(', ')}${value.length > 8 ? ', …' : ''}]`;
  }
  const text = isObject(value) ? `{${Object.keys(value).slice(0, 8).join(', ')}}` : scalar(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** Of a long text only the beginning is looked at, and what JSON has no word for is written as JavaScript does. */
function scalar(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 200 ? value.slice(0, 200) : value);
  return typeof value === 'bigint' || typeof value === 'symbol'
    ? String(value)
    : (JSON.stringify(value) ?? typeof value);
}
