import { isObject } from '../formats/json.js';
import { DEFAULTS, type ImportLimits } from './budget.js';
import { checkConfig, type Field, type Fields } from './fields.js';

const amount = (value: unknown): boolean => value === undefined || (typeof value === 'number' && value >= 0);

/** `limits` among the fields of an importer's options. */
export const limitsField: Field = [
  `{ ${Object.keys(DEFAULTS).join(', ')} }, each a number of at least 0`,
  (value) =>
    isObject(value) &&
    Object.entries(value).every(([kind, limit]) => Object.keys(DEFAULTS).includes(kind) && amount(limit)),
];

/** Options of the importers that need to be told nothing else. */
export interface ImportOptions {
  /** Most that the import may take. */
  readonly limits?: ImportLimits;
}

const FIELDS: Fields = { __proto__: null as never, limits: limitsField };

/**
 * The limits in the options of an importer that has no other. (A number is no option: `files.map(fromNam)`.)
 * @throws {ImportError} another option, or limits that are none.
 */
export function limitsOf(options: unknown): ImportLimits | undefined {
  if (!isObject(options)) return undefined;
  checkConfig(options, 'options', FIELDS);
  return options.limits as ImportLimits | undefined;
}
