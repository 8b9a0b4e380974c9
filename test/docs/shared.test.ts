import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { freePort } from '../runtimes/here.js';
import { REDIS_SERVERS, RedisServer } from '../server/redis.js';
import { projectOf, spec } from './guides.js';

const FRAME = [0.3, -0.1, 0, 0.5];

describe.each(REDIS_SERVERS)('on %s', (command, needed) => {
  it('the sample of docs/server.md goes on with what another one of it has begun', needed, async () => {
    const port = await freePort();
    const redis = new RedisServer(command, { port });
    await redis.start();
    const folder = projectOf('server.md');
    for (const name of ['redis', '@redis']) {
      const installed = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
      symlinkSync(installed, join(folder, 'node_modules', name), 'junction');
    }
    const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${port}`, PORT: '0' };
    const servers = [0, 1].map(() =>
      spawn(process.execPath, ['shared.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    try {
      const sites = await Promise.all(
        servers.map(async ({ stdout }) => (await once(createInterface(stdout), 'line'))[0]),
      );
      const got: number[][] = [];
      for (let step = 0; step < 4; step++) {
        const request = {
          inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 1, 4], data: FRAME }],
          parameters: { sequence_id: 'ann', sequence_start: step === 0, sequence_step: step },
        };
        const path = `${sites[step % 2]}/v2/models/weather/infer`;
        const response = await fetch(path, { method: 'POST', body: JSON.stringify(request) });
        const { outputs } = (await response.json()) as { outputs: [{ data: number[] }] };
        got.push(outputs[0].data);
      }
      const alone = (await createModel(spec, { build: 'simd' })).createStream();
      expect(got).toEqual(got.map(() => [...alone.step(FRAME)]));
    } finally {
      for (const server of servers) server.kill();
      await redis.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
