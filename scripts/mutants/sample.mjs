// A sample of what StrykerJS changes in a folder, drawn by a seed, each change against the tests that come past it. All of them are in the
// text at once and switched on one by one in one process (switching-runner.mjs), which takes seconds where a process each takes hours.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { Copy } from './copy.mjs';
import { draw, scoreOf } from './draw.mjs';
import { instrument } from './instrument.mjs';
import { testsOf } from './rooms.mjs';

/** A test that takes so long hangs: they take seconds, or as many times longer as the machine has more to do than it can. */
const patience = () => 45_000 * Math.max(1, loadavg()[0] / availableParallelism());
const NOTICED = ['noticed', 'hung'];

/**
 * @param options `sample`: how many, or `all`; `seed`; `kept`: a file of outcomes, which is read and written, so that what was noticed is
 * not made again: after an interruption, or when new tests look at what was left.
 * @returns how many of the drawn were not noticed.
 */
export async function testSample(folder, { sample = '100', seed = '1', kept } = {}) {
  const copy = new Copy();
  try {
    const made = await instrument(copy, folder);
    const drawn = draw(made, sample, seed);
    const outcomes = new Map();
    const before = kept && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
    for (const mutant of drawn) {
      const by = before[keyOf(mutant)];
      if (by) outcomes.set(mutant.id, { status: 'noticed', by });
    }
    const keep = () => {
      for (const mutant of drawn) {
        const { status, by } = outcomes.get(mutant.id) ?? {};
        if (NOTICED.includes(status)) before[keyOf(mutant)] = by;
      }
      if (kept) writeFileSync(kept, JSON.stringify(before, null, 1));
    };
    const room = new Room(copy, testsOf(folder));
    await room.switchAll(
      drawn.map(({ id }) => id),
      outcomes,
      keep,
    );
    for (const { id } of drawn) {
      if (outcomes.get(id).status !== 'static') continue;
      outcomes.set(id, await room.runWith(id, outcomes.get(id).files));
      keep();
    }
    return tell(folder, made.length, drawn, outcomes, seed);
  } finally {
    copy.remove();
  }
}

/** The same for the same change of the same text. */
const keyOf = ({ fileName, location: { start }, mutatorName, was, replacement }) =>
  [fileName, start.line + 1, start.column, mutatorName, was, replacement].join('|');

// Left at once, it takes along what it started.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** The tests of a room in processes of the copy. */
class Room {
  #copy;
  #include;
  #files;
  #order;

  constructor(copy, { include, exclude }) {
    this.#copy = copy;
    this.#include = include;
    const test = {
      include,
      exclude,
      setupFiles: ['./test/support/setup.ts'],
      runner: './scripts/mutants/switching-runner.mjs',
      testTimeout: 30_000,
      pool: 'forks',
      maxWorkers: 1,
      isolate: false,
      execArgv: ['--expose-gc'],
      reporters: ['dot'],
    };
    const sequencer = './scripts/mutants/quick-first.mjs';
    const config = `import sequencer from '${sequencer}';\nexport default { test: { ...${JSON.stringify(test)}, sequence: { sequencer } } };\n`;
    copy.write('vitest.mutants.config.ts', config);
  }

  /** Fills `outcomes` of all `ids` that have none yet: in one process, or more if some hang or spoil it. */
  async switchAll(ids, outcomes, keep) {
    const tried = new Set();
    for (let left = ids; ; ) {
      left = left.filter((id) => !outcomes.has(id));
      if (left.length === 0) return;
      const { told, hung } = await this.#run({ ids: left });
      if (!told.some(({ ready }) => ready))
        throw new Error(
          `the tests of ${this.#include} do not pass without any change: ${JSON.stringify(told.filter(({ unfit }) => unfit))}`,
        );
      for (const { unfit, error } of tried.size === 0 ? told : [])
        if (unfit) console.log(`left out, since it fails without any change or the second time: ${unfit}: ${error}`);
      for (const outcome of told) {
        if (outcome.status === undefined) continue;
        const { id, status, by, spoiled, files } = outcome;
        // Spoiled by this one or one before it? Alone it is sure.
        const first = told.find(({ start }) => start !== undefined).start === id;
        if (!spoiled || first) outcomes.set(id, { status, by, files });
      }
      this.#order ??= told.find(({ order }) => order).order;
      const last = told.findLast(({ start }) => start !== undefined)?.start;
      if (!told.some(({ end }) => end) && !told.some(({ id }) => id === last))
        outcomes.set(last, { status: hung ? 'hung' : 'noticed', by: 'the process ended' });
      tried.add(last);
      keep();
    }
  }

  /** A process with one change active from its beginning. @param files all tests unless given. */
  async runWith(id, files = []) {
    const { code, hung } = await this.#run({ active: id, order: this.#order }, files);
    return { status: hung ? 'hung' : code === 0 ? 'survived' : 'noticed', by: 'a run of its own' };
  }

  async #run(asked, only = []) {
    const run = join(this.#copy.folder, 'mutants-run.json');
    const told = join(this.#copy.folder, 'mutants-told.jsonl');
    writeFileSync(told, '');
    this.#files ??= await this.#countFiles();
    writeFileSync(run, JSON.stringify({ files: this.#files, told, ...asked }));
    const bail = asked.active === undefined ? [] : ['--bail=1'];
    const { code, hung } = await this.#vitest(
      ['run', '--config', 'vitest.mutants.config.ts', ...only, ...bail],
      run,
      told,
    );
    const lines = readFileSync(told, 'utf8').split('\n').filter(Boolean);
    return { told: lines.map((line) => JSON.parse(line)), code, hung };
  }

  async #countFiles() {
    const list = join(this.#copy.folder, 'mutants-files.json');
    await this.#vitest(['list', '--filesOnly', `--json=${list}`, '--config', 'vitest.mutants.config.ts'], '', list);
    return JSON.parse(readFileSync(list, 'utf8')).length;
  }

  #vitest(args, run, told) {
    const env = { ...process.env, MUTANTS_RUN: run };
    const vitest = resolve(this.#copy.folder, 'node_modules/vitest/vitest.mjs');
    // A group of its own, so that Vitest's workers end with it.
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd: this.#copy.folder,
      env,
      stdio: 'ignore',
      detached: true,
    });
    const kill = () => process.kill(-child.pid, 'SIGKILL');
    process.once('exit', kill);
    return new Promise((done, failed) => {
      let [size, since, hung] = [0, Date.now(), false];
      const watch = setInterval(() => {
        const now = existsSync(told) ? readFileSync(told).length : 0;
        if (now !== size) [size, since] = [now, Date.now()];
        // Files are loaded before the first word.
        if (Date.now() - since < (size === 0 ? 4 : 1) * patience()) return;
        hung = true;
        kill();
      }, 1000);
      child.on('error', failed);
      child.on('exit', (code) => {
        clearInterval(watch);
        process.off('exit', kill);
        done({ code, hung });
      });
    });
  }
}

/** Prints what is left, and the score. */
function tell(folder, of, drawn, outcomes, seed) {
  const count = { noticed: 0, hung: 0, survived: 0, 'not reached': 0 };
  for (const { id, fileName, location, was, replacement } of drawn) {
    const { status } = outcomes.get(id);
    count[status]++;
    if (NOTICED.includes(status)) continue;
    const short = (text) => text.replace(/\s+/g, ' ').slice(0, 100);
    console.log(`${status}  ${fileName}:${location.start.line + 1}  ${short(was)}  →  ${short(replacement)}`);
  }
  const noticed = count.noticed + count.hung;
  const score = scoreOf(noticed, drawn.length, of);
  console.log(`${score}  ${folder}: ${drawn.length} of ${of}, seed ${seed}: ${JSON.stringify(count)}`);
  return drawn.length - noticed;
}
