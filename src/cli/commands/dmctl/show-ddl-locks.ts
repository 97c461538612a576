import { writeDmctlLocks } from '../../../core/wire/dmctl-json';
import type { DmctlLock } from '../../../core/wire/dmctl-json';
import type { ApiClient } from '../../client/api-client';
import { resolveWorkers } from '../../client/source-names';
import type { Argument, Command, Flag } from '../../grammar/command';
import type { Options } from '../../grammar/options';
import { gridText } from '../../show/grid';
import type { Cell } from '../../show/grid';
import type { Report } from '../../show/report';
import { dmctlCommand } from './dmctl-command';
import type { DmctlAnswer } from './dmctl-command';
import { listLockLines } from './lock-lines';

const FLAGS: readonly Flag[] = [
  {
    name: 'worker',
    short: 'w',
    kind: 'list',
    value: 'NAME',
    help: 'only locks in which this source or worker takes part',
  },
  { name: 'source', short: 's', kind: 'list', value: 'NAME', help: 'the same' },
];

const TASK: Argument = { name: 'task', help: 'only locks of this task', optional: true };

/** How many names a table shows of a list. */
const NAMES_SHOWN = 5;

const shown = {
  arguments: [TASK],
  flags: FLAGS,
  answer: showLocks,
};

/** `show-ddl-locks`. */
export const showDdlLocks: Command = dmctlCommand({
  ...shown,
  name: 'show-ddl-locks',
  summary: 'the locks that wait, as dmctl shows them',
});

/** The same in the words of dmctl 2.0. */
export const shardDdlLock: Command = dmctlCommand({
  ...shown,
  name: 'shard-ddl-lock',
  summary: 'the same as show-ddl-locks',
});

async function showLocks(client: ApiClient, options: Options): Promise<DmctlAnswer> {
  const task = options.argument(0);
  const names = [...options.list('worker'), ...options.list('source')];
  const sources = await resolveWorkers(client, names, task);
  const lines = await listLockLines(client, { task, sources });
  return { report: reportOf(lines), status: 0, failure: null };
}

function reportOf(lines: readonly DmctlLock[]): Report {
  const rows = (withDdls: boolean): Cell[][] =>
    lines.map(({ id, mode, owner, ddls, synced, unsynced }) => [
      id,
      mode,
      owner,
      `${synced.length}/${synced.length + unsynced.length}`,
      namesText(unsynced),
      ...(withDdls ? [ddls.join('; ')] : []),
    ]);
  const heads = ['ID', 'MODE', 'OWNER', 'SYNCED', 'UNSYNCED'];
  const none = 'no DDL lock exists\n';
  return {
    json: writeDmctlLocks(lines),
    full: { result: true, msg: '', locks: lines },
    table: (paper) => (lines.length === 0 ? none : gridText({ heads, rows: rows(false) }, paper)),
    wide: (paper) => (lines.length === 0 ? none : gridText({ heads: [...heads, 'DDLS'], rows: rows(true) }, paper)),
  };
}

/** The first names of a list that may have thousands: JSON has them all. */
function namesText(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
