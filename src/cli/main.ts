#!/usr/bin/env node
import { LockstepError } from '../core/model/error';
import { serve } from './serve';

const HELP = `Usage: lockstep <command> [options]

  serve    run a server

lockstep <command> --help tells more.
`;

/** The exit status of a command line that isn't understood. */
const USAGE_STATUS = 2;

/** Run one command. @returns the exit status */
async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'serve':
      return serve(args);
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return 0;
    default:
      process.stderr.write(command === undefined ? HELP : `lockstep: no such command: ${command}\n\n${HELP}`);
      return USAGE_STATUS;
  }
}

/** What a person is told who can't be shown a stack; a defect keeps its own. */
function explain(error: unknown): number {
  if (!(error instanceof LockstepError)) throw error;
  process.stderr.write(`lockstep: ${error.message}\n${error.help}\n`);
  return error.code === 'INVALID_INPUT' ? USAGE_STATUS : 1;
}

void main(process.argv.slice(2))
  .catch(explain)
  .then((status) => {
    process.exitCode = status;
  });
