import type { Contents, Section } from '../contents.js';
import { STYLE } from '../embedded/style.js';
import { Chart } from './chart.js';
import { Cursor } from './cursor.js';
import { element } from './dom.js';

/** Shows contents within an element. @returns what takes them out again. */
export function mountContents(parent: HTMLElement, contents: Contents): { remove(): void } {
  const host = element('div');
  const root = host.attachShadow({ mode: 'open' });
  // Not an element: pages may forbid those.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const darkness = matchMedia('(prefers-color-scheme: dark)');
  const words = element('p', { class: 'cursor', role: 'status', 'aria-live': 'polite' });
  const cursor = new Cursor(
    () => darkness.matches,
    (text) => {
      words.textContent = text;
    },
  );
  const charts: Chart[] = [];
  const sections = contents.sections.map((section, index) => {
    const own = section.pictures.map((picture) => new Chart(picture, index, section.name, cursor));
    charts.push(...own);
    return sectionOf(section, own, contents.compared);
  });
  cursor.charts.push(...charts);
  root.append(
    element(
      'main',
      {},
      element('header', {}, element('h1', {}, contents.title), element('p', { class: 'hint' }, HINT)),
      overview(contents, (index) => sections[index]?.scrollIntoView({ behavior: 'smooth' })),
      words,
      ...sections,
    ),
  );
  parent.append(host);

  const redraw = (): void => {
    for (const chart of charts) chart.redraw();
  };
  darkness.addEventListener('change', redraw);
  const sizes = new ResizeObserver(redraw);
  sizes.observe(host);
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        sight.unobserve(target);
        charts.find(({ figure }) => figure === target)?.draw();
      }
    },
    { rootMargin: '600px' },
  );
  for (const { figure } of charts) sight.observe(figure);
  return {
    remove() {
      darkness.removeEventListener('change', redraw);
      sizes.disconnect();
      sight.disconnect();
      for (const chart of charts) chart.remove();
      host.remove();
    },
  };
}

const HINT =
  'Left to right: timesteps. Top to bottom: units. Point at a cell, or reach a map by Tab and move by arrow keys, Page Up and Down, Home and End. Drag to look closer; a double click or Escape leads back.';

/** One line a layer. */
function overview({ sections }: Contents, goTo: (section: number) => void): HTMLElement {
  const rows = sections.map(({ name, type, facts, share }, index) => {
    const link = element('button', { type: 'button' }, name);
    link.addEventListener('click', () => goTo(index));
    const percent = share === undefined ? '' : `${Math.round(share * 1000) / 10} %`;
    const bar = element('span', { class: 'bar' });
    bar.style.width = `${(share ?? 0) * 100}%`;
    const fact = (wanted: string): string => facts.find(([key]) => key === wanted)?.[1] ?? '';
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, link),
      element('td', {}, type),
      element('td', {}, fact('output') || fact('values')),
      element('td', { class: 'number' }, fact('parameters')),
      element(
        'td',
        { class: 'share' },
        ...(share === undefined ? [] : [bar, element('span', { class: 'percent' }, percent)]),
      ),
    );
  });
  const timed = sections.some(({ share }) => share !== undefined);
  const heads = ['layer', 'type', 'output', 'parameters', timed ? 'share of the time' : ''];
  const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
}

function sectionOf(section: Section, charts: readonly Chart[], compared: boolean): HTMLElement {
  const { name, type, facts, words, share } = section;
  const shown =
    share === undefined ? facts : [...facts, ['share of the time', `${Math.round(share * 1000) / 10} %`] as const];
  const list = shown.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]);
  return element(
    'section',
    { 'aria-label': `layer ${name}`, class: compared ? 'compared' : '' },
    element('h2', {}, name, ' ', element('small', {}, type)),
    element('div', { class: 'aside' }, element('dl', {}, ...list), element('p', {}, words)),
    element('div', { class: compared ? 'maps threes' : 'maps' }, ...charts.map(({ figure }) => figure)),
  );
}
