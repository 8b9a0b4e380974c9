import { readdirSync, readFileSync } from 'node:fs';

/**
 * Seconds that all threads of a process, and of those that it started, have had of a processor, as Linux counts them; NaN on other systems.
 */
export function processorSeconds(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
    return threads.reduce((sum, thread) => {
      const [own] = readFileSync(`${thread}/schedstat`, 'latin1').split(' ');
      const started = readFileSync(`${thread}/children`, 'latin1').split(' ').filter(Boolean);
      return started.map(processorSeconds).reduce((all, one) => all + one, sum + own / 1e9);
    }, 0);
  } catch {
    return Number.NaN;
  }
}
