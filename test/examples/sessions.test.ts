import { expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { stack } from '../support/random.js';

const { Sessions } = await import(new URL('../../examples/sessions/sessions.mjs', import.meta.url).href);
const { serve } = await import(new URL('../../examples/sessions/server.mjs', import.meta.url).href);

const model = await createModel(stack('lstm', 2, 3));

it('puts away who was away longest, and takes up where they were', () => {
  const store = new Map<string, Uint8Array>();
  const sessions = new Sessions(model, store, 2);
  const alone = Object.fromEntries(['ann', 'bob', 'eve'].map((user) => [user, model.createStream()]));
  const used = model.memory.used;
  [...'abaeabbeaebaae'].forEach((first, n) => {
    const user = Object.keys(alone).find((name) => name.startsWith(first)) as string;
    const frame = [Math.sin(n), Math.cos(n)];
    expect(sessions.step(user, frame)).toEqual(alone[user]?.step(frame));
    expect(sessions.live).toBeLessThanOrEqual(2);
  });
  expect([...store.keys()].sort()).toEqual(['ann', 'bob', 'eve']);
  sessions.close();
  expect(sessions.live).toBe(0);
  expect(model.memory.used).toBe(used);
});

it('over HTTP: a step, and what is wrong with one', async () => {
  const server = serve(new Sessions(model, new Map(), 2));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(url + path, init);
    return [response.status, await response.json()];
  };
  try {
    const step = [...model.createStream().step([1, 2])];
    expect(await ask('/ann', { method: 'POST', body: '[1, 2]' })).toEqual([200, step]);
    expect(await ask('/ann', { method: 'POST', body: '[1]' })).toEqual([400, { error: expect.stringMatching(/2/) }]);
    expect(await ask('/ann', { method: 'POST', body: '{' })).toEqual([400, { error: expect.any(String) }]);
    expect(await ask('/ann', { method: 'POST', body: ' '.repeat(20_000) })).toEqual([
      413,
      { error: 'more than one timestep' },
    ]);
    expect(await ask('/ann', {})).toEqual([404, { error: 'POST /USER' }]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
