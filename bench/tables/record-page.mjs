import { markdown } from '../support/table.mjs';
import { where } from './speed.mjs';

/**
 * All that was measured on a machine, suite by suite.
 * @param builds `{ build: { suite: record } }`
 */
export function recordPage(machine, builds) {
  const parts = Object.values(builds).flatMap((records) =>
    Object.values(records).map((record) =>
      [
        `## ${record.suite}, \`${record.build}\``,
        `${record.title}.`,
        `${where(record)}.${changed(record)}`,
        markdown(record.table),
      ].join('\n\n'),
    ),
  );
  return `# ${machine}

Written by \`node bench/table.mjs\` out of the records beside it; [bench/README.md](../../README.md) says how they are taken.

${parts.join('\n\n')}
`;
}

const changed = ({ modified }) => (modified ? ' The code that was measured is not quite the commit’s.' : '');
