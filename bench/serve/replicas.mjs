// Several `gatewise serve` on one Redis or Valkey, asked in turn; one of them is killed in the middle and started again.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from './load.mjs';
import { ended, residentOf, startServer, workOf } from './process.mjs';

/**
 * @param args of a server, without port and store
 * @param store the command of a server of Redis' protocol
 * @param about of `load`, without its origins
 */
export async function measureReplicas({ args, count, store, seconds, about }) {
  const kept = await startStore(store);
  const replicas = [];
  const start = (port) => startServer('replica', [...args, '--port', `${port}`, '--store', kept.url]);
  try {
    for (let at = 0; at < count; at++) replicas.push(await start(0));
    const origins = replicas.map(({ url }) => url);
    const warm = await load({ ...about, origins, counted: true, seconds: Math.min(5, seconds / 3) });
    const begin = [...replicas.map(({ pid }) => workOf(pid)), workOf(kept.pid)];
    const before = replicas.map(({ pid }) => residentOf(pid));
    let gone = 0;
    const failing = new Promise((resolve, reject) => {
      setTimeout(async () => {
        try {
          const [first] = replicas;
          gone = workOf(first.pid) - begin[0];
          begin[0] = 0;
          await first.end('SIGKILL');
          replicas[0] = await start(new URL(first.url).port);
          resolve();
        } catch (error) {
          reject(error);
        }
      }, 500 * seconds);
    });
    const [result] = await Promise.all([load({ ...about, origins, counted: true, seconds }), failing]);
    const end = [...replicas.map(({ pid }) => workOf(pid)), workOf(kept.pid)];
    const own = replicas.map((_, at) => end[at] - begin[at]).reduce((sum, one) => sum + one, gone);
    return {
      ...result,
      wrong: result.wrong + warm.wrong,
      faults: [...warm.faults, ...result.faults],
      again: result.again,
      work: own / result.requests,
      storeWork: (end[count] - begin[count]) / result.requests,
      memory: { before, after: replicas.map(({ pid }) => residentOf(pid)) },
    };
  } finally {
    await Promise.all(replicas.map(({ end }) => end()));
    await kept.end();
  }
}

/** A server of Redis' protocol that keeps everything in memory, as a pair of replicas would have it. */
async function startStore(command) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-bench-store-'));
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn(command, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      if (/ready to accept connections/i.test(said)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${command} ended: ${said}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    end: async () => {
      await ended(child);
      rmSync(folder, { recursive: true });
    },
  };
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
