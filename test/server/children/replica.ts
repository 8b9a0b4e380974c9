// One of several servers on one Redis. Prints its port, and ends when its stdin does.
import { createClient } from 'redis';
import { createModel } from '../../../src/index.js';
import { createServer } from '../../../src/server/index.js';
import { listen } from '../../../src/server/node.js';
import { redisStore } from '../../../src/server/stores/redis.js';
import { SHARED_SPEC } from '../conversations.js';

const [path] = process.argv.slice(2);
const client = createClient({
  disableOfflineQueue: true,
  socket: { path: path as string, tls: false, reconnectStrategy: () => 20 },
});
client.on('error', () => {});
await client.connect();

const model = await createModel(SHARED_SPEC, { build: 'simd' });
const server = createServer({ models: { shared: model }, store: redisStore(client, { timeout: 1000 }) });
const { port } = await listen(server, { port: 0 });
console.log(port);
process.stdin.resume().on('end', () => process.exit());
