// Finds regular expressions that can take longer than in proportion to the text: with two parts that may both be of any length, or one
// that a search begins anew at every character. Files and callers choose the text, so a few kilobytes could keep a process busy.
import { parseAst } from 'rolldown/parseAst';
import { analyse } from 'scslre';

const isNode = (value) => typeof value === 'object' && value !== null && typeof value.type === 'string';

function* nodesOf(node) {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesOf(child);
}

/** Of scslre's reports: the parts that trade characters with one another, with themselves, or with where the search began. */
const PARTS = {
  Trade: ({ startQuant, endQuant }) => `${startQuant.raw} and ${endQuant.raw}`,
  Self: ({ quant }) => `${quant.raw} within itself`,
  Move: ({ quant }) => `${quant.raw} from every character on`,
};

/** What the expression of this source can be slow by, as words. */
function slownessOf(source, flags) {
  return analyse({ source, flags }).reports.map((report) => PARTS[report.type](report));
}

/** @returns a line for each slow expression, and for each that is put together at run time, of which nobody knows. */
export function findSlowPatterns(path, text) {
  return [...nodesOf(parseAst(text, { lang: 'ts' }))].flatMap((node) => {
    const at = `${path}:${text.slice(0, node.start).split('\n').length}`;
    const { callee } = node;
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && callee.name === 'RegExp')
      return [`${at}  an expression put together at run time: ${text.slice(node.start, node.end).slice(0, 80)}`];
    if (!node.regex) return [];
    const parts = slownessOf(node.regex.pattern, node.regex.flags);
    return parts.map((part) => `${at}  /${node.regex.pattern}/: ${part}`);
  });
}
