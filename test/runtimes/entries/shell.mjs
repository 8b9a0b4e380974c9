// For runtimes that run a script and print.
import { acceptsBuild, createModel } from 'gatewise';
import { load } from 'gatewise/load';
import questions from './questions.mjs';
import { conform } from './suite.mjs';

console.log(JSON.stringify(await conform({ createModel, acceptsBuild, load, int8: {} }, questions)));
