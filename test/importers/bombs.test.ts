import { expect, it } from 'vitest';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { twice } from './bombs.js';
import { model } from './onnx/build.js';

it('functions that call functions twice, six deep, are the layers that they call', () => {
  expect(fromOnnx(model(twice(6))).nodes.filter(({ type }) => type === 'activation')).toHaveLength(32);
});
