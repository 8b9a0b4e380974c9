// A worker that ends in the ways workers end, when the first number of a sequence says so.
import { parentPort } from 'node:worker_threads';
import '../../dist/many/node-worker.js';

const ENDS = new Map([
  [1_000_001, () => process.exit(7)],
  [
    1_000_002,
    () => {
      throw new Error('on purpose');
    },
  ],
  [
    1_000_003,
    () => {
      const kept = [];
      for (;;) kept.push(Array.from({ length: 1e5 }, (_, i) => `${i} ${kept.length}`));
    },
  ],
]);

parentPort.on('message', ({ rows = [] }) => {
  for (const row of rows) ENDS.get(row[0])?.();
});
