/**
 * Python's pickle (pickletools.py, protocols 1 to 5), read as plain values. Nothing that the file names is run: a global is
 * what `hooks.global` makes of its name, and only the functions it hands out are ever called.
 *
 * None is null; lists, tuples and sets are arrays; dicts are Maps; integers that a number cannot hold are BigInts.
 * Walks the opcodes without recursion; every value costs bytes of the file, so memory is bounded by its length.
 */
import { refuse as refuseAt } from '../shared/refuse.js';
import { decodeUtf8, show } from './json.js';

export interface PickleHooks {
  /** What `module.name` stands for: a value, or a function that REDUCE and NEWOBJ may call. Throws for all others. */
  readonly global: (name: string) => unknown;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
  /** Gives a value that a global made its state (BUILD). @returns whether it is one that may be given it. */
  readonly state?: (target: unknown, state: unknown) => boolean;
}

/** `collections.OrderedDict`, with the one attribute that PyTorch sets on it. */
export class OrderedDict extends Map<unknown, unknown> {
  metadata: unknown;
}

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/**
 * The pickle that begins at byte `start`, and the byte behind its STOP.
 * @throws {ImportError} malformed, truncated, or anything that is not plain data.
 */
export function unpickle(file: Uint8Array, start: number, hooks: PickleHooks): { value: unknown; end: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  let opAt = start;

  function refuse(message: string, expected: string, got?: unknown): never {
    refuseAt(`pickle, byte ${opAt}`, message, expected, got === undefined ? got : show(got));
  }
  /** Where the next n bytes begin; they are there. */
  function skip(n: number): number {
    if (n > file.length - at) refuse('ends early', `${n} more bytes`, file.length - at);
    at += n;
    return at - n;
  }
  const u8 = () => view.getUint8(skip(1));
  const u32 = () => view.getUint32(skip(4), true);
  const u64 = () => Number(view.getBigUint64(skip(8), true));
  function bytes(n: number): Uint8Array {
    const begin = skip(n);
    return file.slice(begin, at);
  }
  function utf8(n: number): string {
    const text = bytes(n);
    try {
      return decodeUtf8(text);
    } catch {
      return refuse('not valid text', 'UTF-8');
    }
  }
  function line(): string {
    const length = file.subarray(at, at + 1000).indexOf(10);
    if (length < 0) refuse('a line without end', 'at most 1000 bytes');
    const text = latin1(file.subarray(at, at + length));
    at += length + 1;
    return text;
  }
  const whole = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  function decimal(): number | bigint | boolean {
    const text = line();
    if (text === '00' || text === '01') return text === '01';
    if (!/^-?\d{1,99}L?$/.test(text)) refuse('not a number', 'digits', text);
    return whole(BigInt(text.replace('L', '')));
  }
  /** Little-endian two's complement. */
  function long(n: number): number | bigint {
    let value = 0n;
    for (const [index, byte] of bytes(n).entries()) value |= BigInt(byte) << BigInt(8 * index);
    return whole(BigInt.asIntN(8 * n, value));
  }
  function pop(): unknown {
    if (stack.length <= (marks.at(-1) ?? 0)) refuse('an empty stack', 'a value');
    return stack.pop();
  }
  function popMark(): unknown[] {
    const mark = marks.pop() ?? refuse('no mark', 'a mark on the stack');
    return stack.splice(mark);
  }
  function top(): unknown {
    const value = pop();
    stack.push(value);
    return value;
  }
  const last = (n: number): unknown[] => Array.from({ length: n }, pop).reverse();
  function append(items: readonly unknown[]): void {
    const list = top();
    if (!Array.isArray(list)) refuse('not a list', 'a list');
    for (const item of items) list.push(item);
  }
  function setItems(items: readonly unknown[], dict = top()): Map<unknown, unknown> {
    if (!(dict instanceof Map) || items.length % 2 > 0) refuse('not items', 'a dict');
    for (let k = 0; k < items.length; k += 2) dict.set(items[k], items[k + 1]);
    return dict;
  }
  function call(): unknown {
    const [target, args] = last(2);
    if (typeof target !== 'function' || !Array.isArray(args))
      refuse('calls what is no function', 'a function that the format knows');
    return target(...args.slice(0, 20));
  }
  /** Attributes: none but the versions of the modules, which `state_dict()` hangs on its dict. */
  function build(): void {
    const state = pop();
    const target = top();
    if (hooks.state?.(target, state)) return;
    if (!(target instanceof OrderedDict && state instanceof Map && state.size === 1 && state.has('_metadata'))) {
      refuse('sets attributes', 'only _metadata of a state dict');
    }
    target.metadata = state.get('_metadata');
  }
  function recall(key: number): unknown {
    if (!memo.has(key)) refuse('recalls what was not stored', 'a number of the memo', key);
    return memo.get(key);
  }
  function global(module: unknown, name: unknown): unknown {
    if (typeof module !== 'string' || typeof name !== 'string') refuse('a global without a name', 'two texts');
    return hooks.global(`${module}.${name}`);
  }

  /** Opcodes that push one value. */
  const push: Record<number, () => unknown> = {
    73: decimal, // INT
    76: decimal, // LONG
    74: () => view.getInt32(skip(4), true),
    75: u8,
    77: () => view.getUint16(skip(2), true),
    138: () => long(u8()),
    71: () => view.getFloat64(skip(8)),
    78: () => null,
    136: () => true,
    137: () => false,
    84: () => latin1(bytes(u32())), // BINSTRING, SHORT_BINSTRING: texts of Python 2
    85: () => latin1(bytes(u8())),
    88: () => utf8(u32()),
    140: () => utf8(u8()),
    141: () => utf8(u64()),
    66: () => bytes(u32()),
    67: () => bytes(u8()),
    142: () => bytes(u64()),
    150: () => bytes(u64()), // BYTEARRAY8
    93: () => [], // lists and sets
    143: () => [],
    108: popMark,
    145: popMark,
    41: () => [], // tuples
    116: popMark,
    133: () => last(1),
    134: () => last(2),
    135: () => last(3),
    125: () => new Map(), // dicts
    100: () => setItems(popMark(), new Map()),
    50: top, // DUP
    104: () => recall(u8()),
    106: () => recall(u32()),
    99: () => global(line(), line()), // GLOBAL, STACK_GLOBAL
    147: () => global(...(last(2) as [unknown, unknown])),
    81: () => hooks.persistent(pop()), // BINPERSID
    82: call, // REDUCE, NEWOBJ
    129: call,
  };
  /** The others. */
  const act: Record<number, () => unknown> = {
    128: () => u8() > 5 && refuse('an unknown protocol', 'at most 5'),
    149: () => skip(8), // FRAME
    40: () => marks.push(stack.length),
    48: pop,
    49: popMark,
    113: () => memo.set(u8(), top()), // BINPUT, LONG_BINPUT, MEMOIZE
    114: () => memo.set(u32(), top()),
    148: () => memo.set(memo.size, top()),
    97: () => append([pop()]), // APPEND, APPENDS, ADDITEMS
    101: () => append(popMark()),
    144: () => append(popMark()),
    115: () => setItems(last(2)),
    117: () => setItems(popMark()),
    98: build,
  };

  for (;;) {
    opAt = at;
    const op = u8();
    if (op === 0x2e) return { value: pop(), end: at };
    const maker = push[op];
    const action = act[op];
    if (maker) stack.push(maker());
    else if (action) action();
    else refuse('an opcode that is not for data', 'opcodes of protocols 1 to 5', `0x${op.toString(16)}`);
  }
}
