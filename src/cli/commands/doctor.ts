import { LockstepError } from '../../core/model/error';
import { examineDirectory, examineEtcd } from '../../examine-store';
import type { ApiClient } from '../client/api-client';
import type { Command, Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';
import { examineServer } from './doctor-server';
import { answerOfStore } from './doctor-store';
import { ETCD_FLAGS, openEtcdFlags, parseEtcdFlags } from './etcd-flags';

const DATA_DIR: Flag = {
  name: 'data-dir',
  kind: 'text',
  value: 'DIRECTORY',
  help: 'look at this store instead of asking a server; nothing is changed, and a server may have it open',
};

const ETCD: Flag = {
  name: 'etcd',
  kind: 'text',
  value: 'URL[,URL…]',
  help: "look at what is in an etcd, DM's or our own, instead of asking a server; it is only read",
};

/** How to reach the etcd. Which one must be said: a variable that is meant for `serve` doesn't choose it. */
const REACHING: readonly Flag[] = ETCD_FLAGS.filter(({ name }) => name !== 'etcd' && name !== 'lease');

/** `doctor`: whether the server and its store are well. */
export const doctor: Command = apiCommand({
  name: 'doctor',
  summary: 'whether a server and its store are well, and what to do if not',
  details:
    'Looks at a server, its readiness, its store; or at a store itself, also that of a DM cluster: its locks, what nobody will go on with, what cannot be read, and what a server would do there. Writes nothing. Ends with 1 if anything is wrong.',
  arguments: [],
  flags: [DATA_DIR, ETCD, ...REACHING],
  answer: (client, options) => examineChosen(client, options),
});

async function examineChosen(client: ApiClient, options: Options): Promise<ApiAnswer> {
  const directory = options.text('data-dir');
  const etcd = parseEtcdFlags(options);
  if (directory !== null && etcd !== null)
    throw new LockstepError('INVALID_INPUT', '--data-dir and --etcd exclude each other', { field: 'etcd' });
  if (directory !== null) return answerOfStore(directory, await examineDirectory(directory));
  if (etcd !== null) return answerOfStore(etcd.urls.join(','), await examineEtcd(await openEtcdFlags(etcd)));
  return await examineServer(client);
}
