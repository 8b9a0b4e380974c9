import type { ModelValue } from '../../index.js';
import type { Reply } from '../call.js';
import type { Parts } from '../parts.js';

const ENTITIES: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] as string);

const valueText = ({ name, axes }: ModelValue): string => `${name} [${axes.join(', ')}]`;

/** A page for people: which models there are and what they are doing. It runs nothing and fetches nothing. */
export function statusPage({ models, draining, connections, stats }: Parts): Reply {
  const rows = models.all.map(({ name, current, state }, index) => {
    const { version = '', sequences = 0, queued = 0, memory } = stats.models[index] ?? {};
    const cells = [
      name,
      version,
      `${state.state.toLowerCase()} ${state.reason}`,
      current?.inputs.map(valueText).join('; ') ?? '',
      current?.outputs.map(valueText).join('; ') ?? '',
      `${sequences}`,
      `${queued}`,
      `${((memory?.used ?? 0) / 2 ** 20).toFixed(1)} MiB`,
    ];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const heads = ['model', 'version', 'state', 'inputs', 'outputs', 'sequences', 'requests', 'memory'];
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Gatewise</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
</style>
<h1>Gatewise</h1>
<p>${draining ? 'About to end.' : 'Serving.'} ${connections.size} streams. <a href="openapi.json">OpenAPI</a></p>
<table>
<tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr>
${rows.join('\n')}
</table>
</html>
`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}
