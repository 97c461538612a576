#!/usr/bin/env node
import { processIo } from './io';
import { runProgram } from './program';

/** The signals that end a command. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Aborted by the first signal; after it the signals have their usual effect again, so a second one ends the process. */
function untilSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: string): void => {
    for (const name of SIGNALS) process.off(name, stop);
    controller.abort(new Error(signal));
  };
  for (const name of SIGNALS) process.on(name, stop);
  return controller.signal;
}

void runProgram(process.argv.slice(2), processIo(process, untilSignal())).then((status) => {
  process.exitCode = status;
});
