// Which names of the outside a piece of JavaScript refers to: enough of scopes for what rolldown prints.
import { walk } from './replayed.mjs';

/** Names that a pattern binds. */
function bound(pattern) {
  if (!pattern) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => bound(property.value ?? property.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap(bound);
    case 'AssignmentPattern':
      return bound(pattern.left);
    case 'RestElement':
      return bound(pattern.argument);
    default:
      throw new Error(`a pattern of type ${pattern.type}`);
  }
}

/** Names that a statement declares where it stands. */
export function declared(statement) {
  if (statement.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => bound(id));
  return /^(?:Function|Class)Declaration$/.test(statement.type) ? [statement.id.name] : [];
}

const IS_FUNCTION = /Function/;

/** Names that a node brings for what is within it. */
function scopeOf(node) {
  if (IS_FUNCTION.test(node.type)) return [...node.params.flatMap(bound), ...(node.id ? [node.id.name] : [])];
  if (node.type === 'BlockStatement' || node.type === 'StaticBlock') return node.body.flatMap(declared);
  if (node.type === 'SwitchStatement') return node.cases.flatMap(({ consequent }) => consequent.flatMap(declared));
  if (node.type === 'CatchClause') return bound(node.param);
  if (node.type === 'ForStatement') return node.init ? declared(node.init) : [];
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return declared(node.left);
  return node.type === 'ClassExpression' && node.id ? [node.id.name] : [];
}

/** Keys that are names, not references. */
const keyOf = (node) => {
  if (node.computed) return undefined;
  if (node.type === 'MemberExpression') return 'property';
  return /^(?:Property|MethodDefinition|PropertyDefinition)$/.test(node.type) ? 'key' : undefined;
};

/** Names that a node refers to and does not declare. */
export function references(node, own = new Set(), found = new Set()) {
  walk(node, (inner) => {
    if (inner.type === 'Identifier') {
      if (!own.has(inner.name)) found.add(inner.name);
      return true;
    }
    const names = scopeOf(inner);
    const key = keyOf(inner);
    if (names.length === 0 && key === undefined) return false;
    const scope = names.length > 0 ? new Set([...own, ...names]) : own;
    for (const child of Object.keys(inner)) {
      if (child !== key && typeof inner[child] === 'object') references(inner[child], scope, found);
    }
    return true;
  });
  return found;
}
