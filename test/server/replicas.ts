// Servers that share a store, each a process, which clients ask in turn.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { type Answer, post, type Step } from './conversations.js';

export class Replicas {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gatewise-replicas-'));
  readonly #script = join(this.#folder, 'replica.mjs');
  readonly #redis: string;
  readonly #processes: ChildProcess[] = [];
  readonly #ports: number[] = [];
  #turn = 0;

  /** @param redis the socket of a server of Redis' protocol. */
  constructor(redis: string) {
    this.#redis = redis;
  }

  async start(count: number): Promise<void> {
    await build({
      input: fileURLToPath(new URL('children/replica.ts', import.meta.url)),
      platform: 'node',
      output: { file: this.#script, codeSplitting: false },
      logLevel: 'silent',
    });
    await Promise.all(Array.from({ length: count }, (_, index) => this.restart(index)));
  }

  async restart(index: number): Promise<void> {
    const child = spawn(process.execPath, [this.#script, this.#redis], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#processes[index] = child;
    this.#ports[index] = await new Promise((resolve, reject) => {
      child.stdout.once('data', (port) => resolve(Number(port)));
      child.once('exit', (code) => reject(new Error(`a replica ended with ${code}`)));
    });
  }

  /** As a process that fails. */
  async kill(index: number): Promise<void> {
    const child = this.#processes[index] as ChildProcess;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  stop(): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  /** One request, to whichever is next. */
  async ask(given: Step): Promise<Answer> {
    const port = this.#ports[this.#turn++ % this.#ports.length];
    return await post(`http://127.0.0.1:${port}`, given);
  }
}
