import { InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import { LIMITS, type ModelEntry, type ServerLimits, type ServerOptions } from './options.js';

/** Options of `createServer`; `elsewhere` and `within` are our own. */
const KNOWN = [
  'models',
  'store',
  'limits',
  'batchWindow',
  'authorise',
  'origins',
  'repository',
  'observer',
  'elsewhere',
  'within',
];

/** @throws {InputError} options that are none. */
export const readServerOptions = (given: ServerOptions): ServerOptions & { readonly limits: ServerLimits } =>
  reading(InputError, 'createServer', () => {
    if (typeof given !== 'object' || given === null) {
      badInput('createServer', 'options are no object', 'an object with models', describe(given));
    }
    for (const key of Object.keys(given)) {
      if (!KNOWN.includes(key)) {
        badInput('createServer', `unknown option ${describe(key)}`, KNOWN.slice(0, -2).join(', '), describe(key));
      }
    }
    const { models, batchWindow = 0, origins = [], limits } = given;
    if (typeof models !== 'object' || models === null) {
      badInput('models', 'missing', 'models by name', describe(models));
    }
    for (const [name, entry] of Object.entries(models)) checkModel(name, entry);
    if (!(batchWindow >= 0 && batchWindow <= 1000)) {
      badInput('batchWindow', 'not a window', 'milliseconds from 0 to 1000', describe(batchWindow));
    }
    if (!Array.isArray(origins) || origins.some((origin) => typeof origin !== 'string')) {
      badInput('origins', 'not a list of origins', "'https://app.example' and the like", describe(origins));
    }
    return { ...given, limits: readLimits(limits) };
  });

/** @throws {InputError} a name that is none, or nothing that makes a model. */
export function checkModel(name: string, entry: ModelEntry): void {
  if (!/^[\w.-]{1,128}$/.test(name)) {
    badInput('models', 'not a name', 'at most 128 letters, digits, dots, underscores and hyphens', describe(name));
  }
  const { createStream, load } = Object(entry);
  if (typeof createStream === 'function' || typeof load === 'function') return;
  badInput(`models.${name}`, 'not a model', 'a model, or { load() } which makes one', describe(entry));
}

function readLimits(given: Partial<ServerLimits> = {}): ServerLimits {
  const known = Object.keys(LIMITS);
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) badInput('limits', 'unknown limit', known.join(', '), describe(name));
    if (!(typeof value === 'number' && value > 0))
      badInput(`limits.${name}`, 'not a limit', 'a number above 0', describe(value));
  }
  return { ...LIMITS, ...given };
}
