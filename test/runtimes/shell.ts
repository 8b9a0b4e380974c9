// For runtimes that run a script and print: the files come as a global, put in front of this one.
import { type File, openAll } from './importers.js';
import { smoke } from './smoke.js';

const { FILES } = globalThis as unknown as { FILES: readonly File[] };
console.log(JSON.stringify({ smoke: await smoke(), opened: await openAll(FILES) }));
