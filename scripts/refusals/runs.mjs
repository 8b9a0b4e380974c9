/**
 * How often the innermost statement, branch or function around a place ran, of one file's coverage by istanbul. An operand ends before
 * its end: what follows it on its line, as in `a ?? refuse(…)`, is another one.
 */
export function runsAt({ statementMap, branchMap, fnMap, s, b, f }, line, column) {
  const around = [
    ...Object.entries(statementMap).map(([id, loc]) => [loc, s[id]]),
    ...Object.entries(branchMap).flatMap(([id, { locations }]) => locations.map((loc, index) => [loc, b[id][index]])),
    ...Object.entries(fnMap).map(([id, { loc }]) => [loc, f[id]]),
  ].filter(([{ start, end }]) => {
    if (start.line === undefined || end.line === undefined) return false;
    const after = line > start.line || (line === start.line && column >= start.column);
    return after && (line < end.line || (line === end.line && column < (end.column ?? Infinity)));
  });
  const size = ({ start, end }) => (end.line - start.line) * 1e4 + (end.column ?? 1e4) - (start.column ?? 0);
  return around.sort(([one], [other]) => size(one) - size(other))[0]?.[1] ?? 0;
}
