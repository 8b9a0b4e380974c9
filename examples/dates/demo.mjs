// An encoder-decoder reads dates as people write them, and writes them as 2024-10-03.
//   npm run example:dates [-- dates]
import { createModel } from 'gatewise';
import { decoder, encoder, settings, trained } from './model.mjs';
import { dateReader } from './read-date.mjs';

const [reading, writing] = [await createModel(encoder), await createModel(decoder)];
console.log(`${reading.summary()}\n\n${writing.summary()}\n`);
const read = dateReader(reading, writing, settings);

const given = process.argv.slice(2);
const texts =
  given.length > 0 ? given : ['3rd of October 2024', 'sat, 1 Jan 2000', '24.12.1984', 'Friday July 4 1997', '2031/2/9'];
for (const text of texts) console.log(`  ${text.padEnd(24)} ${read(text)}`);

// Days that training has not seen; and what Keras itself read there.
const { held_out } = settings;
const begin = performance.now();
const answers = held_out.map(([text]) => read(text));
const milliseconds = (performance.now() - begin) / held_out.length;
const right = held_out.filter(([, day], at) => answers[at] === day).length;
const same = held_out.filter(([, , keras], at) => answers[at] === keras).length;
console.log(`\n${right} of ${held_out.length} days that were never seen are right, ${milliseconds.toFixed(2)} ms each`);
console.log(`${same} of ${held_out.length} are what Keras read`);

// The model in one piece, as it was trained, gives the probabilities that Keras gives.
const [text, day] = held_out[0];
const ids = (alphabet, letters) => [...letters].map((letter) => alphabet.indexOf(letter) + 1);
const whole = await createModel(trained);
const inputs = { text: ids(settings.letters, text), so_far: ids(settings.answer, `^${day}`.slice(0, -1)) };
const [{ data }] = Object.values(whole.runNamed(inputs));
const difference = settings.probabilities.flat().reduce((most, p, at) => Math.max(most, Math.abs(p - data[at])), 0);
console.log(`largest difference from Keras' probabilities: ${difference.toExponential(1)}`);
if (right < 0.99 * held_out.length || same < held_out.length || !(difference < 1e-5)) process.exitCode = 1;
