import { type Command, Option } from 'commander';
import { takesBuild } from '../flags.js';
import type { ServeFlags } from '../serve/flags.js';
import type { Terminal } from '../terminal.js';

/** `gatewise serve FILE…`: models over HTTP. The guide has more options than the help, which is to fit a screen. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .summary('models over HTTP: Open Inference Protocol')
    .description('Models over HTTP (Open Inference Protocol), each by the name of its file.')
    .argument('<files...>')
    .option('-p, --port <n>', '0: one that is free', '8080')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--batch-window <time>', 'a step waits so long for others', '0ms')
    .option('--max-sequences <n>', 'live at once, of all models; default 10000')
    .option('--idle <time>', 'until a sequence is dropped; default 10m')
    .option('--timeout <time>', 'for a request; default 30s')
    .option('--max-body <bytes>', 'of a request; default 16mb')
    .option('--memory-limit <bytes>', 'of WebAssembly, each model; default 4gb')
    // Of the environment too, since a URL with a password is nothing for a list of processes.
    .addOption(new Option('--store <url>', 'redis://… for replicas').env('GATEWISE_STORE'))
    .option('--repository', 'models may be listed, loaded and unloaded')
    .option('--metrics', 'for Prometheus, at /metrics')
    .option('--no-reload', 'leave models as they are when files change')
    .option('--log <format>', 'json or pretty; default: by who reads it')
    .addOption(new Option('--log-level <level>').default('info').hideHelp())
    .option('--config <file>', 'JSON: importer options; name=file: of one model', several)
    .addOption(new Option('--allow-host <name>').argParser(several).hideHelp())
    .addOption(new Option('--origin <url>').argParser(several).hideHelp())
    .addOption(new Option('--assume <chain>').argParser(several).hideHelp());
  takesBuild(command)
    .option('--json', 'where it listens as JSON')
    .option('--debug', 'where an error is from')
    .action(async (files: string[], flags: ServeFlags) => {
      const { serveFiles } = await import('../serve/command.js');
      await serveFiles(files, flags, terminal);
    });
}

/** An option that may be given more than once. */
const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
