// Has V8 compile functions together with their file instead of one by one when they are first called: a function expression in parentheses is one
// that it takes for called at once (https://v8.dev/blog/preparser#pife). Otherwise it reads the function twice, first to find its end, and that takes as long as the compiling.
import MagicString from 'magic-string';
import { parseAst } from 'rolldown/parseAst';

/**
 * @param code a module as bundlers print it.
 * @param called tells by the place of a function, from where to where, whether it is to be compiled with the file.
 * @returns the module as a MagicString, in which functions declared at its top stand in front, as what they are hoisted to. Lines of others stay lines.
 */
export function eager(code, called) {
  const text = new MagicString(code);
  const module = parseAst(code);
  const imports = module.body.findLast(({ type }) => type === 'ImportDeclaration')?.end ?? 0;
  const visit = (node, parent) => {
    if (called(node.start, node.end)) {
      if (node.type === 'FunctionDeclaration' && parent === module) declared(node);
      else if (node.type === 'Property' && node.method) method(node);
      else if (node.type === 'ArrowFunctionExpression') arrow(node);
    }
    for (const child of childrenOf(node)) visit(child, node);
  };
  const declared = ({ id, start, end, async, generator }) => {
    if (async || generator) return;
    text.update(start, start + 'function'.length, `\nvar ${id.name} = (function`);
    text.update(end - 1, end, '});');
    if (start > imports) text.move(start, end, imports);
  };
  const method = ({ key, computed, value: { start, end, async, generator, ...value } }) => {
    if (computed || async || generator || uses(value.body, /^Super$/)) return;
    text.update(start, start + 1, `: (function ${key.name}(`);
    text.prependLeft(end, ')');
  };
  const arrow = ({ params, body, start, end, async }) => {
    if (async || uses([params, body], OF_ARROWS)) return;
    // The last of what stands between parameters and body, which has no such sign.
    const sign = code.indexOf('=>', params.at(-1)?.end ?? start);
    const isBare = code[start] !== '(';
    if (isBare) text.prependRight(start, '(function(');
    else text.update(start, start + 1, '(function(');
    const close = isBare ? ')' : '';
    if (body.type === 'BlockStatement') {
      text.update(sign, sign + 2, close);
      text.prependLeft(end, ')');
    } else {
      text.update(sign, sign + 2, `${close}{ return `);
      text.prependLeft(end, '; })');
    }
  };
  visit(module);
  return text;
}

/** What means something else in an arrow function than in another one. */
const OF_ARROWS = /^(?:ThisExpression|Super|MetaProperty|Identifier:arguments)$/;

/** Whether something within has one of the types; other functions count, in which it may mean something else: rather none too many. */
function uses(node, types) {
  if (types.test(node.type === 'Identifier' ? `Identifier:${node.name}` : node.type)) return true;
  return childrenOf(node).some((child) => uses(child, types));
}

const childrenOf = (node) =>
  Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null);
