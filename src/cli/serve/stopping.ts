import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The first signal to stop. The second one ends the process at once, in containers too, where the first process must ask for that. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((stop) => {
    let stopping = false;
    const heard = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(128 + constants.signals[signal]);
      stopping = true;
      stop(signal);
    };
    for (const signal of SIGNALS) process.on(signal, heard);
  });
}
