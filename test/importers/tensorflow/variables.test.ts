import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/importers/tensorflow/crc32c.js';
import { fromTensorFlow, readBundle, readTensorFlow } from '../../../src/importers/tensorflow/index.js';
import { isTable } from '../../../src/importers/tensorflow/table.js';
import { createModel } from '../../../src/index.js';
import { refusal } from '../support.js';
import { entry, field, noRestarts, table, u32 } from './table.js';

// What a variable may be: of which type, whose, and how it comes.

describe('types of types.proto', () => {
  const bits = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);
  const variable = (dtype: number, bytes: Uint8Array, count: number) => {
    const described = [
      ...field(1, dtype),
      ...field(2, field(2, field(1, count))),
      ...field(5, bytes.length),
      ...[6 * 8 + 5, ...u32(crc32c(bytes))],
    ];
    const index = table([...entry('', field(1, 1)), ...entry('v', described), ...noRestarts]);
    return readBundle(index, [bytes]).get('v');
  };
  it.each<[number, ArrayBufferView, number[]]>([
    [1, Float32Array.of(1.5, -2), [1.5, -2]],
    [2, Float64Array.of(1.5, -2), [1.5, -2]],
    [3, Int32Array.of(70000, -2), [70000, -2]],
    [4, Uint8Array.of(200, 3), [200, 3]],
    [5, Int16Array.of(-300, 3), [-300, 3]],
    [6, Int8Array.of(-100, 3), [-100, 3]],
    [9, BigInt64Array.of(70000n, -2n), [70000, -2]],
    [10, Uint8Array.of(0, 1), [0, 1]],
    [14, Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
    [19, Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
  ])('%i', (dtype, numbers, wanted) => {
    const array = variable(dtype, bits(numbers), 2);
    expect(array?.shape).toEqual([2]);
    expect([...(array?.data ?? [])]).toEqual(wanted);
  });

  it('strings and others are no variables', () => {
    for (const dtype of [7, 8, 11, 20]) expect(variable(dtype, Uint8Array.of(1, 65), 1)).toBeUndefined();
  });
});

it('48 bytes may be a table, 47 may not', () => {
  const end = table([...noRestarts]).slice(-48);
  expect(isTable(end)).toBe(true);
  expect(isTable(end.slice(1))).toBe(false);
  expect(isTable(end.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))).toBe(false);
});

it('no source at all', () => {
  for (const source of [undefined, null, 3, 'arrays', new Uint8Array(3)])
    expect(refusal(() => fromTensorFlow(source as never, { inputSize: 1, layers: [] }))).toMatch(/^(source|config)/);
});

const dense = { 'd/kernel': [[2], [3]], 'd/bias': [0.5] };
const config = { inputSize: 2, layers: [{ type: 'dense', prefix: 'd', units: 1 }] } as const;

it.each([
  'global_step',
  'train/global_step',
  'beta1_power',
  'beta2_power',
  'd/kernel/Adam',
  'd/kernel/Adam_1',
  'd/kernel/Momentum',
  'd/kernel/RMSProp',
  'd/kernel/RMSProp_1',
  'd/kernel/Adagrad',
  'd/kernel/ExponentialMovingAverage',
  'save_counter',
  '_CHECKPOINTABLE_OBJECT_GRAPH',
  'optimizer/iter',
  'optimizer',
  'd/kernel/.OPTIMIZER_SLOT/optimizer/m',
])('a trainer keeps %s', (name) => {
  const { report } = readTensorFlow({ arrays: { ...dense, [name]: [1] } }, config);
  expect(report.notes).toContain(`variable ${JSON.stringify(name)} is not the model's: a trainer keeps it`);
});

it.each([
  'global_steps',
  'my_global_step',
  'beta3_power',
  'Adam_2',
  'd/Adam/kernel',
  'Momentum1',
  'RMSProp_2',
  'the/optimizer',
  'save_counters',
])('%s may be the model’s', (name) => {
  expect(refusal(() => fromTensorFlow({ arrays: { ...dense, [name]: [1] } }, config))).toBe(
    `file: variables that no layer of the config uses; expected every variable used, or listed in config.ignore, got ${name}`,
  );
});

it('token ids: a row of the table each', async () => {
  const rows = [
    [1, 2],
    [10, 20],
    [-3, 4],
  ];
  const { spec, report } = readTensorFlow(
    { arrays: { ...dense, table: rows } },
    { layers: [{ type: 'embedding', prefix: 'table' }, config.layers[0]] },
  );
  expect(spec.inputs).toEqual([expect.objectContaining({ dtype: 'int32' })]);
  expect(report.tensors[0]).toEqual({
    tensor: 'table',
    shape: [3, 2],
    becomes: 'table.weight',
    how: 'one row per token id',
  });
  const model = await createModel(spec);
  expect([...model.run(Int32Array.of(2, 0, 1), { batch: 1 })]).toEqual([6.5, 8.5, 80.5]);
  model.dispose();
});
