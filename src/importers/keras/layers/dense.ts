import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { sequence, shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import { after, type Layer, only } from './layer.js';
import { unequalTo } from './masks.js';

export const dense: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = only(call);
  const units = config.size('units');
  const bias = config.flag('use_bias', true);
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  shaped(config.where, kernel, [x.features, units]);
  const weight = build.tensor(
    kernel,
    `${entry.name}.weight`,
    [units, x.features],
    'transposed: one row per output',
    (data) => turned(data, x.features, units),
  );
  if (b) shaped(config.where, b, [units]);
  const tensors = {
    weight,
    ...(bias && b && { bias: build.tensor(b, `${entry.name}.bias`, [units], 'one per output') }),
  };
  return after(call, {
    ...x,
    name: build.add({ type: 'dense', inputs: [x.name], units, tensors }, name),
    features: units,
  });
};

export const embedding: Layer = ({ build, config, entry, name, inputs, arrays }) => {
  const [x] = inputs as [Flow];
  if (!x.ids) refuse(config.where, 'token ids that are worked out', 'an input of the model');
  const features = config.size('output_dim');
  const maskZero = config.flag('mask_zero', false);
  const [table] = arrays as [Stored];
  shaped(config.where, table, [undefined, features]);
  const weight = build.tensor(table, `${entry.name}.weight`, table.shape, 'one row per token id');
  const made = build.add(
    {
      type: 'embedding',
      inputs: [x.name],
      tensors: { weight },
      ...(maskZero && { maskZero }),
    },
    name,
  );
  if (maskZero) build.masks.set(made, unequalTo(x, 0));
  return [
    {
      name: made,
      kind: x.kind,
      features,
      time: x.time,
      mask: maskZero ? made : x.mask,
    },
  ];
};

export const masking: Layer = (call) => {
  const x = sequence(call.config.where, only(call));
  const maskValue = call.config.number('mask_value', 0);
  const made = call.build.add({ type: 'masking', inputs: [x.name], maskValue }, call.name);
  call.build.masks.set(made, unequalTo(x, maskValue));
  return [{ ...x, name: made, mask: made }];
};
