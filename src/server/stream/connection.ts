import type { Waiting } from '../batcher.js';
import type { ServerLimits } from '../options.js';
import type { InputNumbers } from '../protocol/datatypes.js';
import { asRefusal, type Refusal, refuse } from '../refusal.js';
import type { Live } from '../sequences/live.js';
import type { Sequences } from '../sequences/sequences.js';
import { afterwards } from '../timer.js';
import { RecentOutputs } from './recent.js';
import type { StreamConnection, StreamSocket } from './socket.js';

/** Why a WebSocket is closed, by the codes of RFC 6455 and those of its registry. */
const CLOSE = {
  normal: 1000,
  away: 1001,
  type: 1003,
  invalid: 1007,
  tooLarge: 1009,
  internal: 1011,
  restart: 1012,
  again: 1013,
};

/** Milliseconds between two saves of a stream that is in use. */
const SAVE_EVERY = 1000;

/** What a connection is told of itself first. */
export interface Greeting {
  readonly model_name: string;
  readonly model_version: string;
  /** Goes on with this stream in another connection. */
  readonly token: string;
  /** Timesteps that have been made. */
  readonly step: number;
  /** Numbers of one timestep, in and out. */
  readonly features: number;
  readonly outputs: number;
  readonly datatype: string;
}

/** One stream of a client's, over one WebSocket: timesteps in, outputs out. */
export class Connection implements StreamConnection {
  readonly #socket: StreamSocket;
  readonly #live: Live;
  readonly #key: string;
  readonly #sequences: Sequences;
  readonly #limits: ServerLimits;
  readonly #ended: () => void;
  readonly #features: number;
  readonly #outputs: number;
  readonly #ids: boolean;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Of messages that wait. */
  #bytes = 0;
  /** When something came. */
  #heard = performance.now();
  #stop: () => void = () => {};
  readonly #recent: RecentOutputs;
  #saved = Number.NEGATIVE_INFINITY;
  #over = false;

  /**
   * @param live nobody else's.
   * @param key under which it is left.
   * @param ended the connection needs nothing any longer.
   */
  constructor(
    socket: StreamSocket,
    live: Live,
    key: string,
    sequences: Sequences,
    limits: ServerLimits,
    ended: () => void,
  ) {
    this.#socket = socket;
    this.#live = live;
    this.#key = key;
    this.#sequences = sequences;
    this.#limits = limits;
    this.#ended = ended;
    const [input] = live.host.inputs;
    const [output] = live.host.outputs;
    this.#features = input?.features ?? 0;
    this.#outputs = output?.features ?? 0;
    this.#ids = input?.dtype === 'int32';
    this.#recent = new RecentOutputs(Object.values(live.last?.outputs ?? {})[0]?.data);
    this.#watch();
  }

  /** @param received timesteps whose outputs the client has; those after it are sent again. */
  greet(token: string, received: number): void {
    const { host, step, last } = this.#live;
    const greeting: Greeting = {
      model_name: host.name,
      model_version: host.version,
      token,
      step,
      features: this.#features,
      outputs: this.#outputs,
      datatype: this.#ids ? 'INT32' : 'FP32',
    };
    this.#socket.send(JSON.stringify(greeting));
    if (received >= step) return;
    this.#send(this.#recent.joined().subarray((received - (last?.from ?? 0)) * this.#outputs));
  }

  message(message: Uint8Array | string): void {
    if (this.#over) return;
    const fault = this.#faultOf(message);
    if (fault) {
      this.#close(...fault);
      return;
    }
    const { buffer } = new Uint8Array(message as Uint8Array);
    const frames = this.#ids ? Float64Array.from(new Int32Array(buffer)) : new Float32Array(buffer);
    this.#heard = performance.now();
    this.#waiting++;
    this.#bytes += message.length;
    this.#tail = this.#tail
      .then(() => this.#advance(frames))
      .finally(() => {
        this.#waiting--;
        this.#bytes -= message.length;
      });
  }

  /** Closes a connection that says nothing for too long: it takes a place. */
  #watch(): void {
    const { idleSeconds } = this.#limits;
    const left = this.#heard + idleSeconds * 1000 - performance.now();
    if (left <= 0 && this.#waiting === 0) this.#close(CLOSE.away, `no frame for ${idleSeconds} s`);
    else this.#stop = afterwards(left > 0 ? left + 1 : 1000, () => this.#watch());
  }

  /** Why a message cannot be taken; undefined: it can. */
  #faultOf(message: Uint8Array | string): [code: number, reason: string] | undefined {
    if (typeof message === 'string') return [CLOSE.type, 'binary frames only'];
    const bytes = this.#features * 4;
    const time = message.length / bytes;
    const { bodyBytes, replyBytes, queuePerSequence } = this.#limits;
    if (message.length > bodyBytes) return [CLOSE.tooLarge, 'frame too large'];
    if (!(time > 0 && Number.isInteger(time))) return [CLOSE.invalid, `no whole timesteps of ${bytes} bytes`];
    if (time * this.#outputs * 4 > replyBytes) return [CLOSE.tooLarge, 'more outputs than a frame holds'];
    const much = this.#waiting > 0 && this.#bytes + message.length > bodyBytes;
    if (this.#waiting >= queuePerSequence || much) return [CLOSE.again, 'too many frames wait'];
    return undefined;
  }

  closed(code: number): void {
    // Who says that it was all does not come again; whoever breaks off may.
    void this.#end(code === CLOSE.normal);
  }

  /** Keeps the stream and ends the connection: the server does. */
  async leave(): Promise<void> {
    if (this.#over) return this.#tail;
    this.#close(CLOSE.restart, 'the server ends; go on with the token');
    return this.#tail;
  }

  async #advance(frames: InputNumbers): Promise<void> {
    if (this.#over) return;
    try {
      this.#live.host.checkIds(frames);
      const waiting = { aborted: () => this.#over, until: performance.now() + this.#limits.requestSeconds * 1000 };
      const out = await this.#rows(frames, waiting);
      this.#live.step += out.length / this.#outputs;
      this.#recent.push(out);
      if (this.#over) return;
      this.#send(out);
      await this.#save();
    } catch (error) {
      if (!this.#over) this.#refuse(asRefusal(error));
    }
  }

  /** As many rows of outputs as there are of frames, whatever the model gives of a whole sequence. */
  async #rows(frames: InputNumbers, waiting: Waiting): Promise<Float32Array> {
    const time = frames.length / this.#features;
    const whole = this.#live.host.outputs[0]?.kind === 'sequence' ? time : 1;
    const out = new Float32Array(time * this.#outputs);
    const { stream } = this.#live;
    const backup = whole < time ? stream.save() : undefined;
    try {
      for (let at = 0; at < time; at += whole) {
        await this.#live.host.batcher.step({
          stream,
          frames: frames.subarray(at * this.#features, (at + whole) * this.#features),
          out: out.subarray(at * this.#outputs, (at + whole) * this.#outputs),
          ...waiting,
        });
      }
    } catch (error) {
      if (backup) stream.restore(backup);
      throw error;
    }
    return out;
  }

  /** Puts the latest outputs where they are kept with the state. */
  #keepRecent(): void {
    const data = this.#recent.joined();
    const time = data.length / this.#outputs;
    const from = this.#live.step - time;
    this.#live.last = { from, digest: '', outputs: { '': { data, shape: [time, this.#outputs] } } };
  }

  /** Where there is a store: so that a server which ends without a word loses little. */
  async #save(): Promise<void> {
    const now = performance.now();
    if (now - this.#saved < SAVE_EVERY) return;
    this.#saved = now;
    if (!this.#sequences.hasStore) return;
    this.#keepRecent();
    await this.#sequences.save(this.#key, this.#live);
  }

  #send(numbers: Float32Array): void {
    this.#socket.send(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }

  #refuse({ reason, message }: Refusal): void {
    const again = reason === 'memory' || reason === 'timeout';
    const code = reason === 'malformed' ? CLOSE.invalid : again ? CLOSE.again : CLOSE.internal;
    this.#close(code, message);
  }

  #close(code: number, reason: string): void {
    // A close frame holds 123 bytes of text.
    this.#socket.close(code, reason.replace(/[^ -~]/g, '?').slice(0, 120));
    void this.#end(false);
  }

  async #end(forGood: boolean): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#stop();
    // What is being computed is computed to its end.
    this.#tail = this.#tail.then(async () => {
      try {
        if (forGood) await this.#sequences.finish(this.#key, this.#live);
        else {
          this.#keepRecent();
          await this.#sequences.leave(this.#key, this.#live);
        }
      } catch {
        // A store that cannot be reached: whoever comes with the token is told so.
      } finally {
        this.#ended();
      }
    });
    await this.#tail;
  }
}

/**
 * Timesteps whose outputs a client has. More than were made are no fault: the stream was saved before, and the client gives the frames again.
 * @throws {Refusal} outputs before those that are kept.
 */
export function checkReceived(received: number | undefined, { step, last }: Live): number {
  if (received === undefined) return step;
  const from = last?.from ?? step;
  if (received < from) refuse('conflict', 'received', 'outputs that are not kept', `at least ${from}`, `${received}`);
  return received;
}
