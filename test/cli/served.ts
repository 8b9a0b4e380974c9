import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { bytesOf, outputsOf, withTensors } from '../server/requests.js';
import { BIN } from './here.js';

/** `gatewise serve` in a process of its own, and what is asked of it. */
export class Served {
  readonly #child: ChildProcess;
  /** Code and signal. */
  readonly ended: Promise<readonly [number | null, string | null]>;
  readonly #output: Interface;
  url = '';
  /** Lines of the log. */
  readonly log: Record<string, unknown>[] = [];

  private constructor(args: readonly string[]) {
    const more = ['--port', '0', '--json', '--log', 'json'];
    this.#child = spawn(process.execPath, [BIN, 'serve', ...args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((done) => this.#child.on('exit', (...how) => done(how)));
    this.#output = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    createInterface({ input: this.#child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      this.log.push(line.startsWith('{') ? JSON.parse(line) : { msg: line });
    });
  }

  /** Once it listens. */
  static async start(...args: readonly string[]): Promise<Served> {
    const served = new Served(args);
    const first = await Promise.race([
      new Promise<string>((line) => served.#output.once('line', line)),
      served.ended.then(() => undefined),
    ]);
    if (first === undefined) throw new Error(`it ended: ${JSON.stringify(served.log)}`);
    served.url = JSON.parse(first).url;
    return served;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as an operator does. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.ended;
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  async metrics(): Promise<string> {
    return (await this.get('/metrics')).text();
  }

  /** Waits for something that comes by itself. */
  async until(what: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await what())) await new Promise((done) => setTimeout(done, 20));
  }

  /** @param x `[time, features]` of one sequence. @returns the output `head`. */
  async infer(model: string, x: Float32Array, features: number, parameters: object = {}): Promise<Float32Array> {
    const frames = bytesOf(x);
    const shape = [1, x.length / features, features];
    const tensor = { name: 'x', shape, datatype: 'FP32', parameters: { binary_data_size: frames.length } };
    const header = { parameters: { ...parameters, binary_data_output: true }, inputs: [tensor] };
    const { method, path, headers, body } = withTensors(`/v2/models/${model}/infer`, header, frames);
    const response = await fetch(this.url + path, { method, headers, body: body as BodyInit });
    return (await outputsOf(response)).head as Float32Array;
  }
}
