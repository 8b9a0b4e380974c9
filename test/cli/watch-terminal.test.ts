import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { painter, scaleOf, unpacked } from '../../src/view/live.js';
import { randomFloats, stack } from '../support/random.js';
import { BIN, folder, put, putModel } from './here.js';
import { hasScript, PseudoTerminal } from './pseudo-terminal.js';

const spec = stack('lstm', 3, 6);
const file = putModel('live.gatewise', spec);
const TIME = 30;
const x = randomFloats(TIME * 3, 3);
const rows = Array.from({ length: TIME }, (_, t) => x.subarray(t * 3, t * 3 + 3).join(','));
const table = put('live.csv', `${rows.join('\n')}\n`);
const NODE = `${process.execPath} ${BIN}`;
const WATCH = `${NODE} watch ${file}`;
const [LEFT, RIGHT, DOWN, CTRL_C, CTRL_Z] = ['\x1b[D', '\x1b[C', '\x1b[B', '\x03', '\x1a'];

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const STYLE = /\x1b\[[\d;]*m/;

const traced = (await createModel(spec)).trace(x).layers[0];
/** A gate's or state's value as the screen shows it. */
const shown = (data: Float32Array | undefined, t: number, unit: number): string =>
  `${Number((data?.[t * 6 + unit] ?? Number.NaN).toPrecision(4))}`.replace('-', '−');

/** What a terminal is left as. */
async function expectRestored(terminal: PseudoTerminal): Promise<void> {
  expect(await terminal.isAlternate()).toBe(false);
  // The last word on the cursor, and on lines that are too long.
  expect(terminal.raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?25l'));
  expect(terminal.raw.lastIndexOf('\x1b[?7h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?7l'));
}

describe('watch in a terminal', hasScript, () => {
  it('plays to the end, in colours of the page', async () => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table} --rate 200/s`);
    await terminal.shows(/timestep 29 {2}the end/);
    expect(await terminal.isAlternate()).toBe(true);
    const lines = await terminal.lines();
    expect(lines[0]).toMatch(/^lstm0: lstm, 6 units, 264 parameters/);
    expect(lines.at(-1)).toMatch(/^space pause .* q quit$/);
    const line = lines.findIndex((text) => text.includes('i input gate'));
    // The latest timestep of the first two units stands at the right end of the map's first line.
    const at = (lines[line + 1] as string).lastIndexOf('▀', (lines[line] as string).indexOf('0…1') + 2);
    const { upper, lower, rgb } = await terminal.colours(at, line + 1);
    const colour = (value: number | undefined): number => {
      const [r, g, b] = unpacked(painter(scaleOf({ name: 'i', kind: 'gate' }, []), true)(value ?? Number.NaN));
      return (r << 16) | (g << 8) | b;
    };
    expect(rgb).toBe(true);
    const last = (TIME - 1) * 6;
    expect([upper, lower]).toEqual([colour(traced?.gates.i?.[last]), colour(traced?.gates.i?.[last + 1])]);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
    await expectRestored(terminal);
  });

  it('steps forth and back, chooses units and gates, shows the words', async () => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table} --rate 0.01`);
    await terminal.shows(/timestep 0 /);
    terminal.press(RIGHT.repeat(3));
    await terminal.shows(/timestep 3 {2}paused/);
    terminal.press(LEFT);
    await terminal.shows(/timestep 2 {2}paused/);
    await terminal.shows(
      new RegExp(`unit 0: {2}i ${shown(traced?.gates.i, 2, 0)} {2}f ${shown(traced?.gates.f, 2, 0)}`),
    );
    terminal.press(`${DOWN}${DOWN}`);
    await terminal.shows(new RegExp(`unit 2: {2}i ${shown(traced?.gates.i, 2, 2)} .* h ${shown(traced?.h, 2, 2)}`));
    await terminal.shows(/▸i input gate/);
    terminal.press('\t');
    await terminal.shows(/▸f forget gate/);
    terminal.press('w');
    await terminal.shows(/Its parameters, for each of the 4 gates/);
    terminal.press(LEFT.repeat(9));
    await terminal.shows(/timestep 0 {2}paused/);
    terminal.press(' ');
    await terminal.shows(/timestep \d+ {2}0\.01\/s/);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
    await expectRestored(terminal);
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }, /shades, from low to high: “ \.:-=\+\*#%@”/],
    ['a terminal of few colours', { TERM: 'xterm-16color', COLORTERM: '' }, /shades, from low to high/],
  ])('letters are shades: %s', async (_, env, legend) => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table} --rate 500`, 80, 30, env);
    await terminal.shows(/timestep 29 {2}the end/);
    await terminal.shows(legend);
    expect(terminal.raw).not.toContain('▀');
    if ('NO_COLOR' in env) expect(terminal.raw).not.toMatch(STYLE);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
  });

  it('takes 256 colours where there are no more', async () => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table} --rate 500`, 80, 24, { COLORTERM: '' });
    await terminal.shows(/timestep 29 {2}the end/);
    expect(terminal.raw).toContain('\x1b[38;5;');
    expect(terminal.raw).not.toContain('\x1b[38;2;');
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
  });

  it('frames come through a pipe, keys from the terminal; what is not there yet is waited for', async () => {
    const lines = Array.from({ length: 12 }, (_, t) => `${t / 10},0,0`).join('\\n');
    const terminal = new PseudoTerminal(`(printf '${lines}\\n'; sleep 600) | ${WATCH} -i - --rate 500`);
    await terminal.shows(/timestep 11 /);
    terminal.press(LEFT);
    await terminal.shows(/timestep 10 {2}paused/);
    // To the one that shows; then to what still writes to it.
    terminal.press(CTRL_C);
    while (await terminal.isAlternate()) await setTimeout(20);
    await expectRestored(terminal);
    terminal.press(CTRL_C);
    await terminal.end();
  });

  it('takes another size when the terminal does', async () => {
    const terminal = new PseudoTerminal(`(sleep 1; stty cols 50 rows 18 < /dev/tty) & ${WATCH} -i ${table} --rate 500`);
    await terminal.shows(/timestep 29 {2}the end/);
    await terminal.shows(/^.{40,50}the end$/m);
    // What stood there before the terminal was told, too, is drawn anew.
    const widest = async (): Promise<number> => Math.max(...(await terminal.lines()).map(({ length }) => length));
    await expect.poll(widest, { timeout: 10_000 }).toBeLessThanOrEqual(50);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
  });

  it.each([
    [5, 2],
    [12, 6],
  ])('says what fits into %i columns and %i rows', async (columns, rows) => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table} --rate 500`, columns, rows);
    await terminal.shows(/lstm/);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
    await expectRestored(terminal);
  });
});

describe('leaves the terminal as it was', hasScript, () => {
  it('Ctrl-C', async () => {
    const terminal = new PseudoTerminal(`${WATCH} -i ${table}`);
    await terminal.shows(/timestep \d/);
    terminal.press(CTRL_C);
    expect(await terminal.end()).toBe(130);
    await expectRestored(terminal);
  });

  it.each([
    ['TERM', 143],
    ['INT', 130],
    ['HUP', 129],
  ])('SIG%s', async (signal, code) => {
    const pid = join(folder, `${signal}.pid`);
    const terminal = new PseudoTerminal(`sh -c 'echo $$ > ${pid}; exec ${WATCH} -i ${table}'`);
    await terminal.shows(/timestep \d/);
    process.kill(Number(readFileSync(pid, 'utf8')), `SIG${signal}`);
    expect(await terminal.end()).toBe(code);
    await expectRestored(terminal);
  });

  it('Ctrl-Z, and goes on afterwards', async () => {
    const terminal = new PseudoTerminal(`bash -mc '${WATCH} -i ${table} --rate 100; echo stopped; fg %1 > /dev/null'`);
    await terminal.shows(/timestep 29 {2}the end/);
    terminal.press(CTRL_Z);
    while (terminal.raw.split('\x1b[?1049h').length < 3) await setTimeout(20);
    expect(terminal.raw).toContain('stopped');
    await terminal.shows(/timestep 29 {2}the end/);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
    await expectRestored(terminal);
  });

  it('a fault in the middle of the input: one line, exit code 1', async () => {
    const broken = put('broken.csv', `${rows.slice(0, 12).join('\n')}\n1,x,2\n`);
    const terminal = new PseudoTerminal(`${WATCH} -i ${broken} --rate 200`);
    expect(await terminal.end()).toBe(1);
    await expectRestored(terminal);
    const lines = (await terminal.lines()).filter((line) => line.trim() !== '');
    expect(lines.join('')).toMatch(
      /^gatewise: file ".*broken\.csv", row 13, column 2: not a number; expected .*, got "x"$/,
    );
  });
});

it('tells a timestep when its row comes, and ends quietly when nobody reads on', async () => {
  const child = spawn(process.execPath, [BIN, 'watch', file, '-i', '-', '--json']);
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = new Promise((done) => child.on('close', done));
  const told = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<number> => JSON.parse((await told.next()).value ?? '').timestep;
  // What a delimiter is found in.
  child.stdin.write(`${rows.slice(0, 11).join('\n')}\n`);
  for (let t = 0; t < 11; t++) expect(await next()).toBe(t);
  for (let t = 11; t < 14; t++) {
    child.stdin.write(`${rows[t]}\n`);
    expect(await next()).toBe(t);
  }
  child.stdout.destroy();
  child.stdin.on('error', () => {});
  for (let t = 14; t < 20 && child.exitCode === null; t++) {
    child.stdin.write(`${rows[t]}\n`);
    await setTimeout(20);
  }
  expect(await ended).toBe(0);
  expect(err).toBe('');
});
