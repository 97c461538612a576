import { HELP_FLAG } from '../grammar/command-line';
import type { Command } from '../grammar/command';
import { runWorkers } from '../worker/run-worker';

/** `worker`: run what a file says until a signal comes, then stop in order. */
export const worker: Command = {
  name: 'worker',
  summary: 'run workers: each reads a source, has its DDLs coordinated, writes downstream',
  details:
    'The file says which plugins read and write, for one worker or a list of them; sdk/README.md describes it. A signal (SIGTERM, SIGINT) stops them in order, a second one at once. If one of several fails, the others go on; the exit status tells.',
  arguments: [],
  flags: [
    {
      name: 'config',
      kind: 'text',
      value: 'FILE',
      help: 'the worker’s file, in YAML',
      variable: 'LOCKSTEP_WORKER_CONFIG',
    },
    HELP_FLAG,
  ],
  run: async (options, { err, nowMs, interrupted }) => {
    await runWorkers(options.required('config'), { write: (text) => err.write(text), nowMs, interrupted });
    return 0;
  },
};
