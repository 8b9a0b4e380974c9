// Servers as processes of their own, and what the system tells of them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A script that prints `{ "url": … }` when it listens. @returns where, and its end: `SIGKILL` is that of a process that fails. */
export async function startServer(name, args) {
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    new Promise((resolve) => createInterface({ input: server.stdout }).once('line', (text) => resolve([text]))),
    new Promise((_, reject) => server.once('exit', (code) => reject(new Error(`${name}: ended with ${code}`)))),
  ]);
  return { url: JSON.parse(line).url, pid: server.pid, end: (signal) => ended(server, signal) };
}

/** Ends a process, if it still runs. */
export async function ended(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

/** Seconds that processors have worked for a process, all its threads together; NaN where the system does not tell. */
export function workOf(pid) {
  try {
    // Behind the name, which may have spaces: user and system time, in hundredths of a second on every Linux.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** MB of a process in memory, where the system tells. */
export function residentOf(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
  } catch {
    return undefined;
  }
}
