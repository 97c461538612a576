import type { DmctlLock } from '../../../core/wire/dmctl-json';
import { dmctlLocks } from '../../../core/wire/dmctl-lock';
import type { ShownLock, ShownParticipant } from '../../../core/wire/dmctl-lock';
import type { JsonValue } from '../../../core/wire/json-reader';
import type { ApiClient } from '../../client/api-client';
import { allNodes, readPage } from '../../client/pages';

/** Which locks `show-ddl-locks` shows. */
export interface LineFilter {
  /** Null: of any task. */
  readonly task: string | null;
  /** Locks in which any of these takes part; none: any. */
  readonly sources: readonly string[];
}

/** The locks as dmctl lists them. */
export async function listLockLines(client: ApiClient, { task, sources }: LineFilter): Promise<DmctlLock[]> {
  const asked = {
    ...(task === null ? {} : { task }),
    ...(sources.length === 0 ? {} : { sources }),
  };
  const locks: ShownLock[] = [];
  for (const lock of await allNodes(client, 'ShardLockLines', { filter: asked })) {
    // A group inside one source is no lock to dmctl.
    if (lock.field('state').is('FORMING')) continue;
    locks.push(readLock(lock, await participantsOf(client, lock)));
  }
  return dmctlLocks(locks, sources);
}

async function participantsOf(client: ApiClient, lock: JsonValue): Promise<ShownParticipant[]> {
  const first = readPage(lock.field('participants'));
  const rest =
    first.next === null
      ? []
      : await allNodes(client, 'ShardLockParticipants', { id: lock.field('id').text(), after: first.next }, (found) =>
          found.nullable((each) => each.field('participants')),
        );
  return [...first.nodes, ...rest].map(readParticipant);
}

function readLock(lock: JsonValue, participants: readonly ShownParticipant[]): ShownLock {
  return {
    id: lock.field('id').text(),
    task: lock.field('task').field('name').text(),
    mode: lock.field('mode').is('OPTIMISTIC') ? 'optimistic' : 'pessimistic',
    owner: lock.field('ownerId').nullable((owner) => owner.text()),
    ddls: lock.field('ddls').list((ddl) => ddl.text()),
    participants,
  };
}

function readParticipant(value: JsonValue): ShownParticipant {
  return {
    source: value.field('sourceId').text(),
    upstreamTable: value
      .field('upstreamTable')
      .nullable((each) => ({ schema: each.field('schema').text(), table: each.field('table').text() })),
    synced: value.field('synced').boolean(),
    isInConflict: value.field('conflictStage').is('DETECTED'),
    ddls: value.field('info').or<string[]>([], (info) => info.field('ddls').list((ddl) => ddl.text())),
  };
}
