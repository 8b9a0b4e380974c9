import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { show } from '../formats/json.js';
import { Budget } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { SpecBuilder } from '../shared/spec-builder.js';
import { Arrays } from './arrays.js';
import { blobNetwork } from './blob-network.js';
import { Numbers } from './numbers.js';
import { readRecords } from './records.js';
import { textNetwork } from './text-network.js';

const TITLE = 'rnnoise-nu model file version ';

/**
 * A network of RNNoise: one frame of band features is one timestep, `gains` and `vad` come out. (What RNNoise does around it, from the features to the
 * filtered sound, is no part of its weights.)
 *
 * Either the text that begins `rnnoise-nu model file version 1` (Valin 2018: dense, three GRUs with the reset gate before the product), or
 * the blob of `DNNw` records that RNNoise 0.2 reads (two convolutions, three GRUs with the reset gate after it). All sizes are the file's.
 *
 * @throws {ImportError} neither; another version; sizes that do not fit together, records that do not fit the file, arrays of other networks (by name); more
 *   memory or work than `limits` allow.
 */
export function fromRNNoise(bytes: FileBytes): ModelSpec;
export function fromRNNoise(bytes: FileBytes, options: ImportOptions): ModelSpec;
export function fromRNNoise(bytes: FileBytes, options: ImportOptions = {}): ModelSpec {
  return readRNNoise(bytes, options).spec;
}

/** As `fromRNNoise`, with the account of which weights became what. */
export function readRNNoise(bytes: FileBytes): Imported;
export function readRNNoise(bytes: FileBytes, options: ImportOptions): Imported;
export function readRNNoise(bytes: FileBytes, options: ImportOptions = {}): Imported {
  const view = viewModel(bytes);
  const budget = new Budget(view.length, limitsOf(options));
  const builder = new SpecBuilder(new Reporter(budget));
  const beginning = String.fromCharCode(...view.subarray(0, TITLE.length));
  if (beginning === TITLE) {
    const numbers = new Numbers(view, TITLE.length, budget);
    const version = numbers.whole('version');
    if (version !== 1) refuse('version', 'one that is not read', '1', `${version}`);
    return finish(builder, textNetwork(builder, numbers), 'RNNoise, text of version 1');
  }
  if (!beginning.startsWith('DNNw'))
    refuse(
      'file',
      "not RNNoise's",
      `a text that begins "${TITLE}1", or DNNw records`,
      show(beginning.replace(/[^ -~]/g, '·')),
    );
  const arrays = new Arrays(readRecords(view, budget), budget);
  return finish(builder, blobNetwork(builder, arrays), 'RNNoise, DNNw of version 0');
}

function finish(builder: SpecBuilder, features: number, format: string): Imported {
  const spec = builder.spec({ inputs: [{ name: 'features', features }], outputs: ['gains', 'vad'] });
  return { spec, report: builder.reporter.finish(format) };
}
