/** Which state of a sequence it is: no two states of a key have the same. */
export interface StateVersion {
  /** Random text, made when the sequence begins: one that begins again under the same key is another. At most 64 ASCII characters. */
  readonly epoch: string;
  /** Timesteps that the sequence has made since. */
  readonly step: number;
}

/** A sequence as it is kept between requests. */
export interface StoredState extends StateVersion {
  /** What `stream.save()` gave after that step, as sensitive as the input; undefined: the sequence is over, which is remembered for a while. */
  readonly bytes?: Uint8Array | undefined;
  /** The last request and its reply, in a form of the server's own: whoever sends the same again gets the same again. */
  readonly reply?: Uint8Array | undefined;
}

/**
 * Where the sequences of a server are kept that has others beside it, or is to be restarted: any of them goes on with any sequence. A
 * server writes after every request and answers when it is written; whatever a method rejects with (`StoreError` is for it) makes the request
 * fail with 503, and the client may repeat it.
 */
export interface StateStore {
  /**
   * @param key of the sequence: printable ASCII, at most 2048 characters.
   * @returns what is kept; undefined: nothing is, or no longer.
   */
  read(key: string): Promise<StoredState | undefined>;
  /**
   * Compares and sets, in one: puts `next` if what is kept is still `expected`.
   * @param expected undefined: nothing is kept.
   * @param seconds after which it is forgotten, unless it is replaced again.
   * @returns false: something else is kept, and stays.
   */
  replace(key: string, expected: StateVersion | undefined, next: StoredState, seconds: number): Promise<boolean>;
  /** Whether it can be reached, for `/v2/health/ready`: rejects if not. */
  ping(): Promise<void>;
}
