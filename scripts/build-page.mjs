// Makes src/view/embedded/: the script and the style sheet of trace pages (src/view/client/) as text, so that a page is one file. The
// script has the licence of the library in it, as it must wherever a page goes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VIEW = join(ROOT, 'src/view');
const LIBRARY = join(dirname(createRequire(import.meta.url).resolve('uplot')), '..');

/** A module that exports one text. */
function write(file, name, text) {
  mkdirSync(join(VIEW, 'embedded'), { recursive: true });
  writeFileSync(join(VIEW, 'embedded', file), `export const ${name} = ${JSON.stringify(text)};\n`);
}

const css = [join(LIBRARY, 'dist/uPlot.min.css'), join(VIEW, 'client/view.css')].map((path) =>
  readFileSync(path, 'utf8'),
);
write('style.ts', 'STYLE', css.join('\n').replace(/\s*\n\s*/g, '\n'));

const { output } = await build({
  input: join(VIEW, 'client/script.ts'),
  cwd: ROOT,
  platform: 'browser',
  tsconfig: 'tsconfig.build.json',
  write: false,
  output: { format: 'iife', minify: true, codeSplitting: false, comments: { legal: false } },
});
const licence = readFileSync(join(LIBRARY, 'LICENSE'), 'utf8').trim();
const script = `/* uPlot ${JSON.parse(readFileSync(join(LIBRARY, 'package.json'), 'utf8')).version}\n${licence} */\n${output[0].code.trim()}`;
// As text within a page, where these would end or hide the element.
write('page.ts', 'SCRIPT', script.replace(/<(?=\/script|!--)/gi, '\\x3C'));
