import type { JsonValue } from '../../src/core/wire/json-reader';
import { sourceName } from './pessimistic-recorded';
import type { Picture } from './pessimistic-recorded';

/** What one put or deletion of a recorded transaction is about. */
interface RecordedWrite {
  readonly by: string;
  readonly isPut: boolean;
  readonly what: string;
  readonly key: string;
  /** The lock that the written value names; null: a deletion. */
  readonly lockId: string | null;
  /** In an acknowledgement the lock of its operation, for the info that it deletes; else null. */
  readonly acknowledged: string | null;
}

/** Where the transactions of a step lead from and to. */
interface Frame {
  readonly before: Picture;
  readonly after: Picture;
  /** The lock that a person unlocks; null: none. */
  readonly unlocked: string | null;
}

/**
 * Whether in the transactions of one recorded step an operation or info of another lock was overwritten or deleted
 * (deviation P6): an operation put over one of another ID; one deleted whose lock lives on; the info of another lock deleted
 * by an unlock, or by the acknowledgement of an operation that its source shouldn't have had.
 */
export function overwritesAnotherLock(txns: JsonValue, { before, after, unlocked }: Frame): boolean {
  const operations = new Map([...before.operations].map(([key, { id }]) => [key, id]));
  const infos = new Map([...before.infos].map(([key, { lockId }]) => [key, lockId]));
  return writesOf(txns).some(({ by, isPut, what, key, lockId, acknowledged }) => {
    const stored = what === 'info' ? infos : operations;
    const known = stored.get(key);
    if (lockId === null) stored.delete(key);
    else stored.set(key, lockId);
    if (known === undefined) return false;
    if (by !== 'master') return acknowledged !== null && unlocked !== null && known !== acknowledged;
    if (isPut) return known !== lockId;
    return unlocked === null ? after.locks.has(known) : known !== unlocked;
  });
}

function writesOf(txns: JsonValue): RecordedWrite[] {
  return txns.or<RecordedWrite[]>([], (list) =>
    list
      .list((txn) => {
        const by = txn.field('by').text();
        const puts = txn.field('puts').list((each) => writeOf(by, each, lockIdOf(each), null));
        const acknowledged = puts.find(({ what }) => what === 'operation')?.lockId ?? null;
        const deletes = txn.field('deletes').list((each) => writeOf(by, each, null, acknowledged));
        return [...deletes, ...puts];
      })
      .flat(),
  );
}

function writeOf(by: string, each: JsonValue, lockId: string | null, acknowledged: string | null): RecordedWrite {
  const key = sourceName(each.field('task').text(), each.field('source').text());
  return { by, isPut: lockId !== null, what: each.field('what').text(), key, lockId, acknowledged };
}

function lockIdOf(put: JsonValue): string {
  const value = put.field('value');
  if (put.field('what').is('operation')) return value.field('id').text();
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  return `${value.field('task').text()}-${quote(value.field('schema').text())}.${quote(value.field('table').text())}`;
}
