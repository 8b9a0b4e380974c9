/** The longest that timers can wait. */
const LONGEST = 2 ** 31 - 1;

/**
 * Does something later, if the process is still there: it is not kept for it, where it need not be.
 * @returns does it not.
 */
export function afterwards(milliseconds: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.min(Math.max(0, milliseconds), LONGEST));
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer);
}
