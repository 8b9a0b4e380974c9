import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { draftPyTorch, fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { refusal } from '../support.js';
import { bytesOf, type Case, casesOf, difference, drawn } from './cases.js';

interface Wrapped extends Case {
  /** The path in the file for each one of the config. */
  readonly inFile: Readonly<Record<string, string>>;
}

const cases = casesOf<Wrapped>('wrapped.json');
const named = (name: string) => (cases.find(([one]) => one === name) as [string, Wrapped])[1];

/** The config with other prefixes. */
const renamed = ({ config, inFile }: Wrapped): PyTorchConfig => ({
  ...config,
  layers: config.layers?.map((layer) => ({ ...layer, prefix: inFile[(layer as { prefix: string }).prefix] })) as never,
});

describe('names with those of wrappers in them', () => {
  it.each(cases)('%s: by plain names and by those of the file', async (_, one) => {
    const bytes = bytesOf(one);
    const { spec, report } = readPyTorch(bytes, one.config);
    expect(await difference(spec, one)).toBeLessThan(1e-6);
    expect(fromPyTorch(bytes, renamed(one)).tensors).toEqual(spec.tensors);
    // Provenance has the names of the file.
    const prefixes = Object.values(one.inFile);
    for (const { tensor } of report.tensors) expect(prefixes.some((path) => tensor.startsWith(`${path}.`))).toBe(true);
    expect((await load(bytes, { pytorch: one.config })).spec).toEqual(spec);
  });

  it.each([
    ['data_parallel', ['names without what wraps modules: "module" taken off']],
    ['distributed_of_compiled', ['names without what wraps modules: "module", "module._orig_mod" taken off']],
    ['compiled_part', ['names without what wraps modules: "rnn._orig_mod" taken off']],
    ['own_module', []],
    [
      'averaged',
      [
        'names without what wraps modules: "module" taken off',
        'n_averaged: averages of parameters, as AveragedModel keeps them',
      ],
    ],
    [
      'parallel_part',
      ['state dict "model"; other values not read: "epoch"', 'names without what wraps modules: "fc.module" taken off'],
    ],
  ])('%s: the report says what was taken off', (name, notes) => {
    const one = named(name);
    const got = readPyTorch(bytesOf(one), one.config).report.notes;
    expect(got.filter((note) => !note.endsWith('both kept'))).toEqual(notes);
  });

  it('PyTorch Lightning: its state dict of several, without the name of the network', () => {
    const one = named('lightning_average');
    const { report } = readPyTorch(bytesOf(one), one.config);
    expect(report.notes[0]).toMatch(/^state dict "state_dict"; other values not read: .*"current_model_state"/);
    expect(report.notes[1]).toBe('names without what wraps modules: "net" taken off');
    expect(readPyTorch(bytesOf(one), { ...one.config, stateDict: 'current_model_state' }).spec.tensors).not.toEqual(
      readPyTorch(bytesOf(one), one.config).spec.tensors,
    );
  });

  it('drafts have plain names', () => {
    const { config, tensors } = draftPyTorch(bytesOf(named('compiled_of_distributed')));
    expect(config.layers?.map((layer) => 'prefix' in layer && layer.prefix)).toEqual(['rnn', 'fc']);
    expect(tensors.map(({ name }) => name)).toContain('rnn.weight_ih_l0');
  });
});

describe('wrappers, in safetensors', () => {
  const linear = (...paths: string[]) =>
    Object.fromEntries(
      paths.flatMap((path, k) => [
        [`${path}.weight`, drawn(k, 2, 2)],
        [`${path}.bias`, drawn(k + 9, 2)],
      ]),
    );
  const config = (...paths: string[]): PyTorchConfig => ({
    inputSize: 2,
    layers: paths.map((prefix) => ({ type: 'linear', prefix })),
  });
  const namesOf = (paths: string[], prefixes: string[], more: PyTorchConfig = {}) =>
    Object.keys(fromPyTorch(writeSafetensors(linear(...paths)), { ...config(...prefixes), ...more }).tensors);

  it.each<[string, string, string]>([
    ['FSDP', '_fsdp_wrapped_module.fc', 'fc'],
    ['FSDP before 2.0', '_fsdp_wrapped_module._fpw_module.fc', 'fc'],
    ['checkpoint_wrapper', 'blocks.0._checkpoint_wrapped_module.fc', 'blocks.0.fc'],
    ['all at once', 'module._orig_mod.blocks.0._fsdp_wrapped_module._checkpoint_wrapped_module.fc', 'blocks.0.fc'],
    ['a wrapper of the module itself', 'module', ''],
  ])('%s', (_, path, plain) => {
    const wanted = [`${plain}.weight`, `${plain}.bias`].map((name) => name.replace(/^\./, ''));
    expect(namesOf([path], [path])).toEqual(wanted);
    expect(namesOf([path], [plain])).toEqual(wanted);
  });

  it('a module of that name beside others is none', () => {
    expect(namesOf(['module', 'head'], ['module', 'head'])).toContain('module.weight');
    expect(namesOf(['a.module', 'a.head'], ['a.module', 'a.head'])).toContain('a.module.weight');
  });

  it('tensors to be left out, by either name', () => {
    const paths = ['module.fc', 'module.more'];
    for (const ignore of [
      ['module.more.weight', 'module.more.bias'],
      ['more.weight', 'more.bias'],
    ])
      expect(namesOf(paths, ['fc'], { ignore })).toEqual(['fc.weight', 'fc.bias']);
  });

  it('weight norm inside', () => {
    const norm = { '_orig_mod.fc.weight_g': drawn(1, 2, 1), '_orig_mod.fc.weight_v': drawn(2, 2, 2) };
    const file = writeSafetensors({ ...norm, '_orig_mod.fc.bias': drawn(3, 2) });
    for (const prefix of ['fc', '_orig_mod.fc'])
      expect(readPyTorch(file, config(prefix)).report.tensors[0]).toMatchObject({
        tensor: '_orig_mod.fc.weight_g, _orig_mod.fc.weight_v',
        how: 'one row per output; weight norm: g·v / ‖v‖',
      });
  });

  it('refuses two tensors that are called the same, and what FSDP flattened', () => {
    expect(refusal(() => namesOf(['fc', '_orig_mod.fc'], ['fc']))).toBe(
      'tensor "fc.weight": twice once wrappers are taken off; expected one tensor of a name, got fc.weight, _orig_mod.fc.weight',
    );
    const flat = writeSafetensors({ '_fsdp_wrapped_module._flat_param': drawn(1, 9) });
    expect(refusal(() => fromPyTorch(flat, config('fc')))).toBe(
      'tensor "_fsdp_wrapped_module._flat_param": parameters that FSDP flattened; expected a full state dict (StateDictType.FULL_STATE_DICT)',
    );
  });

  it('names many wrappers in few words', () => {
    const paths = Array.from({ length: 12 }, (_, k) => `blocks.${k}._fsdp_wrapped_module.fc`);
    const { report } = readPyTorch(writeSafetensors(linear(...paths)), config(...paths));
    expect(report.notes[0]).toMatch(/"blocks\.7\._fsdp_wrapped_module" and 4 more taken off$/);
  });
});
