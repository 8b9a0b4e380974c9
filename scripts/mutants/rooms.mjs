// Which tests are to notice what is changed in a folder of src/: those of its own room.

const CORE = ['state', 'call', 'engine', 'graph', 'layers', 'inspect', 'wasm'];
/** They take long and look at everything at once, or at what was built before the change: a folder's own tests must notice. */
const LONG = [
  'engine/golden',
  'twin',
  'same-bits',
  'dispose',
  'allocation',
  'memory',
  'bombs',
  'slow/*',
  'importers/**/hostile',
];

/** @returns the tests of a folder's room, as `include` and `exclude` of Vitest. */
export function testsOf(folder) {
  const [, room, importer] = folder.split('/');
  const exclude = LONG.map((name) => `test/**/${name}.test.ts`);
  if (room === 'importers' && importer) {
    // tfjs files hold the layers of Keras, and `load` is where the container goes in and out. What all share is seen in what takes little
    // time. Braces around a single name would be taken for a part of it.
    const all = '{formats,load,nam,pytorch,rnnoise,rtneural,safetensors,shared,tensorflow,tfjs}/**';
    const shared = { shared: all, formats: all, keras: '{keras,tfjs}/**', safetensors: '{safetensors,load}/**' };
    const own = shared[importer] ?? `${importer}/**`;
    return { include: [`test/importers/${own}/*.test.ts`], exclude };
  }
  const engine = CORE.includes(room) || folder.endsWith('.ts');
  return { include: [engine ? 'test/engine/*.test.ts' : 'test/**/*.test.ts'], exclude };
}
