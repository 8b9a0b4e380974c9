// A small GRU that has read the names of American airports makes up new ones, letter by letter.
//   npm run example:names [-- how names begin] [temperature] [seed]
import { createModel } from 'gatewise';
import { table } from '../shared/data.mjs';
import { seeded } from '../shared/random.mjs';
import { settings, spec } from './model.mjs';
import { spell } from './spell.mjs';

const [start = '', temperature = '0.6', seed = '1'] = process.argv.slice(2);
const model = await createModel(spec);
console.log(`${model.summary()}\n`);

const real = new Set(table('airports.csv').name);
const options = { start, count: 16, temperature: Number(temperature), random: seeded(Number(seed)) };
const begin = performance.now();
const names = spell(model, settings.letters, options);
const milliseconds = performance.now() - begin;
console.log(`airports${start && ` that begin with ${start}`}, temperature ${temperature}, seed ${seed}:`);
for (const name of names) console.log(`  ${name}${real.has(name) ? '   (there is one)' : ''}`);
const letters = names.join('').length;
console.log(`\n${letters} letters in ${milliseconds.toFixed(0)} ms`);
