import { type Input, InputError, type Model, type ModelSpec, UnsupportedError } from '../../index.js';
import { UsageError, wholeNumber } from '../faults.js';
import type { RunFlags } from '../flags.js';
import type { Given, Table } from '../input/table.js';
import { generating } from './generate.js';
import { gathered, pieces } from './pieces.js';
import { isUsual, partsOf, type Run } from './run.js';
import { onWorkers } from './workers.js';

interface Opened {
  readonly model: Model;
  readonly spec: ModelSpec;
}

/**
 * Chooses how to run: a model that streams, on a table, takes it in pieces, whatever its length; so does one without timesteps, row
 * by row. All others need everything at once.
 * @throws {InputError} an input that the model does not take. @throws {UsageError} options of no sense here.
 */
export function planRun({ model, spec }: Opened, given: Given, flags: RunFlags): Run {
  const batch = batchOf(given, flags);
  const generate = flags.generate === undefined ? undefined : wholeNumber('--generate', flags.generate);
  const workers = flags.workers === undefined ? undefined : wholeNumber('--workers', flags.workers);
  if (generate !== undefined && workers !== undefined) throw new UsageError('--workers: not with --generate');
  if (generate !== undefined) return generating(model, tableOf(given, '--generate'), flags.columns, generate);
  if (workers !== undefined) return onWorkers({ model, spec, given, columns: flags.columns, batch, workers });
  const table = rowAfterRow(model, given, flags);
  if (table && model.outputs.every(isUsual)) {
    if (model.inputs.every(({ kind }) => kind === 'vector')) return inRows(model, table, flags);
    if (streams(model)) return streaming(model, table, flags);
  }
  return atOnce(model, () => everything(model, given, flags));
}

/** The input as a table of which the model may be given row after row; undefined if it says itself what it is, or is to be taken otherwise. */
export function rowAfterRow(model: Model, given: Given, flags: RunFlags): Table | undefined {
  const { inputs } = model;
  const { table, array } = given;
  if (!table || batchOf(given, flags) !== undefined || !inputs.every(isUsual)) return undefined;
  // An array may be more than a table of the features.
  const [input] = inputs;
  const features = inputs.length === 1 && input?.features === table.columns.length;
  const ids = input?.kind === 'sequence' && input.dtype === 'int32';
  return array && (!features || ids) ? undefined : table;
}

/** All that a model is run on, and the options of that run. */
export type Everything = readonly [Readonly<Record<string, Input>>, { readonly batch?: number }];

/** Reads the whole input. @throws {InputError} what the model does not take. @throws {UsageError} options of no sense here. */
export async function everything(model: Model, given: Given, flags: RunFlags): Promise<Everything> {
  const batch = batchOf(given, flags);
  const { inputs } = model;
  const { array, arrays } = given;
  if (arrays && (inputs.length > 1 || !array || inputs.some(({ name }) => Object.hasOwn(arrays, name))))
    return [arrays, {}];
  if (array && inputs.length === 1 && batch === undefined && flags.columns === undefined)
    return [{ [inputs[0]?.name ?? '']: await array() }, {}];
  return gathered(model, tableOf(given, 'a model of several inputs'), flags.columns, batch);
}

/** Sequences of a table. @throws {UsageError} options of tables for what is none. */
function batchOf({ table, where }: Given, { batch, columns }: RunFlags): number | undefined {
  if (columns !== undefined && !table) throw new UsageError('--columns: only for tables');
  if (batch === undefined) return undefined;
  if (!table) throw new UsageError(`--batch: ${where} says its own shape`);
  return wholeNumber('--batch', batch);
}

function tableOf({ table, where }: Given, what: string): Table {
  if (table) return table;
  throw new InputError('no table', { where, expected: `rows of timesteps, for ${what}`, got: 'arrays without names' });
}

/** Whether it goes timestep by timestep, every value with the run's own timesteps. */
function streams(model: Model): boolean {
  if (model.inputs.some(({ kind }) => kind !== 'sequence')) return false;
  try {
    model.createStream().dispose();
    return true;
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

function streaming(model: Model, table: Table, flags: RunFlags): Run {
  return {
    growth: 'time',
    async run(output, done) {
      const stream = model.createStream();
      for await (const [inputs, rows] of pieces(model, table, flags.columns)) {
        await output(partsOf(stream.runNamed(inputs)));
        done(rows);
      }
    },
  };
}

/** A model without timesteps: rows are a batch, of any size. */
function inRows(model: Model, table: Table, flags: RunFlags): Run {
  return {
    growth: 'batch',
    async run(output, done) {
      for await (const [inputs, rows] of pieces(model, table, flags.columns)) {
        await output(partsOf(model.runNamed(inputs, { batch: rows })));
        done(rows);
      }
    },
  };
}

function atOnce(model: Model, read: () => Promise<Everything>): Run {
  return {
    growth: 'time',
    async run(output) {
      const [inputs, options] = await read();
      await output(partsOf(model.runNamed(inputs, options)));
    },
  };
}
