// For runtimes that run a script and print.
import { createPool } from 'gatewise/many';
import { answerMany } from './many-suite.mjs';

console.log(JSON.stringify(await answerMany(createPool)));
