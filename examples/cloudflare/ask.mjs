// A conversation with the Worker: the weather of some days, one after another, and what it forecasts.
//   node ask.mjs [URL]
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { climatology, featurize, loadSeries } from '../weather/series.mjs';

const site = process.argv[2] ?? 'http://localhost:8787';
const { normalisation: norm } = JSON.parse(readFileSync(new URL('../weather/settings.json', import.meta.url), 'utf8'));
const { days, columns } = loadSeries();
const x = featurize({ days, columns }, norm);
const { climatology: coefficients, scale } = norm.temp_max;

// Who knows it can go on with the conversation.
const id = randomUUID();
for (let day = 0; day < 60; day++) {
  const frame = x.subarray(4 * day, 4 * (day + 1));
  const [{ data }] = await ask({
    inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 1, 4], data: [...frame] }],
    parameters: { sequence_id: id, sequence_start: day === 0, sequence_step: day },
  });
  // What is left of today's departure from the season's normal, corrected by the network.
  const tomorrow = climatology(coefficients, day + 1) + scale * (norm.persistence[0] * frame[0] + data[0]);
  if (day >= 50) {
    const measured = columns.temp_max[day + 1].toFixed(1);
    console.log(`${days[day + 1]}: ${tomorrow.toFixed(1)} °C forecast, ${measured} °C measured`);
  }
}

/** Sent again if it got no reply: the step's number says that it is the same. */
async function ask(request) {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(`${site}/v2/models/weather/infer`, {
        method: 'POST',
        body: JSON.stringify(request),
      });
      const { outputs, error } = await response.json();
      if (outputs) return outputs;
      if (response.status !== 503) throw new Error(error);
    } catch (error) {
      if (tries === 50 || !(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
