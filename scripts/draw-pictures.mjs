// Writes docs/pictures/: the drawings of docs/units-cells-layers.md, and what trace pages and `gatewise watch` look like, for which it wants Chromium.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { screens } from './pictures/screens.mjs';
import { story } from './pictures/story.mjs';

const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
mkdirSync(FOLDER, { recursive: true });
for (const pictures of [await story(), await screens()]) {
  for (const [name, content] of Object.entries(pictures)) {
    writeFileSync(FOLDER + name, content);
    console.log(`docs/pictures/${name} ${content.length} bytes`);
  }
}
