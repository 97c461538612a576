import { LockstepError } from '../../core/model/error';
import { formatEventCursor, parseEventCursor } from '../../core/model/event-cursor';
import type { JsonValue } from '../../core/wire/json-reader';
import { LOCK_EVENT_KINDS } from '../../core/wire/lock-event';
import { CONNECTION_FLAGS, connectionOf } from '../client/connect';
import { followEvents } from '../client/feed';
import { CONFIG_FLAG, HELP_FLAG } from '../grammar/command-line';
import type { Command, Flag } from '../grammar/command';
import type { Options } from '../grammar/options';
import type { Io } from '../io';
import { harmless, wrap } from '../show/lines';
import { COLOR_FLAG, paperOf } from '../show/paper';
import type { Paper, Style } from '../show/paper';
import { hint } from '../show/report';
import { agoText } from '../show/time-text';

const FLAGS: readonly Flag[] = [
  { name: 'lock', kind: 'list', value: 'LOCK-ID', help: 'only events of this lock' },
  { name: 'source', short: 's', kind: 'list', value: 'ID', help: 'only events that concern this source' },
  { name: 'kind', kind: 'list', value: 'KIND', help: 'only events of this kind, for example conflict-detected' },
  { name: 'after', kind: 'text', value: 'CURSOR', help: 'go on behind this event, without loss or repetition' },
  {
    name: 'output',
    short: 'o',
    kind: 'text',
    value: 'FORM',
    choices: ['table', 'json'],
    help: 'lines for people, or one JSON object a line',
    initial: 'table',
  },
  COLOR_FLAG,
  ...CONNECTION_FLAGS,
  CONFIG_FLAG,
  HELP_FLAG,
];

/** How events look that somebody should notice. */
const KIND_STYLES: ReadonlyMap<string, Style> = new Map([
  ['CONFLICT_DETECTED', 'red'],
  ['WORKER_OFFLINE', 'red'],
  ['DIVERGENCE', 'red'],
  ['LOCK_RESOLVED', 'green'],
  ['LOCK_UNLOCKED', 'yellow'],
  ['LOCK_BROKEN', 'yellow'],
]);

/** `watch`: what happens to locks, as it happens. */
export const watch: Command = {
  name: 'watch',
  summary: 'what happens to locks, as it happens: first the locks that there are, then events',
  details: 'Goes on over lost connections, without loss or repetition, until Ctrl-C.',
  examples: ['lockstep watch orders', 'lockstep watch --kind conflict-detected --output json'],
  arguments: [{ name: 'task', help: 'only events of this task', optional: true }],
  flags: FLAGS,
  run: followLocks,
};

async function followLocks(options: Options, io: Io): Promise<number> {
  const after = options.text('after');
  const items = followEvents({
    connection: connectionOf(options),
    filter: filterOf(options),
    after: after === null ? null : parseAfter(after),
    signal: io.interrupted,
    onLost: (reason, pauseMs) => hint(`${reason}; next attempt in ${pauseMs / 1000} s`, options, io),
  });
  const paper = paperOf(io.out, options, io.environment);
  const isJson = options.text('output') === 'json';
  for await (const item of items) {
    io.out.write(isJson ? `${item.json()}\n` : itemText(item, paper, io.nowMs()));
  }
  return 0;
}

function filterOf(options: Options): Record<string, unknown> {
  const task = options.argument(0);
  const lists = {
    lockIds: options.list('lock'),
    sources: options.list('source'),
    kinds: options.list('kind').map(parseKind),
  };
  const given = Object.entries(lists).filter(([, list]) => list.length > 0);
  return { ...(task === null ? {} : { task }), ...Object.fromEntries(given) };
}

/** The kinds of events as flags name them. */
const KINDS = LOCK_EVENT_KINDS.map((kind) => kind.replaceAll(/\B[A-Z]/gu, (letter) => `-${letter}`).toLowerCase());

function parseKind(text: string): string {
  if (KINDS.includes(text)) return text.toUpperCase().replaceAll('-', '_');
  const message = `--kind is one of ${KINDS.join(', ')}, not ${JSON.stringify(text)}`;
  throw new LockstepError('INVALID_INPUT', message, { field: 'kind' });
}

/** @throws LockstepError INVALID_INPUT unless it is one */
function parseAfter(text: string): string {
  return formatEventCursor(parseEventCursor(text));
}

function itemText(item: JsonValue, paper: Paper, nowMs: number): string {
  switch (item.field('__typename').text()) {
    case 'ShardLocksSnapshot':
      return item
        .field('locks')
        .list((lock) => lockLine(lock, paper, nowMs))
        .join('');
    case 'ShardLockEvents':
      return item
        .field('events')
        .list((event) => eventLine(event, paper))
        .join('');
    case 'ShardLagged':
      return `${paper.styled('yellow', 'Some events were missed; the locks as they are now:')}\n`;
    default:
      return '';
  }
}

function lockLine(lock: JsonValue, paper: Paper, nowMs: number): string {
  const synced = lock.field('syncedCount').count();
  const all = synced + lock.field('unsyncedCount').count();
  const still = agoText(
    lock.field('lastProgressAt').nullable((time) => time.text()),
    nowMs,
  );
  const state = lock.field('state').text().toLowerCase();
  return `${paper.styled('dim', 'now     ')}  ${harmless(lock.field('id').text())} ${state}, ${synced}/${all} synced, still for ${still}\n`;
}

function eventLine(event: JsonValue, paper: Paper): string {
  const time = new Date(event.field('at').text()).toISOString().slice(11, 19);
  const text = wrap(harmless(event.field('sentence').text()), paper.columns - 10).replaceAll(
    '\n',
    `\n${' '.repeat(10)}`,
  );
  const style = KIND_STYLES.get(event.field('kind').text());
  return `${paper.styled('dim', time)}  ${style === undefined ? text : paper.styled(style, text)}\n`;
}
