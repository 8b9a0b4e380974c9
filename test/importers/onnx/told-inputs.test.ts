import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose } from '../support.js';
import { floats, ints, model, node } from './build.js';

// What an input is, told by what the graph does with it.

const GATES = { LSTM: 4, GRU: 3, RNN: 1 };

describe.each(Object.keys(GATES) as (keyof typeof GATES)[])('%s', (type) => {
  it('lengths of rows, whatever their axis is called', async () => {
    const gates = GATES[type];
    const bytes = model({
      nodes: [node(type, 'X W R _ lens', 'Y', { hidden_size: 2 })],
      inputs: { X: { dims: ['t', 'b', 3] }, lens: { dims: ['some'], type: 6 } },
      init: { W: floats([1, gates * 2, 3]), R: floats([1, gates * 2, 2]) },
    });
    const { spec } = readOnnx(bytes, { axes: { X: ['time', 'batch', 'features'] } });
    const built = await createModel(spec);
    const [time, batch] = [4, 2];
    const data = randomFloats(time * batch * 3, 3);
    const fed = (lengths: number[]) =>
      built.runNamed({
        X: { data, shape: [time, batch, 3] },
        lens: { data: Int32Array.from(lengths), shape: [batch] },
      });
    const [whole, cut] = [fed([4, 4]).Y, fed([4, 1]).Y];
    const at = (y: typeof whole, t: number, b: number) =>
      [...(y?.data ?? [])].slice((t * batch + b) * 2, (t * batch + b + 1) * 2);
    for (let t = 0; t < time; t++) {
      expect(at(cut, t, 0)).toEqual(at(whole, t, 0));
      expect(at(cut, t, 1)).toEqual(t < 1 ? at(whole, t, 1) : [0, 0]);
    }
    built.dispose();
  });
});

describe('token ids that the file declares as floats', () => {
  const dtype = (nodes: Parameters<typeof model>[0]['nodes']) =>
    fromOnnx(
      model({ nodes, inputs: { X: { dims: ['batch', 'time', 1] } }, init: { E: floats([5, 1]), axes: ints([2]) } }),
    ).inputs[0]?.dtype;
  it('are told by being taken as whole numbers alone', () => {
    expect(dtype([node('Cast', 'X', 'i', { to: 7 }), node('Squeeze', 'i axes', 's'), node('Gather', 'E s')])).toBe(
      'int32',
    );
    expect(dtype([node('Cast', 'X', 'c', { to: 1 }), node('Tanh', 'c')])).toBeUndefined();
  });
});

describe('Gather of neighbours', () => {
  const nodesOf = (...index: number[]) =>
    fromOnnx(model({ nodes: [node('Gather', 'X i', 'g', { axis: 2 }), node('Tanh', 'g')], init: { i: ints(index) } }))
      .nodes.map(({ type }) => type)
      .filter((type) => type !== 'dropout');
  it('is one slice; of others, one for each run of them', async () => {
    expect(nodesOf(1, 2, 3)).toEqual(['slice', 'activation']);
    expect(nodesOf(0, 1, 4, 5)).toEqual(['slice', 'slice', 'concatenate', 'activation']);
    expect(nodesOf(3, 2)).toEqual(['slice', 'slice', 'concatenate', 'activation']);
    const bytes = model({ nodes: [node('Gather', 'X i', 'Y', { axis: 2 })], init: { i: ints([-2, -1]) } });
    const built = await createModel(fromOnnx(bytes));
    expectClose([...built.run([1, 2, 3, 4, 5, 6])], [5, 6]);
    built.dispose();
  });
});
