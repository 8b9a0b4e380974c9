// Makes src/deploy/embedded/pieces.ts: the code of built files (src/deploy/runtime/), cut into statements, so that each file has those
// that its model needs. They are minified one by one, their own names kept, by which they are put together again. Then they are laid out for
// a start that is quick: what a first step calls is compiled with its file (`node-entry/eager.mjs`).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { minifySync } from 'rolldown/experimental';
import { parseAst } from 'rolldown/parseAst';
import { eager } from './node-entry/eager.mjs';
import { firstCalls } from './runtime/first-calls.mjs';
import { declared, references } from './runtime/references.mjs';
import { replayed } from './runtime/replayed.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { output } = await build({
  input: join(ROOT, 'src/deploy/runtime/pieces.ts'),
  cwd: ROOT,
  platform: 'neutral',
  tsconfig: 'tsconfig.build.json',
  write: false,
  treeshake: { propertyReadSideEffects: false },
  plugins: [replayed(ROOT)],
  output: { codeSplitting: false, comments: false },
});
const [{ code }] = output;
const statements = parseAst(code).body;
const exported = new Map();
const parts = [];
for (const statement of statements) {
  if (statement.type === 'ExportNamedDeclaration') {
    for (const { local, exported: as } of statement.specifiers) exported.set(as.name, local.name);
    // An expression that calls nothing is what is left of a value that nobody uses.
  } else if (statement.type !== 'ExpressionStatement' || statement.expression.type === 'CallExpression') {
    parts.push({ statement, names: declared(statement) });
  }
}

const minified = (statement) => {
  const { code: text, errors } = minifySync('piece.js', statement, {
    module: false,
    compress: { unused: false },
    mangle: { toplevel: false },
  });
  if (errors.length > 0) throw new Error(errors[0].message);
  return text.trim();
};

for (const part of parts) part.text = minified(code.slice(part.statement.start, part.statement.end));

/** By name, the piece that declares it. */
const homesIn = (list) => new Map(list.flatMap(({ names }, index) => names.map((name) => [name, index])));

/** What does something to one class, which is its first argument, belongs to that class. */
function ownerOf({ expression }, homes) {
  const [first] = expression.arguments;
  if (!homes.has(first?.name))
    throw new Error(`a statement that belongs to nothing: ${code.slice(expression.start, expression.end)}`);
  return homes.get(first.name);
}

/** Numbers of the pieces that a node refers to, but that of its own. */
const needsOf = (nodes, index, homes) =>
  [...new Set(nodes.flatMap((node) => [...references(node)].flatMap((name) => homes.get(name) ?? [])))].filter(
    (need) => need !== index,
  );

/** Classes whose methods a file need not have all of. */
const TAKEN_APART = new Set(['Model', 'ModelEngine', 'Stream']);
/** What an engine does for several of them. */
const FOR = { __proto__: null, ModelEngine: { __proto__: null, run: 'run|runNamed|trace' } };

/** A class as what is always there, and its methods by their names. */
function apart(text, index, homes, own = { __proto__: null }) {
  const [statement] = parseAst(text).body;
  const { body, superClass } = statement.declarations?.[0].init ?? statement;
  const isMethod = ({ type, kind }) => type === 'MethodDefinition' && kind !== 'constructor';
  const cut = ({ start, end }) => text.slice(start, end);
  const rest = body.body.filter((member) => !isMethod(member));
  const methods = body.body.filter(isMethod).map((member) => ({
    name: (member.key.type === 'PrivateIdentifier' ? '#' : '') + (own[member.key.name] ?? member.key.name),
    text: cut(member),
    needs: needsOf([member], index, homes),
  }));
  return {
    text: text.slice(0, body.start + 1) + rest.map(cut).join(''),
    methods,
    end: text.slice(body.end - 1),
    needs: needsOf([...rest, ...(superClass ? [superClass] : [])], index, homes),
  };
}

function piecesOf(list) {
  const homes = homesIn(list);
  return list.map(({ statement, names, text }, index) => {
    if (TAKEN_APART.has(names[0])) return apart(text, index, homes, FOR[names[0]]);
    return {
      text,
      needs: needsOf([statement], index, homes),
      ...(names.length === 0 && { of: ownerOf(statement, homes) }),
    };
  });
}

/** Characters of a function from which on it pays to say it longer, as one that is called at once. */
const LEAST = 64;

/** The same, in which functions are compiled with their file that are called first. Those that were declared stand in front of all others, as what they are hoisted to. */
function laidOut(called) {
  const list = parts.map((part) => {
    const first = (start, end) => end - start >= LEAST && called.has(part.text.slice(start, end));
    const text = minified(eager(part.text, first).toString());
    return { ...part, text, hoisted: part.statement.type === 'FunctionDeclaration' && text !== part.text };
  });
  return [...list.filter(({ hoisted }) => hoisted), ...list.filter(({ hoisted }) => !hoisted)];
}

/** Which functions of the kernels each exported one calls, by their numbers, out of the committed text; imports have none. */
function reach(build) {
  const text = readFileSync(join(ROOT, `assembly/wat/${build}.wat`), 'utf8');
  const [head, ...functions] = text.split(/^ \(func /m);
  const names = functions.map((part) => /^\S+/.exec(part)[0]);
  const calls = functions.map((part) => [...part.matchAll(/\bcall (\$\S+)/g)].map(([, name]) => names.indexOf(name)));
  const all = (index, found = new Set()) => {
    if (found.has(index)) return found;
    found.add(index);
    for (const call of calls[index]) all(call, found);
    return found;
  };
  const exports = [...head.matchAll(/\(export "(\w+)" \(func (\S+)\)\)/g)];
  return Object.fromEntries(exports.map(([, name, target]) => [name, [...all(names.indexOf(target))]]));
}

const folder = join(ROOT, 'src/deploy/embedded');
mkdirSync(folder, { recursive: true });

function write(list) {
  const homes = homesIn(list);
  const names = Object.fromEntries([...exported].map(([as, name]) => [as, [name, homes.get(name)]]));
  writeFileSync(
    join(folder, 'pieces.ts'),
    `interface Part {
  readonly text: string;
  /** Numbers of the pieces that it refers to. */
  readonly needs: readonly number[];
}

interface Piece extends Part {
  /** The piece of a class, to which this one does something. */
  readonly of?: number;
  /** Of a class, behind its text; then comes its end. */
  readonly methods?: readonly (Part & { readonly name: string })[];
  readonly end?: string;
}

export const PIECES: readonly Piece[] = ${JSON.stringify(piecesOf(list))};

/** By what \`runtime/pieces.ts\` exports: the name in the code, and the piece. */
export const NAMES: Readonly<Record<string, readonly [name: string, piece: number]>> = {
  __proto__: null as never,
  ...${JSON.stringify(names)},
};

/** By build: which functions of the kernels each exported one calls. */
export const REACH = ${JSON.stringify({ simd: reach('simd'), relaxed: reach('relaxed') })};
`,
  );
}

write(parts);
write(laidOut(await firstCalls(ROOT)));
