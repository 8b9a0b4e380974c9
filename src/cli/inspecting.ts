import { readFile } from 'node:fs/promises';
import { sniff } from '../importers/load/index.js';
import { draftPyTorch, type PyTorchConfig, type PyTorchDraft } from '../importers/pytorch/index.js';
import { ImportError, type ModelValue } from '../index.js';
import type { ModelFlags } from './flags.js';
import { configOf, type OpenedFile, openModel } from './open.js';
import { table } from './table.js';
import { printable, styled, type Terminal } from './terminal.js';

interface Flags extends ModelFlags {
  readonly report?: true;
}

/** What `gatewise inspect` prints. @throws {ImportError} a file that is no model. */
export async function inspect(file: string, flags: Flags, terminal: Terminal): Promise<string> {
  const heading = (text: string): string => styled(terminal, 'bold', printable(text));
  const opened = await openModel(file, flags, terminal).catch((error) => left(file, flags, error));
  if (!('model' in opened)) return flags.json ? json(opened) : draftText(file, opened, heading);
  const { model, spec, report, size } = opened;
  const { inputs, outputs, build } = model;
  const summary = model.summary();
  const config = await drafted(file, flags, report.format);
  if (flags.json) {
    const { layers, parameters, weightBytes, stateBytes, multiplyAddsPerTimestep } = summary;
    const sizes = { bytes: size, parameters, weightBytes, stateBytes, multiplyAddsPerTimestep };
    return json({ format: report.format, name: spec.name, ...sizes, build, inputs, outputs, layers, config, report });
  }
  const parts = [
    `${heading(spec.name ?? file)}  ${report.format}, ${size.toLocaleString('en-US')} bytes`,
    ...['inputs', 'outputs'].map((what, i) => `${heading(what)}\n${valuesText([inputs, outputs][i] ?? [])}`),
    printable(summary.toString()),
    ...(report.notes.length > 0
      ? [`${heading('notes')}\n${report.notes.map((note) => `  ${printable(note)}`).join('\n')}`]
      : []),
    ...(config ? [`${heading('PyTorch config')}\n${JSON.stringify(config)}`] : []),
    ...(flags.report ? [reportText(report, heading)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What is to be said of a file that did not open: a draft, if it is a state dict that leaves its topology open. @throws the error. */
async function left(file: string, flags: Flags, error: unknown): Promise<PyTorchDraft> {
  if (!(error instanceof ImportError) || file === '-' || flags.config !== undefined) throw error;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || formatOf(bytes) !== 'pytorch') throw error;
  const draft = draftPyTorch(bytes, ((await configOf(flags)) ?? {}) as PyTorchConfig);
  if (draft.open === undefined) throw error;
  return draft;
}

const formatOf = (bytes: Uint8Array): string | undefined => {
  try {
    return sniff(bytes);
  } catch {
    return undefined;
  }
};

/** The config that names and shapes alone gave, of a state dict that opened without one. */
async function drafted(file: string, { config, assume }: Flags, format: string): Promise<PyTorchConfig | undefined> {
  if (file === '-' || config !== undefined || /gatewise|TensorFlow/i.test(format)) return undefined;
  const bytes = await readFile(file);
  if (formatOf(bytes) !== 'pytorch') return undefined;
  return draftPyTorch(bytes, assume === 'chain' ? { assume } : {}).config;
}

const valuesText = (values: readonly ModelValue[]): string =>
  table(values.map(({ name, dtype, axes }) => [name, `[${axes.join(', ')}]`, dtype]));

function draftText(
  file: string,
  { format, tensors, config, open }: PyTorchDraft,
  heading: (t: string) => string,
): string {
  const rows = tensors.map(({ name, shape, dtype }) => [name, `(${shape.join(', ')})`, dtype]);
  return `${heading(file)}  ${format}, a state dict without a topology

${heading('tensors')}
${table(rows)}

${heading('left open')}
  ${open}

${heading('draft of a config')}: complete it, save it, and give it with --config
${JSON.stringify(config, null, 2)}
`;
}

function reportText({ tensors, attributes }: OpenedFile['report'], heading: (text: string) => string): string {
  const became = tensors.map(({ tensor, shape, becomes, how }) => [tensor, `(${shape.join(', ')})`, becomes, how]);
  const read = attributes.map(({ layer, attribute, value, source, rule }) => [layer, attribute, value, rule ?? source]);
  return `${heading('tensors')}\n${table(became)}\n\n${heading('settings')}\n${table(read)}`;
}
