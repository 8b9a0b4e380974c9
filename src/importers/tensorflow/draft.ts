import type { NamedArray } from '../formats/npy.js';
import type { Budget } from '../shared/budget.js';
import { inOrder } from '../shared/in-order.js';
import { refuse } from '../shared/refuse.js';
import { CUDNN_LSTM, OTHER_CELLS } from './cell.js';
import { ALL_NAMES, type Names } from './names.js';

/** Characters of a draft, and of what it leaves open, in an error. */
const MOST_DRAFT = 1200;
const MOST_OPEN = 400;

/** A layer as its variables' names and shapes tell it. */
interface Told {
  readonly layer: { readonly type: string; readonly prefix: string } & Readonly<Record<string, unknown>>;
  /** Features that it reads; undefined: token ids. */
  readonly from: number | undefined;
  readonly to: number;
}

type Arrays = ReadonlyMap<string, NamedArray>;

/**
 * Weights whose topology nobody says.
 * @throws {ImportError} always, with a draft of the config as far as names and shapes tell it.
 */
export function refuseWithDraft(arrays: Arrays, budget: Budget): never {
  // Every name is held against all that are known.
  budget.operations(
    [...arrays.keys()].reduce((sum, name) => sum + 16 * name.length, 0),
    'file',
  );
  const ofKeras = [...arrays.keys()].find((name) => /(^|\/)layer_with_weights-\d+\//.test(name));
  if (ofKeras !== undefined)
    refuse(
      'file',
      'weights of a Keras model',
      'fromKeras(readBundle(index, data), options), or options.keras of load',
      ofKeras,
    );
  const used = new Set<string>();
  const told = [...arrays.keys()].flatMap((name) => {
    const found = embeddingOf(name, arrays) ?? layerOf(name, arrays);
    for (const own of found?.variables ?? []) used.add(own);
    return found ? [found.told] : [];
  });
  const left = [...arrays.keys()].filter((name) => !used.has(name));
  const natural = [...told].sort((a, b) => rank(a) - rank(b) || compare(a.layer.prefix, b.layer.prefix));
  const order = inOrder(natural);
  const layers = order ?? natural;
  const inputSize = layers[0]?.from;
  const config = { ...(inputSize !== undefined && { inputSize }), layers: layers.map(({ layer }) => layer) };
  const open = [
    'no variable holds activations, what happens between layers, or the forget bias of a cell (1 is the default of the cells)',
    ...(order ? [] : ['in no order each layer reads what the one before it makes']),
    ...(left.length > 0 ? [`of no layer that is known: ${left.join(', ')}`] : []),
  ];
  refuse(
    'file',
    'weights without a topology',
    `a config; draft: ${JSON.stringify(config).slice(0, MOST_DRAFT)}`,
    open.join('; ').slice(0, MOST_OPEN),
  );
}

const shapeOf = (arrays: Arrays, name: string): readonly number[] => arrays.get(name)?.shape ?? [];
const scopeOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

function embeddingOf(name: string, arrays: Arrays) {
  const [rows, features, ...more] = shapeOf(arrays, name);
  if (
    rows === undefined ||
    features === undefined ||
    more.length > 0 ||
    !/^(word_)?embeddings?(_w)?$/i.test(scopeOf(name))
  )
    return undefined;
  return { told: { layer: { type: 'embedding', prefix: name }, from: undefined, to: features }, variables: [name] };
}

/** The layer whose first variable this is, by any of the names that versions give it. */
function layerOf(name: string, arrays: Arrays): { told: Told; variables: string[] } | undefined {
  for (const names of ALL_NAMES) {
    const [end, second] = names.kernel;
    if (!name.endsWith(end)) continue;
    const prefix = name.slice(0, -end.length);
    const own = (part: string) => `${prefix}/${part}`;
    // What belongs to the cell around it.
    if ([names.candidate, scopeOf(names.projection.replace(end, ''))].includes(scopeOf(prefix))) return undefined;
    const [rows = 0, columns = 0, ...more] = shapeOf(arrays, name);
    if (rows === 0 || columns === 0 || more.length > 0) return undefined;
    if (scopeOf(prefix) === names.gates) return gru(name, prefix.slice(0, -names.gates.length - 1), names, arrays);
    const bias = prefix + names.bias;
    const variables = [
      name,
      bias,
      ...(second ? [prefix + second] : []),
      ...names.peepholes.map(own),
      prefix + names.projection,
    ];
    const scope = scopeOf(prefix);
    if (OTHER_CELLS.test(prefix)) return undefined;
    const told = /lstm/i.test(scope) || second ? lstm(prefix, names, rows, columns, arrays) : undefined;
    if (told) return { told, variables };
    if (/rnn_?cell/i.test(scope) && rows > columns)
      return {
        told: { layer: { type: 'basic_rnn_cell', prefix, numUnits: columns }, from: rows - columns, to: columns },
        variables,
      };
    const layer = { type: 'dense', prefix, units: columns, ...(!arrays.has(bias) && { bias: false }) };
    return { told: { layer, from: rows, to: columns }, variables: [name, bias] };
  }
  return undefined;
}

function gru(name: string, prefix: string, names: Names, arrays: Arrays) {
  const [rows = 0, columns = 0] = shapeOf(arrays, name);
  const units = columns / 2;
  const scopes = [names.gates, names.candidate].map((scope) => `${prefix}/${scope}`);
  const told: Told = { layer: { type: 'gru_cell', prefix, numUnits: units }, from: rows - units, to: units };
  return { told, variables: scopes.flatMap((scope) => [scope + names.kernel[0], scope + names.bias]) };
}

function lstm(prefix: string, names: Names, rows: number, columns: number, arrays: Arrays): Told | undefined {
  const units = columns / 4;
  if (!Number.isInteger(units)) return undefined;
  const usePeepholes = names.peepholes.some((part) => arrays.has(`${prefix}/${part}`));
  const numProj = shapeOf(arrays, prefix + names.projection)[1];
  const plain = !usePeepholes && numProj === undefined && !/^lstm_?cell$/i.test(scopeOf(prefix));
  const h = numProj ?? units;
  const layer = {
    type: plain || names.kernel.length > 1 ? 'basic_lstm_cell' : 'lstm_cell',
    prefix,
    numUnits: units,
    forgetBias: CUDNN_LSTM.test(prefix) ? 0 : 1,
    ...(usePeepholes && { usePeepholes }),
    ...(numProj !== undefined && { numProj }),
  };
  return { layer, from: names.kernel.length > 1 ? rows : rows - h, to: h };
}

/** Embeddings, cells, dense layers: as most models have them. */
const rank = ({ layer: { type } }: Told): number => (type === 'embedding' ? 0 : type === 'dense' ? 2 : 1);
const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
