/**
 * Python's pickle (pickletools.py, protocols 1 to 5), read as plain values. Nothing that the file names is run: a global is
 * what `hooks.global` makes of its name, and only the functions it hands out are ever called.
 *
 * None is null; lists, tuples and sets are arrays; dicts are Maps; integers that a number cannot hold are BigInts.
 * Walks the opcodes without recursion; every list, dict, text and entry of the memo draws on the budget.
 */
import { Budget, BYTES_PER_MAP, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { decodeUtf8, show } from './json.js';
import * as op from './pickle-opcodes.js';

/**
 * What a file would build by a function or class that is not to be run: its name, and all that the file gives it, in order:
 * arguments, items, attributes.
 */
export class Inert {
  constructor(
    readonly name: string,
    readonly parts: unknown[] = [],
  ) {}
}

export interface PickleHooks {
  /** What `module.name` stands for: a value, a function that REDUCE and NEWOBJ may call, or an `Inert`. Throws for all others. */
  readonly global: (name: string) => unknown;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
  /** Gives a value that a global made, but no `Inert`, its attributes (BUILD). @returns whether it is one that may be given them. */
  readonly state: (target: unknown, state: unknown) => boolean;
  /** What may be given attributes, for the error. */
  readonly stateful: string;
}

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  // In pieces: one character after another makes a tree of them, all at once more arguments than there may be.
  for (let begin = 0; begin < bytes.length; begin += 4096)
    text += String.fromCharCode(...bytes.subarray(begin, begin + 4096));
  return text;
};
/** Longest name of a module or of what is in it. */
const MOST_NAME = 1000;
const toNumber = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** The bytes of a pickle from `at` on, read one after another. */
class Cursor {
  readonly #view: DataView;
  /** Where the opcode at hand stands. */
  opcodeAt: number;

  constructor(
    private readonly file: Uint8Array,
    public position: number,
    private readonly budget: Budget,
  ) {
    this.#view = new DataView(file.buffer, file.byteOffset, file.length);
    this.opcodeAt = position;
  }

  refuse(message: string, expected: string, got?: unknown): never {
    return refuse(`pickle, byte ${this.opcodeAt}`, message, expected, got === undefined ? got : show(got));
  }

  opcode(): number {
    this.opcodeAt = this.position;
    return this.u8();
  }

  /** Where the next n bytes begin; they are there. */
  skip(n: number): number {
    if (n > this.file.length - this.position)
      this.refuse('ends early', `${n} more bytes`, this.file.length - this.position);
    this.position += n;
    return this.position - n;
  }

  u8 = () => this.#view.getUint8(this.skip(1));
  u16 = () => this.#view.getUint16(this.skip(2), true);
  u32 = () => this.#view.getUint32(this.skip(4), true);
  u64 = () => Number(this.#view.getBigUint64(this.skip(8), true));
  i32 = () => this.#view.getInt32(this.skip(4), true);
  f64 = () => this.#view.getFloat64(this.skip(8));

  /** A value that takes memory beside its bytes. */
  object<Value>(value: Value, size = BYTES_PER_OBJECT): Value {
    this.budget.bytes(size, 'pickle');
    return value;
  }

  /** A copy. */
  bytes(n: number): Uint8Array {
    return this.object(this.#next(n).slice());
  }

  latin1(n: number): string {
    return latin1(this.#next(n));
  }

  #next(n: number): Uint8Array {
    const begin = this.skip(n);
    this.budget.bytes(BYTES_PER_OBJECT / 2 + n, 'pickle');
    return this.file.subarray(begin, this.position);
  }

  utf8(n: number): string {
    const text = this.#next(n);
    // Names mostly, for which a decoder takes far longer.
    if (n < 100 && text.every((byte) => byte < 128)) return latin1(text);
    try {
      return decodeUtf8(text);
    } catch {
      return this.refuse('not valid text', 'UTF-8');
    }
  }

  line(): string {
    const length = this.file.subarray(this.position, this.position + MOST_NAME).indexOf(10);
    if (length < 0) this.refuse('a line without end', `at most ${MOST_NAME} bytes`);
    const text = latin1(this.file.subarray(this.position, this.position + length));
    this.position += length + 1;
    return text;
  }

  decimal(): number | bigint | boolean {
    const text = this.line();
    if (text === '00' || text === '01') return text === '01';
    if (!/^-?\d{1,99}L?$/.test(text)) this.refuse('not a number', 'digits', text);
    return toNumber(BigInt(text.replace('L', '')));
  }

  /** Little-endian two's complement. */
  long(n: number): number | bigint {
    let value = 0n;
    for (const [index, byte] of this.#next(n).entries()) value |= BigInt(byte) << BigInt(8 * index);
    return toNumber(BigInt.asIntN(8 * n, value));
  }
}

/**
 * The pickle that begins at byte `start`, and the byte behind its STOP.
 * @throws {ImportError} malformed, truncated, or anything that is not plain data; more of it than the budget has.
 */
export function unpickle(
  file: Uint8Array,
  start: number,
  hooks: PickleHooks,
  budget = new Budget(file.length),
): { value: unknown; end: number } {
  const input: Cursor = new Cursor(file, start, budget);
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo = new Map<number, unknown>();

  function pop(): unknown {
    if (stack.length <= (marks.at(-1) ?? 0)) input.refuse('an empty stack', 'a value');
    return stack.pop();
  }
  function popMark(): unknown[] {
    const mark = marks.pop() ?? input.refuse('no mark', 'a mark on the stack');
    return stack.splice(mark);
  }
  function top(): unknown {
    const value = pop();
    stack.push(value);
    return value;
  }
  const last = (n: number): unknown[] => Array.from({ length: n }, pop).reverse();
  function append(items: readonly unknown[]): void {
    const target = top();
    const list = target instanceof Inert ? target.parts : target;
    if (!Array.isArray(list)) input.refuse('not a list', 'a list');
    for (const item of items) list.push(item);
  }
  function setItems(items: readonly unknown[], dict = top()): unknown {
    if (dict instanceof Inert) return append(items);
    if (!(dict instanceof Map) || items.length % 2 > 0) input.refuse('not items', 'a dict');
    for (let k = 0; k < items.length; k += 2) input.object(dict).set(items[k], items[k + 1]);
    return dict;
  }
  function call(): unknown {
    const [target, args] = last(2);
    if (target instanceof Inert) return input.object(new Inert(target.name, [target, args]));
    if (typeof target !== 'function' || !Array.isArray(args))
      input.refuse('calls what is no function', 'a function that the format knows');
    return target(...args.slice(0, 20));
  }
  /** A class called with keywords as well. */
  function callWithKeywords(): unknown {
    const keywords = pop();
    const made = call();
    if (made instanceof Inert) made.parts.push(keywords);
    else if (!(keywords instanceof Map && keywords.size === 0)) input.refuse('keywords', 'none');
    return made;
  }
  function build(): void {
    const state = pop();
    const target = top();
    if (target instanceof Inert) target.parts.push(state);
    else if (!hooks.state(target, state)) input.refuse('sets attributes', hooks.stateful);
  }
  const store = (key: number): unknown => input.object(memo).set(key, top());
  function recall(key: number): unknown {
    if (!memo.has(key)) input.refuse('recalls what was not stored', 'a number of the memo', key);
    return memo.get(key);
  }
  function global(module: unknown, name: unknown): unknown {
    if (typeof module !== 'string' || typeof name !== 'string') input.refuse('a global without a name', 'two texts');
    // Two long texts would do for any number of longer ones.
    if (module.length + name.length > MOST_NAME)
      input.refuse('a global of a long name', `at most ${MOST_NAME} characters`, module.length + name.length);
    return hooks.global(`${module}.${name}`);
  }

  /** Opcodes that push one value. */
  const makers: Readonly<Record<number, () => unknown>> = {
    [op.NONE]: () => null,
    [op.NEWTRUE]: () => true,
    [op.NEWFALSE]: () => false,
    [op.INT]: () => input.decimal(),
    [op.LONG]: () => input.decimal(),
    [op.LONG1]: () => input.long(input.u8()),
    [op.BININT]: input.i32,
    [op.BININT1]: input.u8,
    [op.BININT2]: input.u16,
    [op.BINFLOAT]: input.f64,
    [op.BINSTRING]: () => input.latin1(input.u32()),
    [op.SHORT_BINSTRING]: () => input.latin1(input.u8()),
    [op.BINUNICODE]: () => input.utf8(input.u32()),
    [op.SHORT_BINUNICODE]: () => input.utf8(input.u8()),
    [op.BINUNICODE8]: () => input.utf8(input.u64()),
    [op.BINBYTES]: () => input.bytes(input.u32()),
    [op.SHORT_BINBYTES]: () => input.bytes(input.u8()),
    [op.BINBYTES8]: () => input.bytes(input.u64()),
    [op.BYTEARRAY8]: () => input.bytes(input.u64()),
    [op.EMPTY_TUPLE]: () => input.object([]),
    [op.TUPLE]: () => input.object(popMark()),
    [op.TUPLE1]: () => input.object(last(1)),
    [op.TUPLE2]: () => input.object(last(2)),
    [op.TUPLE3]: () => input.object(last(3)),
    [op.EMPTY_LIST]: () => input.object([]),
    [op.LIST]: () => input.object(popMark()),
    [op.EMPTY_SET]: () => input.object([]),
    [op.FROZENSET]: () => input.object(popMark()),
    [op.EMPTY_DICT]: () => input.object(new Map(), BYTES_PER_MAP),
    [op.DICT]: () => setItems(popMark(), input.object(new Map(), BYTES_PER_MAP)),
    [op.DUP]: top,
    [op.BINGET]: () => recall(input.u8()),
    [op.LONG_BINGET]: () => recall(input.u32()),
    [op.GLOBAL]: () => global(input.line(), input.line()),
    [op.STACK_GLOBAL]: () => global(...(last(2) as [unknown, unknown])),
    [op.BINPERSID]: () => hooks.persistent(pop()),
    [op.REDUCE]: call,
    [op.NEWOBJ]: call,
    [op.NEWOBJ_EX]: callWithKeywords,
  };
  /** The others. */
  const actions: Readonly<Record<number, () => unknown>> = {
    [op.PROTO]: () => input.u8() > 5 && input.refuse('an unknown protocol', 'at most 5'),
    [op.FRAME]: () => input.skip(8),
    [op.MARK]: () => marks.push(stack.length),
    [op.POP]: pop,
    [op.POP_MARK]: popMark,
    [op.BINPUT]: () => store(input.u8()),
    [op.LONG_BINPUT]: () => store(input.u32()),
    [op.MEMOIZE]: () => store(memo.size),
    [op.APPEND]: () => append([pop()]),
    [op.APPENDS]: () => append(popMark()),
    [op.ADDITEMS]: () => append(popMark()),
    [op.SETITEM]: () => setItems(last(2)),
    [op.SETITEMS]: () => setItems(popMark()),
    [op.BUILD]: build,
  };

  for (;;) {
    const opcode = input.opcode();
    if (opcode === op.STOP) return { value: pop(), end: input.position };
    const make = makers[opcode];
    if (make) stack.push(make());
    else if (actions[opcode]) actions[opcode]();
    else input.refuse('an opcode that is not for data', 'opcodes of protocols 1 to 5', `0x${opcode.toString(16)}`);
  }
}
