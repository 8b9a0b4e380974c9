import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench.js';
import { addBuild } from './commands/build.js';
import { addConvert } from './commands/convert.js';
import { addExplain } from './commands/explain.js';
import { addInspect } from './commands/inspect.js';
import { addQuantize } from './commands/quantize.js';
import { addRun } from './commands/run.js';
import { addServe } from './commands/serve.js';
import { addTrace } from './commands/trace.js';
import { addVerify } from './commands/verify.js';
import { addWatch } from './commands/watch.js';
import { faultText, UsageError } from './faults.js';
import { Closed, printable, styled, type Terminal } from './terminal.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** One file a command. They load what they need when they run: `--help` loads none of it. */
const COMMANDS = [
  addInspect,
  addExplain,
  addRun,
  addTrace,
  addWatch,
  addVerify,
  addBench,
  addConvert,
  addQuantize,
  addBuild,
  addServe,
];

const EXIT = {
  done: 0,
  /** The file, the model or the input is at fault; or what was asked of them does not hold. */
  fault: 1,
  usage: 2,
  /** 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/**
 * Runs one command.
 * @param args as after `gatewise`.
 * @returns the code to exit with.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const printed: string[] = [];
  const program = new Command('gatewise')
    .description('Run trained LSTM, GRU and RNN models of ONNX, Keras, PyTorch, and look inside.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .addHelpText('after', AFTER)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printed.push(text),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(`gatewise: ${text.replace(/^error: /, '')}`),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      getOutHasColors: () => terminal.colours,
      getErrHasColors: () => false,
    })
    .configureHelp({ styleTitle: (title) => styled({ colours: true }, 'bold', title) });
  for (const add of COMMANDS) add(program, terminal);
  try {
    if (args.length === 0) program.help();
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return ending(error, printed.join(''), args.includes('--debug'), terminal);
  }
}

const AFTER = `
file: any format, or - for the standard input. All commands: --json, --debug.
Exit codes: 0 done, 1 the file, model or input is at fault, 2 usage, 130 Ctrl-C.`;

/** The code that a command ends with, and what is to be said of it. */
async function ending(error: unknown, printed: string, debug: boolean, terminal: Terminal): Promise<number> {
  if (error instanceof CommanderError) {
    // Help and the version are no errors; all others it has told.
    if (error.exitCode !== 0) return EXIT.usage;
    return terminal.write(printed).then(
      () => EXIT.done,
      (fault) => ending(fault, '', debug, terminal),
    );
  }
  if (error instanceof Closed) return EXIT.done;
  terminal.note(printable(`gatewise: ${faultText(error)}`));
  if (debug) terminal.note((error as Error).stack ?? '');
  return error instanceof UsageError ? EXIT.usage : EXIT.fault;
}
