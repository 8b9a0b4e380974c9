import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { unpickle } from '../../../src/importers/formats/pickle.js';
import { fromPyTorch } from '../../../src/importers/pytorch/index.js';
import { OrderedDict, torchHooks } from '../../../src/importers/pytorch/unpickle.js';
import { Budget } from '../../../src/importers/shared/budget.js';
import { thorough, whenThorough } from '../../support/thorough.js';

const hooks = {
  ...torchHooks(new Map(), new Budget(0)),
  global: (name: string) => {
    if (name === 'collections.OrderedDict') return () => new OrderedDict();
    throw new ImportError(`global ${name}`);
  },
  persistent: () => {
    throw new ImportError('persistent');
  },
};
/** Bytes: texts and bytes as they are, numbers as one each. */
const bytes = (...parts: (string | number | Uint8Array)[]) => {
  const part = (one: string | number | Uint8Array): Uint8Array =>
    typeof one === 'number' ? Uint8Array.of(one) : typeof one === 'string' ? Buffer.from(one, 'latin1') : one;
  return new Uint8Array(Buffer.concat(parts.map(part)));
};
const read = (...parts: (string | number)[]) => unpickle(bytes(...parts), 0, hooks).value;

describe('plain values', () => {
  const values: [string, (string | number)[], unknown][] = [
    ['None', ['N.'], null],
    ['True', [0x88, '.'], true],
    ['True of protocol 1', ['I01\n.'], true],
    ['an int of protocol 1', ['I-12\n.'], -12],
    ['a long of protocol 1', ['L-12L\n.'], -12],
    ['a negative BININT', ['J', 0xff, 0xff, 0xff, 0xff, '.'], -1],
    ['BININT1', ['K', 200, '.'], 200],
    ['BININT2', ['M', 1, 2, '.'], 513],
    ['LONG1', [0x8a, 2, 0, 0x80, '.'], -32768],
    ['LONG1 of no bytes', [0x8a, 0, '.'], 0],
    ['LONG1 beyond numbers', [0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, '.'], 2n ** 64n],
    ['BINFLOAT', ['G', 0xbf, 0xe0, 0, 0, 0, 0, 0, 0, '.'], -0.5],
    ['BINUNICODE', ['X', 2, 0, 0, 0, 0xc3, 0xa4, '.'], 'ä'],
    ['SHORT_BINUNICODE', [0x8c, 2, 'ab.'], 'ab'],
    ['a text of Python 2', ['U', 2, 'a', 0xe4, '.'], 'aä'],
    ['BINBYTES8', [0x8e, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, '.'], Uint8Array.of(1, 2)],
    ['a tuple', ['(K', 1, 'K', 2, 't.'], [1, 2]],
    ['TUPLE3', ['K', 1, 'K', 2, 'K', 3, 0x87, '.'], [1, 2, 3]],
    ['a list', ['](K', 1, 'K', 2, 'eK', 3, 'a.'], [1, 2, 3]],
    ['a set', [0x8f, '(K', 1, 0x90, '.'], [1]],
    ['a dict', ['}(K', 1, 'K', 2, 'u.'], new Map([[1, 2]])],
    ['DICT', ['(K', 1, 'K', 2, 'd.'], new Map([[1, 2]])],
    ['SETITEM', ['}K', 1, 'K', 2, 's.'], new Map([[1, 2]])],
    ['the memo', ['K', 7, 'q', 3, '0h', 3, '.'], 7],
    ['MEMOIZE', ['K', 7, 0x94, '0h', 0, '.'], 7],
    ['DUP', ['K', 7, '2', 0x86, '.'], [7, 7]],
    ['POP_MARK', ['K', 7, '(NN1.'], 7],
    ['frames', [0x80, 4, 0x95, 2, 0, 0, 0, 0, 0, 0, 0, 'N.'], null],
    ['an OrderedDict', ['ccollections\nOrderedDict\n)R.'], new OrderedDict()],
    [
      'STACK_GLOBAL and NEWOBJ',
      [0x8c, 11, 'collections', 0x8c, 11, 'OrderedDict', 0x93, ')', 0x81, '.'],
      new OrderedDict(),
    ],
  ];
  it.each(values)('%s', (_, parts, value) => {
    expect(read(...parts)).toEqual(value);
  });

  it('keeps the versions that state_dict() hangs on its dict', () => {
    const dict = read('ccollections\nOrderedDict\n)R}', 0x8c, 9, '_metadata', 'K', 1, 'sb.') as OrderedDict;
    expect(dict.metadata).toBe(1);
  });

  it('a list that holds itself', () => {
    const list = read(']q', 0, 'h', 0, 'a.') as unknown[];
    expect(list[0]).toBe(list);
  });
});

describe('refusals', () => {
  const refused: [string, (string | number)[], string][] = [
    ['nothing', [], 'pickle, byte 0: ends early; expected 1 more bytes, got 0'],
    ['no STOP', ['N'], 'pickle, byte 1: ends early; expected 1 more bytes, got 0'],
    [
      'a text longer than the file',
      ['X', 255, 255, 255, 255, 'a.'],
      'pickle, byte 0: ends early; expected 4294967295 more bytes, got 2',
    ],
    [
      'bytes without number',
      [0x8e, 255, 255, 255, 255, 255, 255, 255, 255],
      'ends early; expected 18446744073709552000 more bytes',
    ],
    ['text that is none', [0x8c, 1, 0xff, '.'], 'pickle, byte 0: not valid text; expected UTF-8'],
    [
      'an unknown opcode',
      [0xff],
      'pickle, byte 0: an opcode that is not for data; expected opcodes of protocols 1 to 5, got "0xff"',
    ],
    ['INST', ['(ios\nsystem\n.'], 'an opcode that is not for data'],
    ['EXT1', [0x82, 1, '.'], 'an opcode that is not for data'],
    [
      'keywords for a function that is known',
      ['ccollections\nOrderedDict\n)}', 0x8c, 1, 'aNs', 0x92, '.'],
      'pickle, byte 32: keywords; expected none',
    ],
    ['an unknown protocol', [0x80, 6, 'N.'], 'pickle, byte 0: an unknown protocol; expected at most 5'],
    ['an empty stack', ['.'], 'pickle, byte 0: an empty stack; expected a value'],
    ['a value below the mark', ['N(0.'], 'an empty stack'],
    ['no mark', ['Nt.'], 'pickle, byte 1: no mark; expected a mark on the stack'],
    ['an item of no list', ['NNa.'], 'pickle, byte 2: not a list; expected a list'],
    ['an item of no dict', ['NNNs.'], 'pickle, byte 3: not items; expected a dict'],
    ['half an item', ['}(Nu.'], 'not items'],
    [
      'an empty memo',
      ['h', 5, '.'],
      'pickle, byte 0: recalls what was not stored; expected a number of the memo, got 5',
    ],
    ['a line without end', ['cos'], 'pickle, byte 0: a line without end; expected at most 1000 bytes'],
    ['a number that is none', ['Iabc\n.'], 'pickle, byte 0: not a number; expected digits, got "abc"'],
    ['os.system', ['cos\nsystem\n(X', 2, 0, 0, 0, 'lstR.'], 'global os.system'],
    ['a global from the stack', [0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, '.'], 'global os.system'],
    [
      'a global whose name is no text',
      ['NN', 0x93, '.'],
      'pickle, byte 2: a global without a name; expected two texts',
    ],
    [
      'a call of a value',
      ['N)R.'],
      'pickle, byte 2: calls what is no function; expected a function that the format knows',
    ],
    ['a call without arguments', ['ccollections\nOrderedDict\nNR.'], 'calls what is no function'],
    ['attributes of a dict', ['}}b.'], 'pickle, byte 2: sets attributes; expected only _metadata of a state dict'],
    ['other attributes', ['ccollections\nOrderedDict\n)R}', 0x8c, 1, 'aNsb.'], 'sets attributes'],
  ];
  it.each(refused)('%s', (_, parts, message) => {
    expect(() => read(...parts)).toThrow(ImportError);
    expect(() => read(...parts)).toThrow(message);
  });
});

describe('malformed files of torch.save', () => {
  const folder = new URL('../../golden/pytorch-files/', import.meta.url);
  const files = ['checkpoint.pth', 'checkpoint.pt', 'tensors-protocol-1.pt', 'checkpoint-protocol-5.pt'].map(
    (file) => [file, new Uint8Array(readFileSync(new URL(file, folder)))] as const,
  );
  /** Any exception but an ImportError fails the test. */
  function refuses(file: Uint8Array): boolean {
    try {
      fromPyTorch(file);
      return false;
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      return true;
    }
  }

  it.each(files.filter(([file]) => file.startsWith('checkpoint')))('every truncation of %s is refused', (_, file) => {
    for (let length = 0; length < file.length; length += thorough ? 1 : 7) {
      expect(refuses(file.subarray(0, length)), `${length} bytes`).toBe(true);
    }
    expect(refuses(file)).toBe(false);
  });

  it.each(files)('changed bytes of %s are refused or read, never another exception', (_, file) => {
    const change = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, (all) => {
        const changed = file.slice();
        for (const [at, value] of all) changed[at] = value;
        refuses(changed);
      }),
      { numRuns: thorough ? 500 : 100 },
    );
  });

  it('arbitrary opcodes are refused or read, never another exception', () => {
    const opcodes = [...'IJKLMNQRTUXabdehjlq]})(.025tucsG'].map((c) => c.charCodeAt(0));
    const more = [0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8f, 0x90, 0x91, 0x93, 0x94, 0x95];
    const any = fc.oneof(fc.constantFrom(...opcodes, ...more), fc.nat(8), fc.nat(255));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (codes) => {
        try {
          unpickle(Uint8Array.from(codes), 0, hooks);
        } catch (error) {
          if (!(error instanceof ImportError)) throw error;
        }
      }),
      { numRuns: thorough ? 5000 : 1000 },
    );
  });

  it('nesting without end costs an error, not the stack', whenThorough, () => {
    // A list in a list in a list …, then as the name of a global, as attributes, and as the object.
    const deep = `${']'.repeat(200_000)}${'a'.repeat(199_999)}`;
    for (const end of [`${deep}2\x93.`, `ccollections\nOrderedDict\n)R}${deep}Nsb.`]) {
      expect(() => read(end)).toThrow(ImportError);
    }
    const magic = bytes(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.M', 0xe9, 3, '.N.');
    for (const object of [
      `${deep}.`,
      `}${deep}Ns.`,
      `}(${deep}NX\x01\0\0\0a${deep}u.`,
      `${deep}Q.`,
      `ccollections\nOrderedDict\n${deep}\x85R.`,
      `ccollections\nOrderedDict\n]${deep}a\x85R.`,
      `(X\x07\0\0\0storage${deep}${deep}${deep}${deep}tQ.`,
    ]) {
      const file = bytes(0x80, 2, magic, object, '].');
      expect(() => fromPyTorch(file)).toThrow(ImportError);
    }
  });

  it('many references to one large value cost what they weigh in the file', whenThorough, () => {
    const head = bytes(
      0x80,
      2,
      0x8a,
      10,
      0x6c,
      0xfc,
      0x9c,
      0x46,
      0xf9,
      0x20,
      0x6a,
      0xa8,
      0x50,
      0x19,
      '.M',
      0xe9,
      3,
      '.N.',
    );
    // By its square, this many would take longer than a test may.
    const n = 60_000;
    const text = (name: string) => `X${String.fromCharCode(name.length)}\0\0\0${name}`;
    const tensor = `ctorch._utils\n_rebuild_tensor_v2\nq\x03((${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x01tQq\x01K\0`;
    const pairs = `](${`${text('k')}K\x01\x86`.repeat(n)}eq\x02`;
    const entry = (k: number) => `K${String.fromCharCode(k % 200)}M${String.fromCharCode(k % 256, k >> 8)}\x86`;
    const tensors = `}(${Array.from({ length: n }, (_, k) => `${entry(k)}h\x04`).join('')}uq\x05`;
    const keys = Array.from({ length: n }, (_, k) => `${text(`key${k}`)}h\x05`).join('');
    const storages = `](${text('0')}e.\x01\0\0\0\0\0\0\0\0\0\0\0`;
    const objects: [string, string][] = [
      // One list of pairs for many dicts.
      [`${pairs}](${'ccollections\nOrderedDict\nh\x02\x85R'.repeat(n)}e.`, 'not items of a dict'],
      // One long shape for many tensors.
      [`${tensor}(${'K\x01'.repeat(n)}tq\x02h\x02tR0](${'h\x03(h\x01K\0h\x02h\x02tR'.repeat(n)}e.`, 'not a tensor'],
      // One dict of tensors under many keys.
      [`${tensor}))tRq\x040${tensors}0}(${keys}u.${storages}`, 'several state dicts'],
    ];
    for (const [object, message] of objects) {
      const file = bytes(head, object);
      expect(() => fromPyTorch(file)).toThrow(message);
    }
  });

  it('a storage that lies about its length is refused before anything of its size is allocated', () => {
    const file = files[0]?.[1].slice() as Uint8Array;
    const text = String.fromCharCode(...file);
    const at = text.indexOf('cpu') + 3;
    // q <memo> K <numel> N: from 'K 27' to four bytes of a BININT would move the rest, so the number alone grows.
    const k = text.indexOf('K', at);
    file[k + 1] = 255;
    expect(() => fromPyTorch(file)).toThrow(ImportError);
  });
});
