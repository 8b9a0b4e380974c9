// Vitest's runner, that keeps the tests it ran and runs them again with one change after another switched on, in the same process: files are
// loaded once, and of the tests only those that came past the change. What is asked and told stands in the file of MUTANTS_RUN: see sample.mjs.
import { appendFileSync, readFileSync } from 'node:fs';
import { VitestTestRunner } from 'vitest/runners';
import { getFn, getHooks } from 'vitest/suite';

const { files, active, ids, told } = JSON.parse(readFileSync(process.env.MUTANTS_RUN, 'utf8'));
const tell = (what) => appendFileSync(told, `${JSON.stringify(what)}\n`);

/** What the changed texts look at: StrykerJS's names. */
globalThis.__stryker__ ??= {};
const state = globalThis.__stryker__;
state.activeMutant = active;

export default class SwitchingRunner extends VitestTestRunner {
  #tests = [];
  #files = 0;
  /** By change: the files during whose loading it ran, with how often until then. */
  #loading = new Map();

  onBeforeRunFiles(loaded) {
    super.onBeforeRunFiles?.(loaded);
    for (const [id, hits] of Object.entries(state.mutantCoverage?.static ?? {})) {
      const known = this.#loading.get(id) ?? { files: [], hits: 0 };
      if (hits > known.hits)
        this.#loading.set(id, { files: [...known.files, ...loaded.map(({ name }) => name)], hits });
    }
  }

  async onBeforeRunTask(test) {
    if (test.mode === 'run' || test.mode === 'queued') state.currentTestId = String(this.#tests.length);
    await super.onBeforeRunTask(test);
  }

  onAfterRunTask(test) {
    state.currentTestId = undefined;
    tell({ busy: test.name });
    super.onAfterRunTask(test);
    if (test.result?.state === 'pass') this.#tests.push({ test, ms: test.result.duration });
    else {
      delete state.mutantCoverage?.perTest[this.#tests.length];
      const [error] = test.result?.errors ?? [];
      if (error) tell({ unfit: `${test.file.name}: ${test.name}`, error: error.message });
    }
  }

  async onAfterRunFiles(ran) {
    super.onAfterRunFiles(ran);
    this.#files += ran.length;
    // Vitest hands over one file at a time.
    if (active === undefined && this.#files === files) await this.#switchAll();
  }

  async #switchAll() {
    const coverage = state.mutantCoverage ?? { static: {}, perTest: {} };
    // From here on everything counts as if it ran while files are loaded.
    const atLoading = new Set(Object.keys(coverage.static));
    const suites = new Set(this.#tests.flatMap(({ test }) => suitesOf(test)));
    for (const suite of suites) for (const hook of getHooks(suite).beforeAll ?? []) await hook(suite);
    const tests = [];
    for (const [number, { test, ms }] of this.#tests.entries()) {
      // Some tests can't be run twice; they would notice everything.
      state.currentTestId = `again ${number}`;
      const error = await failure(test);
      state.currentTestId = undefined;
      tell({ busy: test.name });
      const [hits = {}, again = {}] = [coverage.perTest[number], coverage.perTest[`again ${number}`]];
      if (error) tell({ unfit: `${test.file.name}: ${test.name}`, error: String(error) });
      else tests.push({ test, ms, hits, again });
    }
    tests.sort((a, b) => a.ms - b.ms);
    const time = {};
    for (const { test, ms } of tests) time[test.file.name] = (time[test.file.name] ?? 0) + ms;
    tell({ ready: tests.length, order: Object.keys(time).sort((a, b) => time[a] - time[b]) });
    for (const id of ids) {
      tell({ start: id });
      const covering = tests.filter(({ hits }) => hits[id]);
      const outcome = await this.#switch(id, covering);
      if (covering.length === 0 && !atLoading.has(id)) outcome.status = 'not reached';
      else if (outcome.status === 'survived') {
        // What ran while files were loaded, in the body of a describe, or once in a process ran before there was anything to switch.
        const once = covering.filter(({ again }) => !again[id]).map(({ test }) => test.file.name);
        if (atLoading.has(id) || once.length > 0) {
          outcome.status = 'static';
          // What no test runs is a part of the module itself, which whatever file comes first loads.
          if (covering.length > 0) outcome.files = [...new Set([...(this.#loading.get(id)?.files ?? []), ...once])];
        }
      }
      tell({ id, ...outcome });
      if (outcome.spoiled) break;
    }
    for (const suite of suites) for (const hook of getHooks(suite).afterAll ?? []) await hook(suite);
    tell({ end: true });
  }

  async #switch(id, covering) {
    let told = Date.now();
    for (const { test, hits } of covering) {
      if (Date.now() - told > 1000) {
        tell({ busy: id });
        told = Date.now();
      }
      state.activeMutant = id;
      state.hitCount = 0;
      state.hitLimit = hits[id] * 100 + 1000;
      const error = await failure(test);
      state.activeMutant = undefined;
      state.hitCount = undefined;
      if (!error) continue;
      const by = `${test.file.name}: ${test.name}`;
      // What the change did may outlast it: then everything after would be noticed.
      return { status: 'noticed', by, spoiled: (await failure(test)) !== undefined };
    }
    return { status: 'survived' };
  }
}

function suitesOf({ suite, file }) {
  const suites = [];
  for (let at = suite; at; at = at.suite) suites.unshift(at);
  return suites[0] === file ? suites : [file, ...suites];
}

/** @returns what a test threw, undefined if nothing. */
async function failure(test) {
  const suites = suitesOf(test);
  try {
    for (const suite of suites) for (const hook of getHooks(suite).beforeEach ?? []) await hook(test.context, suite);
    await getFn(test)();
  } catch (error) {
    return error ?? 'nothing';
  } finally {
    for (const suite of suites.reverse())
      for (const hook of getHooks(suite).afterEach ?? []) await hook(test.context, suite);
  }
}
