import { refuse } from './refuse.js';

/** Most that one import may take, where the default is too much or too little. `Infinity`: no limit. */
export interface ImportLimits {
  /** Bytes that are made of the file: unpacked, converted, computed, kept as objects. Default: 16 per byte of the file, at least 64 MiB. */
  readonly bytes?: number;
  /** Elements and bytes that are looked at. Default: 32 per byte of the file, at least 2^27. */
  readonly operations?: number;
  /** Nodes, layers, attributes and the like. Default: one per 16 bytes of the file, at least 2^18. */
  readonly nodes?: number;
  /** Characters of names, the file's and those derived from them. Default: 8 per byte of the file, at least 2^25. */
  readonly characters?: number;
}

type Kind = keyof ImportLimits;

/** Of each kind: per byte of the file, and at least. */
export const DEFAULTS: Readonly<Record<Kind, readonly [perByte: number, floor: number]>> = {
  bytes: [16, 2 ** 26],
  operations: [32, 2 ** 27],
  nodes: [1 / 16, 2 ** 18],
  characters: [8, 2 ** 25],
};

/** What a container made of few bytes of a file takes in memory, roughly. */
export const BYTES_PER_OBJECT = 64;
/** And a Map, which is larger even without entries. */
export const BYTES_PER_MAP = 256;

/**
 * What one import may still take: a small file, or one that refers to the same bytes again and again, could otherwise ask for any
 * amount of memory and time. Whatever reads, computes or names draws on the same one, before it does.
 */
export class Budget {
  readonly #limits: Record<Kind, number>;
  readonly #spent: Record<Kind, number> = { bytes: 0, operations: 0, nodes: 0, characters: 0 };

  /** @param size bytes of all files of the import. */
  constructor(
    readonly size: number,
    limits: ImportLimits = {},
  ) {
    const limitOf = (kind: Kind): number => {
      const [perByte, floor] = DEFAULTS[kind];
      return limits[kind] ?? Math.max(floor, Math.floor(perByte * size));
    };
    this.#limits = {
      bytes: limitOf('bytes'),
      operations: limitOf('operations'),
      nodes: limitOf('nodes'),
      characters: limitOf('characters'),
    };
  }

  /** Bytes about to be made. @throws {ImportError} more than the limit, with those before. */
  bytes(count: number, where: string): void {
    this.#spend('bytes', count, where);
  }

  /** Elements or bytes about to be looked at. @throws {ImportError} as `bytes`. */
  operations(count: number, where: string): void {
    this.#spend('operations', count, where);
  }

  /** @throws {ImportError} as `bytes`. */
  nodes(count: number, where: string): void {
    this.#spend('nodes', count, where);
  }

  /** Characters of a name. @throws {ImportError} as `bytes`. */
  characters(count: number, where: string): void {
    this.#spend('characters', count, where);
  }

  #spend(kind: Kind, count: number, where: string): void {
    const limit = this.#limits[kind];
    const total = this.#spent[kind] + count;
    // So that no number that is none passes.
    if (!(count >= 0 && total <= limit))
      refuse(
        where,
        `too many ${kind} for a file of ${this.size} bytes`,
        `at most ${limit} in all; limits.${kind} allows more`,
        `${total}`,
      );
    this.#spent[kind] = total;
  }
}
