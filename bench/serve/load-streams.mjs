// The same over WebSockets: a connection a sequence, a message a request, the next one when it has been answered.
import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';

/** As `load`; a stream goes on until the time is over, or its sequence. */
export async function loadStreams({ origin, model, sequences, seconds, agrees }) {
  const latency = createHistogram();
  const faults = [];
  let requests = 0;
  let wrong = 0;
  const end = performance.now() + 1000 * seconds;

  function converse({ frames, expected }, number) {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/v2/models/${model}/stream`, {
      perMessageDeflate: false,
    });
    let step = 0;
    let begin = 0n;
    const next = () => {
      if (step === frames.length || performance.now() >= end) {
        socket.close(1000);
        return;
      }
      begin = process.hrtime.bigint();
      socket.send(frames[step]);
    };
    socket.on('message', (data, isBinary) => {
      // The greeting is text.
      if (isBinary) {
        latency.record(process.hrtime.bigint() - begin);
        requests++;
        if (!agrees(data, expected[step])) {
          wrong++;
          if (faults.length < 5) faults.push(`stream ${number}, message ${step}`);
        }
        step++;
      }
      next();
    });
    return new Promise((resolve, reject) => {
      socket.on('close', (code) => (code === 1000 || code === 1005 ? resolve() : reject(new Error(`closed: ${code}`))));
      socket.on('error', reject);
    });
  }

  const begin = performance.now();
  const going = sequences.map((first, number) =>
    (async () => {
      for (let each = first; performance.now() < end; ) await converse(each, number);
    })(),
  );
  await Promise.all(going);
  return { requests, wrong, faults, seconds: (performance.now() - begin) / 1000, latency };
}
