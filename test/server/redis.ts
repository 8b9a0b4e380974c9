// Real servers of Redis' protocol, each in a folder of its own, reached by a socket there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { needs } from '../support/needs.js';
import { whenThorough } from '../support/thorough.js';

const NAMES = ['redis-server', 'valkey-server'];
const there = NAMES.filter((command) => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** What Debian calls them: the tests run on the first that is there; all of it on each. */
export const REDIS_SERVERS = NAMES.map(
  (command) =>
    [
      command,
      there.includes(command) && command !== there[0]
        ? whenThorough
        : needs(there.includes(command), `no ${command} on the PATH; apt-get install ${command}`),
    ] as const,
);

export type Client = ReturnType<typeof connect>;

/** A client that does not wait for a server that is away, and finds it when it is back. */
function connect(path: string) {
  const client = createClient({
    disableOfflineQueue: true,
    socket: { path, tls: false, reconnectStrategy: () => 20 },
  });
  // Without a listener Node ends the process when the server goes.
  client.on('error', () => {});
  return client;
}

export class RedisServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatewise-redis-'));
  readonly path = join(this.folder, 'socket');
  #process: ChildProcess | undefined;
  readonly #clients: Client[] = [];
  readonly #command: string;
  readonly #options: readonly string[];

  readonly #port: number;

  /**
   * @param port beside the socket; 0: none.
   * @param durable every write is handed to a file before it is answered: nothing is lost as long as the machine runs.
   */
  constructor(command: string, { durable = false, port = 0 } = {}) {
    this.#command = command;
    this.#port = port;
    this.#options = durable ? ['--appendonly', 'yes'] : ['--appendonly', 'no'];
  }

  async start(): Promise<void> {
    const place = [
      '--port',
      `${this.#port}`,
      '--bind',
      '127.0.0.1',
      '--unixsocket',
      this.path,
      '--dir',
      this.folder,
      '--save',
      '',
    ];
    const child = spawn(this.#command, [...place, ...this.#options], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (/ready to accept connections/i.test(said)) resolve();
      });
      child.once('exit', () => reject(new Error(`${this.#command} ended: ${said}`)));
    });
  }

  async client(): Promise<Client> {
    const client = connect(this.path);
    this.#clients.push(client);
    await client.connect();
    return client;
  }

  /** As a process that fails. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** It answers nobody. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}
