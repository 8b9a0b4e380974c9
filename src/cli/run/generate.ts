import { setImmediate } from 'node:timers/promises';
import type { Model, ModelValue } from '../../index.js';
import { UsageError } from '../faults.js';
import type { Table } from '../input/table.js';
import { pieces, rowsFor } from './pieces.js';
import type { Run } from './run.js';

/** The timesteps after those of a table: what the model makes of the last one, and of each that it makes. */
export function generating(model: Model, table: Table, columns: string | undefined, count: number): Run {
  const { inputs, outputs } = model;
  const [input, output] = [inputs[0], outputs[0]];
  if (inputs.length !== 1 || outputs.length !== 1 || !input || !output)
    throw new UsageError('--generate: for a model of one input and one output');
  if (input.dtype !== 'float32' || input.features !== output.features) {
    const what = ({ name, features, dtype }: ModelValue): string => `${name} ${features} ${dtype}`;
    throw new UsageError(`--generate: the output is no input; got ${what(output)} for ${what(input)}`);
  }
  const { name, features } = output;
  return {
    growth: 'time',
    async run(write, done) {
      const stream = model.createStream();
      let frame = new Float32Array(features);
      for await (const [piece, rows] of pieces(model, table, columns)) {
        frame = stream.run(piece[input.name] as Float32Array).slice(-features);
        done(rows);
      }
      const rows = rowsFor(model);
      for (let made = 0; made < count; ) {
        const data = new Float32Array(features * Math.min(rows, count - made));
        for (let at = 0; at < data.length; at += features, made++) {
          if (made > 0) stream.step(frame, frame);
          data.set(frame, at);
        }
        await write([{ name, data, shape: [1, data.length / features, features], axes: ['batch', 'time', features] }]);
        await setImmediate();
      }
    },
  };
}
