// Finds records that are looked up by text and have a prototype: `table['constructor']` of a plain object is Object's own function, not
// nothing, and the text is a file's or a caller's. A literal has none when it begins `{ __proto__: null as never, … }`, which costs
// a few bytes, and which bundlers drop where nobody needs it, as they would not a call.
import { parseAst } from 'rolldown/parseAst';

const isNode = (value) => typeof value === 'object' && value !== null && typeof value.type === 'string';

function* nodesOf(node) {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesOf(child);
}

/** Whether a type has any text for a key: `Record<string, …>`, `{ [key: string]: … }`, or one that is made of such. */
function hasAnyKey(type, aliases) {
  if (type === undefined || type === null) return false;
  if (type.type === 'TSTypeAnnotation') return hasAnyKey(type.typeAnnotation, aliases);
  if (type.type === 'TSUnionType' || type.type === 'TSIntersectionType')
    return type.types.some((one) => hasAnyKey(one, aliases));
  if (type.type === 'TSTypeLiteral')
    return type.members.some(
      ({ type, parameters }) =>
        type === 'TSIndexSignature' && parameters[0].typeAnnotation.typeAnnotation.type === 'TSStringKeyword',
    );
  if (type.type !== 'TSTypeReference') return false;
  const [first] = type.typeArguments?.params ?? [];
  const name = type.typeName.name;
  if (name === 'Record') return first.type === 'TSStringKeyword';
  if (name === 'Readonly' || name === 'Partial' || name === 'Mutable') return hasAnyKey(first, aliases);
  return aliases.has(name);
}

const bare = (node) =>
  node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression' ? bare(node.expression) : node;

const isNull = (node) => bare(node)?.type === 'Literal' && bare(node).value === null;

const hasNoPrototype = ({ properties: [first] }) =>
  first?.type === 'Property' && !first.computed && first.key.name === '__proto__' && isNull(first.value);

const isPlain = (node) => node?.type === 'ObjectExpression' && !hasNoPrototype(node);

const isCallOf = (node, method) =>
  node?.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  node.callee.object.name === 'Object' &&
  node.callee.property.name === method;

/** Calls of `Object.fromEntries` whose result is no more than a part of a record without a prototype, or is made one. */
function wrapped(ast) {
  const found = new Set();
  for (const node of nodesOf(ast)) {
    if (node.type === 'ObjectExpression' && hasNoPrototype(node))
      for (const { type, argument } of node.properties) if (type === 'SpreadElement') found.add(bare(argument));
    if (isCallOf(node, 'setPrototypeOf') && isNull(node.arguments[1])) found.add(bare(node.arguments[0]));
  }
  return found;
}

/**
 * A constant that is spread in a record without a prototype. Terser writes it out where that is all its use, and the literal then has
 * two `__proto__`, a syntax error: tables are put together by `tableOf`.
 */
const spreadConstant = (node) =>
  node.type === 'ObjectExpression' && hasNoPrototype(node)
    ? node.properties.find(({ type, argument }) => type === 'SpreadElement' && /^[A-Z][A-Z_0-9]*$/.test(argument.name))
        ?.argument.name
    : undefined;

/** How a plain record of this file is looked up by text that nobody has vouched for; undefined where it is not. */
function lookUp(node, plain) {
  const record = (one) => (one?.type === 'Identifier' ? plain.get(one.name) : undefined);
  const [first] = node.arguments ?? [];
  // A constant of another file too: a table needs no such question.
  if (isCallOf(node, 'hasOwn') && (record(first) || /^[A-Z]/.test(first.name)))
    return `Object.hasOwn of ${node.arguments[0].name}`;
  if (node.type === 'BinaryExpression' && node.operator === 'in' && record(node.right)) return `in ${node.right.name}`;
  if (node.type !== 'MemberExpression' || !node.computed || node.property.type === 'Literal') return undefined;
  const literal = record(node.object);
  if (!literal) return undefined;
  // Where all keys stand in the literal, TypeScript lets no other text pass, but for what is called one of them.
  const open = literal.properties.length === 0 || literal.properties.some(({ type }) => type === 'SpreadElement');
  return open || node.property.type === 'TSAsExpression' ? `${node.object.name} by any key` : undefined;
}

/** Where keys are names of files: elsewhere they are words of our own. */
const NAMES = /^src.(importers|quantize|specs)/;

/** @returns a line for each record of a file's text with a prototype. @param aliases types with any text for a key, by name. */
export function findPlainTables(path, text, aliases = new Set()) {
  const ast = parseAst(text, { lang: 'ts' });
  const kept = wrapped(ast);
  const all = [...nodesOf(ast)];
  const declared = all.filter(({ type }) => type === 'VariableDeclarator' || type === 'PropertyDefinition');
  const initial = (node) => bare(node.type === 'VariableDeclarator' ? node.init : node.value);
  const annotated = (node) => node.typeAnnotation ?? node.id?.typeAnnotation;
  const plain = new Map(
    declared
      .filter((node) => node.id?.type === 'Identifier' && isPlain(initial(node)))
      .map((node) => [node.id.name, initial(node)]),
  );
  const at = (node) => `${path}:${text.slice(0, node.start).split('\n').length}`;
  const line = (node) => text.slice(node.start, node.end).split('\n')[0].slice(0, 80);
  return all.flatMap((node) => {
    if (declared.includes(node) && isPlain(initial(node)) && hasAnyKey(annotated(node), aliases))
      return [`${at(node)}  a record with any text for a key has a prototype: ${line(node)}`];
    if (isCallOf(node, 'fromEntries') && NAMES.test(path) && !kept.has(node))
      return [`${at(node)}  a record has a prototype: ${line(node)}`];
    const twice = spreadConstant(node);
    if (twice)
      return [
        `${at(node)}  a record without a prototype has a constant's spread, of which minifiers make a second: ...${twice}`,
      ];
    const how = lookUp(node, plain);
    return how === undefined ? [] : [`${at(node)}  a record with a prototype is looked up: ${how}`];
  });
}

/** Names of the types of these texts that have any text for a key, those named by one another too. */
export function typesWithAnyKey(texts) {
  const declared = texts.flatMap((text) =>
    [...nodesOf(parseAst(text, { lang: 'ts' }))].filter(({ type }) => type === 'TSTypeAliasDeclaration'),
  );
  const names = new Set();
  for (let before = -1; before < names.size; ) {
    before = names.size;
    for (const { id, typeAnnotation } of declared) if (hasAnyKey(typeAnnotation, names)) names.add(id.name);
  }
  return names;
}
