import { basename, dirname, join } from 'node:path';
import { type Deployable, deploy, LOOKS, METHODS, type Method } from '../../deploy/index.js';
import { UsageError } from '../faults.js';
import type { BuildFlags, ModelFlags } from '../flags.js';
import { buildOf, openFile } from '../open.js';
import { type Whole, writeTogether } from '../output/sink.js';
import type { Terminal } from '../terminal.js';
import { say } from './container.js';

export interface BuildModelFlags extends ModelFlags, BuildFlags {
  readonly out: string;
  readonly split?: true;
  readonly wasm?: true;
  readonly only?: string;
  readonly with?: string;
}

/** `gatewise build`. @throws {GatewiseError} the model. @throws {UsageError} the name. @throws {WriteError} */
export async function buildFile(file: string, flags: BuildModelFlags, terminal: Terminal): Promise<void> {
  const { out, split, wasm } = flags;
  const build = buildOf(flags);
  const [, name, extension] = /^(.+)\.(m?js)$/.exec(basename(out)) ?? [];
  if (split && wasm) throw new UsageError('--split: --wasm has the weights in a file beside already');
  if (out === '-' ? split || wasm : name === undefined)
    throw new UsageError(`--out: expected name.mjs or name.js${split || wasm ? '' : ', or -'}, got ${out}`);
  const { spec, report, size } = await openFile(file, flags, terminal);
  const made = await deploy(spec, {
    ...(build && { build }),
    ...(name !== undefined && { name }),
    methods: methodsOf(flags),
    weights: split ? 'split' : wasm ? 'wasm' : 'module',
  });
  const parts = partsOf(made, out, `${name}.d.${extension === 'mjs' ? 'mts' : 'ts'}`);
  await writeTogether(parts, terminal);
  const files = parts.map(({ path, data }) => ({ path, bytes: Buffer.byteLength(data) }));
  if (flags.json) await say(out, { out, format: report.format, bytes: size, files }, terminal);
  else {
    const list = files.map(({ path, bytes }) => `${path}, ${bytes} bytes`);
    await say(out, `${report.format}, ${size} bytes → ${list.join('; ')}`, terminal);
  }
}

function methodsOf({ only, with: looks }: BuildModelFlags): Method[] {
  return [
    ...(only === undefined ? METHODS : listed('--only', only, [...METHODS, ...LOOKS])),
    ...(looks === undefined ? [] : listed('--with', looks, LOOKS)),
  ];
}

/** Methods with commas between them. @throws {UsageError} one that is none of those known. */
function listed(flag: string, list: string, known: readonly Method[]): Method[] {
  return list.split(',').map((given) => {
    const method = known.find((one) => one === given.trim());
    if (method) return method;
    throw new UsageError(`${flag}: no such method; expected ${known.join(', ')}, got ${JSON.stringify(given)}`);
  });
}

/** The module first, which takes its name last: once it is there, so is what it needs. */
function partsOf({ module, types, beside }: Deployable, out: string, typesName: string): Whole[] {
  if (out === '-') return [{ path: out, data: module }];
  return [
    { path: out, data: module },
    { path: join(dirname(out), typesName), data: types },
    ...(beside ? [{ path: join(dirname(out), beside.name), data: beside.bytes }] : []),
  ];
}
