import { isObject, show } from '../formats/json.js';
import type { Reporter } from '../report.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';
import { CONFIG, type Field, type Full, LAYERS } from './fields.js';
import { refuse } from './refuse.js';

/**
 * Callers in plain JavaScript, and configs read from JSON, get the same refusals as the compiler gives.
 * @throws {ImportError} an unknown, missing or ill-typed field.
 */
export function validateConfig(config: PyTorchConfig): void {
  checkFields(config, 'config', CONFIG);
  for (const [index, layer] of (config.layers ?? []).entries()) {
    const where = layerAt(index);
    const type: unknown = isObject(layer) ? layer.type : undefined;
    if (typeof type !== 'string' || !Object.hasOwn(LAYERS, type)) {
      refuse(where, 'unknown layer type', Object.keys(LAYERS).join(', '), show(type));
    }
    const { type: _, ...fields } = layer;
    checkFields(fields, where, LAYERS[type as PyTorchLayer['type']][1]);
  }
}

/** The layer with PyTorch's defaults filled in; each field is reported, and whether `source` states it. */
export function complete(layer: PyTorchLayer, name: string, source: 'file' | 'config', report: Reporter) {
  const [module, fields] = LAYERS[layer.type] as readonly [string, Readonly<Record<string, Field>>];
  const full: Record<string, unknown> = { ...layer };
  for (const [key, { value }] of Object.entries(fields)) {
    if (key === 'name' || key === 'prefix') continue;
    if (full[key] !== undefined) report.read(name, key, full[key], source);
    else if (value !== undefined) {
      full[key] = value;
      report.defaulted(name, key, value, `nn.${module}'s default`);
    }
  }
  return full as unknown as Full<PyTorchLayer>;
}

export const layerAt = (index: number): string => `config.layers[${index}]`;

function checkFields(object: unknown, where: string, fields: Readonly<Record<string, Field>>): void {
  if (!isObject(object)) refuse(where, 'not an object', 'an object', show(object));
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(fields, key)) {
      refuse(where, 'unknown field', Object.keys(fields).join(', '), show(key));
    }
  }
  for (const [key, { expected, holds, required }] of Object.entries(fields)) {
    const value = object[key];
    if (value === undefined ? required : !holds(value)) {
      const message = value === undefined ? 'missing' : 'not usable';
      refuse(`${where}.${key}`, message, expected, show(value));
    }
  }
}
