/**
 * One stream per user, of which only some are in memory: whoever was away longest is saved as bytes and disposed of, and
 * restored when they come back. A user's outputs are the same to the bit as if their stream had never left.
 */
export class Sessions {
  #model;
  #store;
  #most;
  /** User → stream; a Map keeps its order, so the first is the one that was away longest. */
  #live = new Map();

  /**
   * @param model shared by all: weights once, a state for each user.
   * @param store `get(user)`, `set(user, bytes)`: a Map here; a database where users outlive the process.
   * @param most streams in memory at a time.
   */
  constructor(model, store, most) {
    this.#model = model;
    this.#store = store;
    this.#most = most;
  }

  /** One timestep of this user's sequence. Synchronous, so that requests of one user cannot get in between one another. */
  step(user, frame) {
    return this.#streamOf(user).step(frame);
  }

  get live() {
    return this.#live.size;
  }

  /** Saves everybody, as before the process ends. */
  close() {
    for (const user of [...this.#live.keys()]) this.#putAway(user);
  }

  #streamOf(user) {
    let stream = this.#live.get(user);
    this.#live.delete(user);
    if (stream === undefined) {
      if (this.#live.size >= this.#most) this.#putAway(this.#live.keys().next().value);
      stream = this.#model.createStream();
      const saved = this.#store.get(user);
      if (saved !== undefined) stream.restore(saved);
    }
    this.#live.set(user, stream);
    return stream;
  }

  #putAway(user) {
    const stream = this.#live.get(user);
    this.#store.set(user, stream.save());
    stream.dispose();
    this.#live.delete(user);
  }
}
