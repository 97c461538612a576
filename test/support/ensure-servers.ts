import { SERVER_NAMES, ensureServer } from './servers';

/** Find or install every server that tests need; exit status 1, with the command to run, if one can't be had. */
for (const name of SERVER_NAMES) {
  try {
    console.log(`${name}: ${ensureServer(name)}`);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
