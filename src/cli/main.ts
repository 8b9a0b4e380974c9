#!/usr/bin/env node
/** `gatewise`: the program's process. What it does is in `program.ts`. */
import { run } from './program.js';
import { terminalOf } from './terminal.js';

process.exitCode = await run(process.argv.slice(2), terminalOf(process));
// A pipe that nobody closes would keep the process.
process.stdin.destroy();
