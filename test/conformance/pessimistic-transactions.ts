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
}

/**
 * Whether the recorded coordinator overwrote or deleted, in the transactions of one step, an operation or info of another
 * lock (deviation P6): it put an operation over one of another ID, deleted an operation whose lock lives on, or an info of
 * a lock that wasn't removed.
 */
export function overwritesAnotherLock(txns: JsonValue, before: Picture, after: Picture): boolean {
  const operations = new Map([...before.operations].map(([key, { id }]) => [key, id]));
  const infos = new Map([...before.infos].map(([key, { lockId }]) => [key, lockId]));
  return writesOf(txns).some(({ by, isPut, what, key, lockId }) => {
    const stored = what === 'info' ? infos : operations;
    const known = stored.get(key);
    if (lockId === null) stored.delete(key);
    else stored.set(key, lockId);
    if (by !== 'master' || known === undefined) return false;
    if (isPut) return known !== lockId;
    return before.locks.has(known) && after.locks.has(known);
  });
}

function writesOf(txns: JsonValue): RecordedWrite[] {
  return txns.or<RecordedWrite[]>([], (list) =>
    list
      .list((txn) => {
        const by = txn.field('by').text();
        const deletes = txn.field('deletes').list((each) => writeOf(by, each, null));
        const puts = txn.field('puts').list((each) => writeOf(by, each, lockIdOf(each)));
        return [...deletes, ...puts];
      })
      .flat(),
  );
}

function writeOf(by: string, each: JsonValue, lockId: string | null): RecordedWrite {
  const key = sourceName(each.field('task').text(), each.field('source').text());
  return { by, isPut: lockId !== null, what: each.field('what').text(), key, lockId };
}

function lockIdOf(put: JsonValue): string {
  const value = put.field('value');
  if (put.field('what').is('operation')) return value.field('id').text();
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  return `${value.field('task').text()}-${quote(value.field('schema').text())}.${quote(value.field('table').text())}`;
}
