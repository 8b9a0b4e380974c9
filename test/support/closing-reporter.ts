import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** Names every skipped test and says why it was, and closes with one line of counts. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state]++;
        if (state === 'skipped') {
          console.log(
            `skipped: ${module.relativeModuleId} > ${test.fullName} (${reasonOf(test) ?? 'no reason given'})`,
          );
        }
      }
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}

/** The reason that `needs` gave the test or a suite around it. */
function reasonOf(test: TestCase): string | undefined {
  let around: TestCase | TestSuite | TestModule = test;
  while (around.type !== 'module') {
    const { reason } = around.meta();
    if (reason !== undefined) return reason;
    around = around.parent;
  }
  return undefined;
}
