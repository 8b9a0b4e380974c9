// workerd with a Worker of Durable Objects, whose storage is a folder that outlives it.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import type { ModelSpec } from '../../src/index.js';
import { bundle } from './bundles.js';
import { freePort } from './here.js';
import { newProject } from './project.js';

export class Workerd {
  readonly #place: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(place: string, port: number) {
    this.#place = place;
    this.#port = port;
  }

  /** @param bindings of the Worker, beside that of its objects. */
  static async of(entry: URL, spec: ModelSpec, bindings = ''): Promise<Workerd> {
    const project = newProject();
    copyFileSync(entry, join(project, 'worker.mjs'));
    writeFileSync(join(project, 'model.gatewise'), toSafetensors(spec));
    const place = join(project, 'bundled');
    await bundle(join(project, 'worker.mjs'), place);
    copyFileSync(join(project, 'node_modules/gatewise/dist/kernels/simd.wasm'), join(place, 'simd.wasm'));
    copyFileSync(join(project, 'model.gatewise'), join(place, 'model.gatewise'));
    mkdirSync(join(place, 'objects'));
    const port = await freePort();
    writeFileSync(join(place, 'worker.capnp'), config(port, bindings));
    return new Workerd(place, port);
  }

  get site(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const child = spawn('workerd', ['serve', 'worker.capnp'], {
      cwd: this.#place,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#process = child;
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
      if (await isUp(this.site)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('workerd does not answer');
  }

  /** As a machine that fails. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

export const isUp = (site: string): Promise<boolean> =>
  fetch(`${site}/v2/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );

const config = (port: number, bindings: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "objects", disk = (path = "objects", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "worker.mjs"),
    (name = "gatewise/kernels/simd.wasm", wasm = embed "simd.wasm"),
    (name = "model.gatewise", data = embed "model.gatewise"),
  ],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [(className = "Conversation", uniqueKey = "gatewise", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "CONVERSATIONS", durableObjectNamespace = "Conversation"), ${bindings}],
);
`;
