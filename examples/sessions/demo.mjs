// A server with a stream for each user, few of them in memory, that is stopped and started in between.
//   npm run example:sessions
import { createModel } from 'gatewise';
import { fromPyTorch } from 'gatewise/pytorch';
import { config, settings, weights } from '../weather/model.mjs';
import { featurize, loadSeries } from '../weather/series.mjs';
import { serve } from './server.mjs';
import { Sessions } from './sessions.mjs';

const USERS = 60;
const LIVE = 8;
const DAYS = 8;
const spec = fromPyTorch(weights, config);
const x = featurize(loadSeries(), settings.normalisation);
/** Every user began to watch the weather on a day of their own. */
const frameOf = (user, day) => x.subarray((3 * user + day) * config.inputSize, (3 * user + day + 1) * config.inputSize);
const store = new Map();

/** Starts a server, lets every user ask once a day, in turn, and stops it. @returns what it answered. */
async function runServer(days) {
  const model = await createModel(spec);
  const sessions = new Sessions(model, store, LIVE);
  const server = serve(sessions);
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${server.address().port}`;
  const answers = [];
  const begin = performance.now();
  for (const day of days) {
    for (let user = 0; user < USERS; user++) {
      const body = JSON.stringify([...frameOf(user, day)]);
      const response = await fetch(`${url}/user-${user}`, { method: 'POST', body });
      answers.push({ user, day, forecast: await response.json() });
    }
  }
  const milliseconds = performance.now() - begin;
  server.closeAllConnections();
  server.close();
  sessions.close();
  model.dispose();
  console.log(
    `days ${days[0]} to ${days.at(-1)}: ${answers.length} requests of ${USERS} users, ${LIVE} streams in memory, ${(milliseconds / answers.length).toFixed(2)} ms a request`,
  );
  return answers;
}

const half = Array.from({ length: DAYS / 2 }, (_, day) => day);
const answers = [...(await runServer(half)), ...(await runServer(half.map((day) => day + DAYS / 2)))];
console.log(`stored for each user: ${store.get('user-0').length} bytes`);

// The same sequences, each in one stream that nobody interrupts.
const model = await createModel(spec);
const streams = Array.from({ length: USERS }, () => model.createStream());
const same = answers.filter(({ user, day, forecast }) => {
  const alone = streams[user].step(frameOf(user, day));
  return alone.length === forecast.length && alone.every((value, at) => value === forecast[at]);
});
console.log(`${same.length} of ${answers.length} answers have the bits of an uninterrupted stream`);
if (same.length !== answers.length) process.exitCode = 1;
