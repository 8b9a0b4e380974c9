import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { stack } from '../support/random.js';

// What a user sees of a model that is logged, and of one that is sent elsewhere.

const { asyncDispose } = Symbol as { readonly asyncDispose?: symbol };

describe.each(builds)('models and streams shown and sent, %s', (build) => {
  it('console.log shows inputs, outputs and the head of the summary', async () => {
    const model = await createModel({ name: 'demo', ...stack('lstm', 3, 5, 2) }, { build });
    const table = `${model.summary()}`;
    expect(`${model}`).toBe(`Model demo (${build}): x [batch, time, 3] → head [batch, time, 3]\n${table}`);
    expect(inspect(model)).toBe(`${model}`);
    expect(inspect({ model }).replaceAll(/\n */g, '\n')).toContain(table.split('\n')[3]?.trimEnd());
    const stream = model.createStream({ batch: 4 });
    expect(inspect(stream)).toBe('Stream of model demo, batch 4');
    const deno = Symbol.for('Deno.customInspect') as keyof typeof model;
    expect((model[deno] as unknown as () => string)()).toBe(`${model}`);
    stream.dispose();
    expect(inspect(stream)).toBe('Stream, disposed');
    const other = model.createStream();
    model.dispose();
    expect([inspect(model), inspect(other)]).toEqual(['Model, disposed', 'Stream, disposed']);
  });

  it('of many layers the first ones, with the sums of all', async () => {
    const model = await createModel(stack('gru', 3, 4, 20), { build });
    const lines = inspect(model).split('\n');
    const whole = `${model.summary()}`.split('\n');
    expect(lines.length).toBeLessThan(20);
    expect(lines.filter((line) => /^gru\d/.test(line.trim())).length).toBeLessThan(whole.length);
    expect(lines).toContainEqual(expect.stringContaining(`… ${model.layers.length - 12} more layers`));
    const total = model.summary().parameters.toLocaleString('en-US');
    expect(lines.find((line) => line.startsWith('total'))).toContain(total);
  });

  it('cloning one fails and says what to send instead', async () => {
    const model = await createModel(stack('lstm', 3, 5), { build });
    const stream = model.createStream();
    const { port1, port2 } = new MessageChannel();
    for (const one of [model, stream, { model }, [stream]]) {
      for (const send of [() => structuredClone(one), () => port1.postMessage(one)]) {
        expect(send).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
        expect(send).toThrow('post the spec or the file, createModel there, and stream.save() for the state');
      }
    }
    port1.close();
    port2.close();
    // Others who look at all properties find nothing that stops them.
    expect(JSON.stringify({ model, stream })).toBe('{"model":{},"stream":{}}');
    expect(structuredClone(model.summary())).toEqual(model.summary());
  });

  it.runIf(asyncDispose)('await using disposes of both', async () => {
    const model = await createModel(stack('lstm', 3, 5), { build });
    const stream = model.createStream();
    type Async = { [key: symbol]: () => Promise<void> };
    await (stream as unknown as Async)[asyncDispose as symbol]?.();
    expect(() => stream.step([1, 2, 3])).toThrow('this stream has been disposed');
    await (model as unknown as Async)[asyncDispose as symbol]?.();
    expect(() => model.run([1, 2, 3])).toThrow('this model has been disposed');
  });
});
