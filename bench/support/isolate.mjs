import { Worker } from 'node:worker_threads';

/**
 * An engine in an isolate of its own, which answers one message after another.
 * @param script within this folder.
 * @param name what to call it if it ends before its time.
 * @returns `next()` gives its next message, `ask(what)` its answer.
 */
export function isolate(script, name, workerData) {
  const worker = new Worker(new URL(script, import.meta.url), { workerData, stdout: true, stderr: true });
  const next = () =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${name}: its worker ended with ${code}`));
      worker.once('error', reject);
      worker.once('exit', ended);
      worker.once('message', (message) => {
        worker.off('error', reject);
        worker.off('exit', ended);
        resolve(message);
      });
    });
  const ask = (what) => {
    worker.postMessage(what);
    return next();
  };
  return { worker, next, ask };
}
