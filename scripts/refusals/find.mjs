// Finds the places where source text refuses: calls of whatever never returns, by its declaration and not by its name.
import { parseAst } from 'rolldown/parseAst';

const FUNCTIONS = ['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression'];
const isNode = (value) => typeof value === 'object' && value !== null && typeof value.type === 'string';

/** Every node below and including this one, each after those that hold it. */
function* nodesOf(node, parents = []) {
  yield [node, parents];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) yield* nodesOf(child, [node, ...parents]);
  }
}

const nameOf = (node) => (node?.type === 'PrivateIdentifier' ? `#${node.name}` : node?.name);

/** What is called: `.name` for a method, whatever it is of. */
const calleeOf = ({ callee }) => (callee.type === 'MemberExpression' ? `.${nameOf(callee.property)}` : nameOf(callee));

/** The name that a function is called by: its own, its constant's, or as a method. */
function calledBy(own, [parent]) {
  if (own.id) return own.id.name;
  if (parent?.type === 'VariableDeclarator') return nameOf(parent.id);
  if (['MethodDefinition', 'PropertyDefinition', 'Property'].includes(parent?.type)) return `.${nameOf(parent.key)}`;
  return undefined;
}

/** What a function's own body returns, functions in it apart. */
function returnsIn(node) {
  if (node.type === 'ReturnStatement') return [node];
  if (FUNCTIONS.includes(node.type)) return [];
  return Object.values(node)
    .flat()
    .flatMap((child) => (isNode(child) ? returnsIn(child) : []));
}

const throwsError = (node) => node?.type === 'NewExpression' && nameOf(node.callee) === 'ImportError';

/** Whether a call of the function always ends in an error: by its type, or because that is all it does. */
function alwaysRefuses({ returnType, body }, refuses) {
  if (returnType?.typeAnnotation.type === 'TSNeverKeyword') return true;
  const ends = (node) => node?.type === 'CallExpression' && refuses.has(calleeOf(node));
  if (body?.type !== 'BlockStatement') return ends(body);
  const last = body.body.at(-1);
  if (returnsIn(body).some((node) => node !== last)) return false;
  if (last?.type === 'ThrowStatement') return throwsError(last.argument);
  return ends(last?.type === 'ExpressionStatement' ? last.expression : last?.argument);
}

/** The words of a message: a text, or the pieces of a template between its values. */
function wordsOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return [node.value];
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked.trim());
  return [];
}

/**
 * @param {ReadonlyMap<string, string>} sources text by path
 * @returns {{ path: string, line: number, column: number, words: string[] }[]} lines count from 1, columns from 0
 */
export function findRefusals(sources) {
  const files = [...sources].map(([path, text]) => ({
    path,
    text,
    nodes: [...nodesOf(parseAst(text, { lang: 'ts' }))],
  }));
  const shared = new Set();
  const own = new Map(files.map(({ path }) => [path, new Set()]));
  // A helper may call one that is found later.
  for (let before = -1, count = 0; count !== before; ) {
    before = count;
    for (const { path, nodes } of files) {
      const refuses = own.get(path);
      for (const [node, parents] of nodes) {
        if (node.type === 'ImportDeclaration') {
          for (const { imported, local } of node.specifiers) if (shared.has(nameOf(imported))) refuses.add(local.name);
        }
        if (!FUNCTIONS.includes(node.type) || !alwaysRefuses(node, refuses)) continue;
        const name = calledBy(node, parents);
        if (name === undefined) continue;
        refuses.add(name);
        if (name.startsWith('.')) for (const names of own.values()) names.add(name);
        if (parents.slice(0, 3).some(({ type }) => type === 'ExportNamedDeclaration')) shared.add(name);
      }
    }
    count = shared.size + [...own.values()].reduce((sum, names) => sum + names.size, 0);
  }
  return files.flatMap(({ path, text, nodes }) => {
    const refuses = own.get(path);
    const inHelper = (parents) =>
      parents.some((parent) => FUNCTIONS.includes(parent.type) && alwaysRefuses(parent, refuses));
    return nodes
      .filter(([node]) => throwsError(node) || (node.type === 'CallExpression' && refuses.has(calleeOf(node))))
      .map(([node, parents]) => {
        const lines = text.slice(0, node.start).split('\n');
        const message = node.type === 'NewExpression' ? node.arguments[0] : node.arguments[1];
        return {
          path,
          line: lines.length,
          column: lines.at(-1).length,
          words: wordsOf(message),
          // Its callers are counted one by one.
          helper: inHelper(parents),
        };
      })
      .filter(({ helper }) => !helper);
  });
}
