#!/usr/bin/env node
/** `gatewise`: the program's process. What it does is in `program.ts`. */
import { run } from './program.js';
import { terminalOf } from './terminal.js';

const terminal = terminalOf(process);
process.exitCode = await run(process.argv.slice(2), terminal);
terminal.close();
