import { createServer } from 'node:http';

/** Letters of a request: one timestep is short. */
const LONGEST = 10_000;

/**
 * POST /USER with the numbers of one timestep as a JSON array; answers with the model's, likewise. What is wrong with the numbers is
 * for the engine to say: its errors name what was expected and what came.
 */
export function serve(sessions) {
  return createServer(async (request, response) => {
    const user = decodeURIComponent(new URL(request.url, 'http://localhost').pathname.slice(1));
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    try {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) {
        // Read to its end all the same: who is still writing would not read the answer.
        if (body.length <= LONGEST) body += chunk;
      }
      if (body.length > LONGEST) return answer(413, { error: 'more than one timestep' });
      if (request.method !== 'POST' || user === '') return answer(404, { error: 'POST /USER' });
      answer(200, [...sessions.step(user, JSON.parse(body))]);
    } catch (error) {
      answer(400, { error: error.message });
    }
  });
}
