import type { Command } from 'commander';

/** Options of all commands. */
export interface CommonFlags {
  readonly json?: true;
  readonly debug?: true;
}

/** Options of all commands that open a model file. */
export interface ModelFlags extends CommonFlags {
  readonly config?: string;
  readonly assume?: string;
}

export interface BuildFlags {
  readonly build?: string;
}

/** Adds those of `CommonFlags`; last, as help shows them in this order. */
export const common = (command: Command): Command =>
  command.option('--json', 'the result as JSON').option('--debug', 'where an error is from');

/** Adds the file, and the options of `ModelFlags`. */
export const takesModel = (command: Command): Command =>
  command
    .argument('<file>')
    .option('--config <file>', 'JSON: importer options; for PyTorch the layers')
    .option('--assume <chain>', 'PyTorch: nothing happens between the modules');

export const takesBuild = (command: Command): Command =>
  command.option('--build <build>', 'kernels: simd (the same bits everywhere) or relaxed');

/** How an input file is read. */
export interface InputFlags {
  readonly format?: string;
  readonly delimiter?: string;
  readonly header?: string;
}

/** How a model is run on it. */
export interface RunFlags {
  readonly columns?: string;
  readonly batch?: string;
  readonly generate?: string;
  readonly workers?: string;
}

/** Adds the options that say what an input file is. */
export const takesInput = (command: Command): Command =>
  command
    .requiredOption('-i, --input <file>', 'csv, tsv, npy, npz, json, wav or parquet; or -')
    .option('--format <format>', 'of the input; default: by its name')
    .option('--columns <names>', 'of a table, with commas; numbers if it has no names')
    .option('--header <yes|no>', 'csv: is the first row names? default: by looking')
    .option('--delimiter <character>', 'csv; default: by looking')
    .option('--batch <n>', 'the rows are n sequences, one after another');
