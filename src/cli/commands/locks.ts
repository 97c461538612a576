import { LockstepError } from '../../core/model/error';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient } from '../client/api-client';
import { allNodes } from '../client/pages';
import { resolveWorkers } from '../client/source-names';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { gridText } from '../show/grid';
import type { Cell } from '../show/grid';
import type { Style } from '../show/paper';
import { jsonText } from '../show/report';
import { agoText } from '../show/time-text';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

const STATES = ['forming', 'waiting', 'conflict', 'executing', 'resolved'] as const;

/** How a lock looks whose state is that. */
const STATE_STYLES: ReadonlyMap<string, Style> = new Map([
  ['CONFLICT', 'red'],
  ['WAITING', 'yellow'],
  ['FORMING', 'yellow'],
  ['EXECUTING', 'cyan'],
]);

/** `locks`: all locks at a glance. */
export const locks: Command = apiCommand({
  name: 'locks',
  summary: 'the locks at a glance: how far each is and for how long it stands still',
  examples: ['lockstep locks --state conflict --older-than 10m', 'lockstep locks --output wide orders'],
  arguments: [{ name: 'task', help: 'only locks of this task', optional: true }],
  flags: [
    {
      name: 'source',
      short: 's',
      kind: 'list',
      value: 'NAME',
      help: 'only locks in which this source or worker takes part',
    },
    { name: 'state', kind: 'list', value: 'STATE', help: `only locks in this state: ${STATES.join(', ')}` },
    {
      name: 'older-than',
      kind: 'text',
      value: 'TIME',
      help: 'only locks without progress for so long, for example 90s, 15m, 2h',
    },
  ],
  answer: listLocks,
});

async function listLocks(client: ApiClient, options: Options, io: Io): Promise<ApiAnswer> {
  const task = options.argument(0);
  const sources = await resolveWorkers(client, options.list('source'), task);
  const states = options.list('state').map(parseState);
  const olderThan = options.text('older-than');
  const filter = {
    ...(task === null ? {} : { task }),
    ...(sources.length === 0 ? {} : { sources }),
    ...(states.length === 0 ? {} : { states }),
    ...(olderThan === null ? {} : { olderThanMs: parseDuration(olderThan) }),
  };
  const found = await allNodes(client, 'ShardLockTable', { filter, first: 1000 });
  if (found.length === 0 && task !== null) await requireTask(client, task);
  const data: unknown = found.map((lock): unknown => JSON.parse(lock.json()));
  const heads = ['LOCK', 'STATE', 'SYNCED', 'STILL FOR'];
  const now = io.nowMs();
  const none = 'no locks\n';
  return {
    report: {
      json: jsonText(data),
      full: data,
      table: (paper) =>
        found.length === 0 ? none : gridText({ heads, rows: found.map((lock) => rowOf(lock, now)) }, paper),
      wide: (paper) =>
        found.length === 0
          ? none
          : gridText(
              { heads: [...heads, 'MODE', 'OWNER', 'AGE', 'DDLS'], rows: found.map((lock) => wideRowOf(lock, now)) },
              paper,
            ),
    },
  };
}

/** That a task has no lock is good news only if there is such a task. @throws LockstepError TASK_NOT_FOUND */
async function requireTask(client: ApiClient, name: string): Promise<void> {
  const task = await client.ask('ShardTaskProblems', { name });
  if (!task.isPresent) throw new LockstepError('TASK_NOT_FOUND', `there is no task ${name}`, { task: name });
}

function rowOf(lock: JsonValue, now: number): Cell[] {
  const state = lock.field('state').text();
  const style = STATE_STYLES.get(state);
  const synced = lock.field('syncedCount').count();
  const text = state.toLowerCase();
  return [
    lock.field('id').text(),
    style === undefined ? text : { text, style },
    `${synced}/${synced + lock.field('unsyncedCount').count()}`,
    agoText(timeOf(lock, 'lastProgressAt'), now),
  ];
}

function wideRowOf(lock: JsonValue, now: number): Cell[] {
  return [
    ...rowOf(lock, now),
    lock.field('mode').text().toLowerCase(),
    lock.field('ownerId').or('-', (owner) => owner.text()),
    agoText(timeOf(lock, 'createdAt'), now),
    lock
      .field('ddls')
      .list((ddl) => ddl.text())
      .join('; '),
  ];
}

function timeOf(lock: JsonValue, name: string): string | null {
  return lock.field(name).nullable((time) => time.text());
}

function parseState(text: string): string {
  if (STATES.some((state) => state === text)) return text.toUpperCase();
  throw new LockstepError('INVALID_INPUT', `--state is one of ${STATES.join(', ')}, not ${JSON.stringify(text)}`, {
    field: 'state',
  });
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/u.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
  throw new LockstepError('INVALID_INPUT', `--older-than is a number with s, m, h or d, not ${JSON.stringify(text)}`, {
    field: 'older-than',
  });
}
