import type { Model, ModelSpec } from '../index.js';
import { arrayType } from '../typed.js';
import { toText } from './errors.js';
import { factsOf } from './facts.js';
import type { Output, Reply, Request, RowResult, WorkerModelOptions } from './messages.js';
import { runRows } from './run-rows.js';

/** A worker's end of the line to its pool. */
export interface Line {
  post(reply: Reply, transfer: ArrayBuffer[]): void;
  /** Hears all that the pool says, from its first word on. */
  listen(hear: (request: Request) => void): void;
}

/** Does what the pool asks: makes the model once, then runs sequences on it. */
export function serve(line: Line, make: (spec: ModelSpec, options: WorkerModelOptions) => Promise<Model>): void {
  let model: Promise<Model>;
  line.listen(async (request) => {
    if (request.type === 'model') {
      model = make(request.spec, request.options);
      try {
        line.post({ type: 'ready', facts: factsOf(await model) }, []);
      } catch (error) {
        line.post({ type: 'refused', error: toText(error) }, []);
      }
      return;
    }
    if (request.type !== 'run') return;
    const results = runRows(await model, request.rows, request.together);
    line.post({ type: 'done', results }, results.flatMap(buffersOf));
  });
}

/** Results are handed over, not copied. */
function buffersOf(result: RowResult): ArrayBuffer[] {
  if ('error' in result) return [];
  const { output } = result;
  const isFlat = (value: Output): value is Float32Array<ArrayBuffer> => arrayType(value) !== undefined;
  return isFlat(output) ? [output.buffer] : Object.values(output).map(({ data }) => data.buffer);
}
