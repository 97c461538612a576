import { quoteTable } from '../../../core/model/quote';
import type { DmctlLock } from '../../../core/wire/dmctl-json';
import type { JsonValue } from '../../../core/wire/json-reader';
import { compareUtf8 } from '../../../core/wire/utf8';
import type { ApiClient } from '../../client/api-client';
import { allNodes, readPage } from '../../client/pages';

/** Which locks `show-ddl-locks` shows. */
export interface LineFilter {
  /** Null: of any task. */
  readonly task: string | null;
  /** Locks in which any of these takes part; none: any. */
  readonly sources: readonly string[];
}

/** One participant, as dmctl names it. */
interface Participant {
  readonly source: string;
  readonly name: string;
  readonly isSynced: boolean;
  readonly isInConflict: boolean;
  readonly ddls: readonly string[];
}

/** The locks as dmctl lists them, by ID, then owner: what `core/state/show-locks.ts` makes of the state, made of the API. */
export async function listLockLines(client: ApiClient, filter: LineFilter): Promise<DmctlLock[]> {
  const { task, sources } = filter;
  const asked = {
    ...(task === null ? {} : { task }),
    ...(sources.length === 0 ? {} : { sources }),
  };
  const lines: DmctlLock[] = [];
  for (const lock of await allNodes(client, 'ShardLockLines', { filter: asked })) {
    // A group inside one source is no lock to dmctl.
    if (lock.field('state').is('FORMING')) continue;
    const participants = await participantsOf(client, lock);
    lines.push(...linesOf(lock, participants, sources));
  }
  return lines.sort((a, b) => compareUtf8(a.id, b.id) || compareUtf8(a.owner, b.owner));
}

async function participantsOf(client: ApiClient, lock: JsonValue): Promise<Participant[]> {
  const first = readPage(lock.field('participants'));
  const rest =
    first.next === null
      ? []
      : await allNodes(client, 'ShardLockParticipants', { id: lock.field('id').text(), after: first.next }, (found) =>
          found.nullable((each) => each.field('participants')),
        );
  return [...first.nodes, ...rest].map(readParticipant);
}

function readParticipant(value: JsonValue): Participant {
  const source = value.field('sourceId').text();
  const table = value
    .field('upstreamTable')
    .nullable((each) => quoteTable(each.field('schema').text(), each.field('table').text()));
  return {
    source,
    name: table === null ? source : `${source}-${table}`,
    isSynced: value.field('synced').boolean(),
    isInConflict: value.field('conflictStage').is('DETECTED'),
    ddls: value.field('info').or<string[]>([], (info) => info.field('ddls').list((ddl) => ddl.text())),
  };
}

function linesOf(lock: JsonValue, participants: readonly Participant[], sources: readonly string[]): DmctlLock[] {
  const named = (isSynced: boolean): string[] =>
    participants
      .filter((each) => each.isSynced === isSynced)
      .map(({ name }) => name)
      .sort(compareUtf8);
  const isOptimistic = lock.field('mode').is('OPTIMISTIC');
  const line = {
    id: lock.field('id').text(),
    task: lock.field('task').field('name').text(),
    mode: isOptimistic ? ('optimistic' as const) : ('pessimistic' as const),
    synced: named(true),
    unsynced: named(false),
  };
  if (!isOptimistic) {
    const ddls = lock.field('ddls').list((ddl) => ddl.text());
    return [{ ...line, owner: lock.field('ownerId').or('', (owner) => owner.text()), ddls }];
  }
  const conflicts = participants.filter(
    ({ isInConflict, source }) => isInConflict && (sources.length === 0 || sources.includes(source)),
  );
  if (conflicts.length === 0) return [{ ...line, owner: '', ddls: [] }];
  return conflicts.map(({ name, ddls }) => ({ ...line, owner: name, ddls }));
}
