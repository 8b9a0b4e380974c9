// Measures one point of one suite in an isolate of its own: what the engine has learnt about one
// model's calls cannot slow, or speed up, the next one's.
import { parentPort, workerData } from 'node:worker_threads';

const { suite, point, options } = workerData;
const { points, measure } = await import(`../suites/${suite}.mjs`);
parentPort.postMessage(await measure(points[point], options));
