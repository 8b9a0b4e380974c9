import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { SpecBuilder, stack } from '../support/random.js';

describe('summary', () => {
  it('counts parameters, multiply-adds and bytes', async () => {
    const model = await createModel(stack('lstm', 3, 20, 2));
    const summary = model.summary();
    // 4·(20·3 + 20·20 + 2·20), 4·(20·20 + 20·20 + 2·20), 3·20 + 3
    expect(summary.layers.map(({ parameters }) => parameters)).toEqual([2000, 3360, 63]);
    expect(summary.layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([4 * 20 * 23, 4 * 20 * 40, 60]);
    expect(summary.parameters).toBe(5423);
    expect(summary.multiplyAddsPerTimestep).toBe(5100);
    expect(summary.weightBytes).toBeGreaterThanOrEqual(4 * (80 * 23 + 80 + 80 * 40 + 80 + 60));
    expect(String(summary)).toMatchInlineSnapshot(`
      "layer  type   output      units  parameters  multiply-adds/timestep
      ─────  ─────  ──────────  ─────  ──────────  ──────────────────────
      lstm0  lstm   [time, 20]     20       2,000                   1,840
      lstm1  lstm   [time, 20]     20       3,360                   3,200
      head   dense  [time, 3]                  63                      60
      ─────  ─────  ──────────  ─────  ──────────  ──────────────────────
      total                                 5,423                   5,100
      weights 21,440 bytes packed, state 576 bytes per stream"
    `);
  });

  it('knows projections, both directions, and layers without weights', async () => {
    const builder = new SpecBuilder(1)
      .recurrent('lstm', 'a', 'x', 5, 8, { projection: 3, bias: false })
      .bidirectional('gru', 'b', 'a', 3, 4)
      .add({ type: 'softmax', name: 's', inputs: ['b'] });
    const { layers } = (await createModel(builder.spec(5))).summary();
    expect(
      layers.map(({ name, units, features, parameters, multiplyAdds }) => [
        name,
        units,
        features,
        parameters,
        multiplyAdds,
      ]),
    ).toEqual([
      ['a', 8, 3, 32 * 5 + 32 * 3 + 3 * 8, 32 * 8 + 24],
      ['b', 4, 8, 2 * (12 * 3 + 12 * 4 + 24), 2 * 12 * 7],
      ['s', undefined, 8, 0, 0],
    ]);
  });
});

describe('explain', () => {
  it('settles unit, cell, layer and num_units with the layer’s numbers', async () => {
    const model = await createModel(stack('lstm', 3, 20));
    expect(explain(model, 'lstm0')).toMatchInlineSnapshot(
      `"Layer "lstm0" is an LSTM with 20 units. A unit is one hidden neuron: one element of its hidden state h and one of its cell state c. The cell is the function of one timestep for all 20 units at once: from the 3 numbers of x and the state before it makes the state after, in 1840 multiply-adds. The layer is that one cell applied at every timestep with the same weights, so a longer sequence means more work, never more parameters; and \`units\` (Keras; \`num_units\` in TensorFlow 1, \`hidden_size\` in PyTorch and ONNX) = 20 is neither the number of cells nor of timesteps. Its parameters, for each of the 4 gates (input gate i, forget gate f, candidate g, output gate o): 20 · 3 weights from x + 20 · 20 from h + 2 · 20 biases = 500; in all 4 · 500 = 2000."`,
    );
    expect(explain(model, 'head')).toMatchInlineSnapshot(
      `"Layer "head" is dense: each of its 3 units is one weighted sum of the 20 inputs of the same timestep, with no memory of earlier ones. Its parameters: 3 · 20 weights + 3 biases = 63."`,
    );
  });

  it('counts what a GRU, a projection, peepholes and two directions add', async () => {
    const builder = new SpecBuilder(1)
      .recurrent('lstm', 'a', 'x', 5, 8, { projection: 3, peephole: true, bias: false, initial: true })
      .bidirectional('gru', 'b', 'a', 3, 4)
      .recurrent('rnn', 'c', 'b', 8, 1)
      .add({ type: 'softmax', name: 's', inputs: ['c'] });
    const model = await createModel(builder.spec(5));
    const { layers } = model.summary();
    expect(explain(model, 'a')).toContain(
      '= 64; in all 4 · 64 + 3 · 8 peepholes + 3 · 8 for the projection + 3 for the trained initial h + 8 for the trained initial c = 315.',
    );
    expect(layers[0]?.parameters).toBe(315);
    expect(explain(model, 'b')).toContain(
      'for each of the 3 gates (reset gate r, update gate z, candidate n): 4 · 3 weights from x + 4 · 4 from h + 2 · 4 biases = 36; in all 3 · 36 = 108.',
    );
    expect(explain(model, 'b')).toContain('The other has weights of its own but the same sizes.');
    expect(layers[1]?.parameters).toBe(216);
    expect(explain(model, 'c')).toContain('Its parameters: 1 · 8 weights from x + 1 · 1 from h + 2 · 1 biases = 11.');
    expect(explain(model, 'c')).toContain('is a simple RNN with 1 unit.');
    expect(explain(model, 's')).toBe(
      'Layer "s" is of type softmax: it has no units and no memory, and turns each timestep of 1 number into 1 number.',
    );
    expect(() => explain(model, 'd')).toThrow('explain: no such layer; expected a, b, c, s, got "d"');
  });
});
