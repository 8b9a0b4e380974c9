import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

// Files that could end or hang the process that reads them are read in one of its own with little heap, which is ended should it hang.

/** How a file is read, by name; importers come from `dist/`. What is returned is a number of nodes or arrays. */
const READERS = {
  onnx: `(await from('onnx/index.js')).fromOnnx(files[0], options).nodes.length`,
  keras: `(await from('keras/index.js')).fromKeras(files[0], options).nodes.length`,
  /** The only shard is named "a". */
  tfjs: `(await from('tfjs/index.js')).fromTfjs(files[0], files[1] ? { a: files[1] } : [], options).nodes.length`,
  pytorch: `(await from('pytorch/index.js')).fromPyTorch(files[0], options).nodes.length`,
  npz: `[...(await from('tensorflow/index.js')).readNpz(files[0]).values()].map(({ data }) => data).length`,
  npy: `(await from('tensorflow/index.js')).readNpy(files[0]).shape.length`,
  bundle: `[...(await from('tensorflow/index.js')).readBundle(files[0], files.slice(1)).values()].map(({ data }) => data).length`,
  rtneural: `(await from('rtneural/index.js')).fromRTNeural(files[0], options).nodes.length`,
  rnnoise: `(await from('rnnoise/index.js')).fromRNNoise(files[0], options).nodes.length`,
  nam: `(await from('nam/index.js')).fromNam(files[0], options).nodes.length`,
  safetensors: `(await from('safetensors/index.js')).fromSafetensors(files[0], options).nodes.length`,
  load: `(await (await from('load/index.js')).load(files[0], options)).spec.nodes.length`,
  /** A spec as JSON: its model is made, and one timestep of zeros run. */
  model: `(async (spec) => {
    const model = await (await from('../index.js')).createModel(spec, options);
    return Object.keys(model.run(new Float32Array(spec.inputs[0].features), { batch: 1 })).length && 1;
  })(JSON.parse(Buffer.from(files[0]).toString()))`,
};
export type Reader = keyof typeof READERS;

/** A file made to hurt, or a large one that is meant. */
export interface HostileFile {
  readonly name: string;
  readonly reader: Reader;
  readonly files: () => Uint8Array[];
  /** Options of the reader; what JSON can say. */
  readonly options?: object;
  /** The refusal's words; the number of nodes where it is none. */
  readonly says: RegExp | number;
}

/** What became of a file. */
export interface Told {
  /** Nodes or arrays, if it was read. */
  readonly nodes?: number;
  readonly message?: string;
  readonly code?: string;
  /** Milliseconds of processor time, of reading alone. */
  readonly time: number;
  /** Bytes of all files. */
  readonly size: number;
  /** Largest resident memory of the process until then, in KB. */
  readonly memory: number;
}

const SCRIPT = `
  import { readFileSync } from 'node:fs';
  const from = (path) => import(new URL(path, process.argv[3]));
  const { reader, paths, options } = JSON.parse(readFileSync(process.argv[2]));
  const files = paths.map((path) => new Uint8Array(readFileSync(path)));
  const size = files.reduce((sum, { length }) => sum + length, 0);
  const read = READERS[reader];
  // So that its modules are there before it is timed.
  await read([new Uint8Array(0)], options).catch(() => {});
  const begin = process.cpuUsage();
  const cpu = () => { const { user, system } = process.cpuUsage(begin); return (user + system) / 1000; };
  let outcome;
  try { outcome = { nodes: await read(files, options) }; }
  catch (error) { outcome = { message: String(error.message), code: error.code }; }
  console.log(JSON.stringify({ ...outcome, size, time: cpu(), memory: process.resourceUsage().maxRSS }));`;
/** Hands over to a process for each file: one made by a large process would count that one's memory as its own (Linux). */
const LAUNCHER = `
  import { spawnSync } from 'node:child_process';
  const { flags, timeout, jobs, script, dist } = JSON.parse(process.argv[2]);
  for (const job of jobs) {
    const child = spawnSync(process.execPath, [...flags, script, job, dist], { encoding: 'utf8', timeout });
    console.log(JSON.stringify({ signal: child.signal, status: child.status, out: child.stdout, error: child.stderr.slice(-3000) }));
  }`;

/** MB of heap, and the milliseconds after which a process hangs, or as good as. */
interface Bounds {
  readonly heap: number;
  readonly timeout: number;
}
const LITTLE: Bounds = { heap: 256, timeout: 120_000 };

/** Reads every file in a process of its own, so that its memory is its own. @returns how the process ended if it did so early. */
export function readOneByOne(files: readonly HostileFile[], { heap, timeout }: Bounds = LITTLE): (Told | string)[] {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  try {
    const jobs = files.map(({ reader, files: parts, options }, n) => {
      const paths = parts().map((bytes, part) => {
        const path = join(folder, `${n}.${part}`);
        writeFileSync(path, bytes);
        return path;
      });
      const job = join(folder, `${n}.json`);
      writeFileSync(job, JSON.stringify({ reader, options, paths }));
      return job;
    });
    const readers = Object.entries(READERS).map(([name, code]) => `${name}: async (files, options) => ${code}`);
    const [script, launcher] = [join(folder, 'read.mjs'), join(folder, 'launch.mjs')];
    writeFileSync(script, `const READERS = { ${readers} };\n${SCRIPT}`);
    writeFileSync(launcher, LAUNCHER);
    const dist = new URL('../../dist/importers/', import.meta.url).href;
    const order = { flags: [`--max-old-space-size=${heap}`], timeout, jobs, script, dist };
    const { stdout, stderr } = spawnSync(process.execPath, [launcher, JSON.stringify(order)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const lines = stdout.trim().split('\n');
    if (lines.length !== jobs.length) throw new Error(`the launcher failed: ${stderr}`);
    return lines.map((line) => {
      const { signal, status, out, error } = JSON.parse(line);
      if (signal !== null) return `it hangs: ended by ${signal}`;
      return status === 0 ? (JSON.parse(out) as Told) : `it ended with ${status}: ${error}`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The file was refused as it says, in words short enough, or is the model that it says. */
export function expectTold({ reader, says }: HostileFile, told: Told | undefined): void {
  if (typeof says === 'number') expect(told).toMatchObject({ nodes: says });
  // Of a spec, the code is part of the words.
  else if (reader === 'model') expect(`${told?.code}: ${told?.message}`).toMatch(says);
  else expect(told).toMatchObject({ code: 'IMPORT', message: expect.stringMatching(says) });
  expect(told?.message?.length ?? 0, 'characters of the message').toBeLessThanOrEqual(2048);
}
