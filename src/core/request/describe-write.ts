import type { ActionRecord } from '../model/action';
import { quoteTable } from '../model/quote';
import type { Mutation } from '../model/store';
import { readActionRecord } from '../wire/action-record';
import { parseDmKey } from '../wire/dm-keys';
import type { DmKey } from '../wire/dm-keys';
import { formatLockstepKey, lockstepPrefix, parseLockstepKey } from '../wire/lockstep-keys';
import { readOptimisticOperation } from '../wire/optimistic-operation';
import { readPessimisticOperation } from '../wire/pessimistic-operation';

/** Records of a lock that go with it, so they need no sentence of their own. */
const OF_LOCK = [lockstepPrefix('participant'), lockstepPrefix('ddl-conflict')];

/** What a write would do, for a dry run: the action's record as it would be, and a sentence for each change of DM's keys. */
export function describeMutations(
  mutations: readonly Mutation[],
  asked: ActionRecord,
): { readonly action: ActionRecord; readonly changes: readonly string[] } {
  const own = formatLockstepKey({ kind: 'action', id: asked.id });
  let action = asked;
  const changes: string[] = [];
  for (const mutation of mutations) {
    if (mutation.kind === 'put' && mutation.key === own) {
      const reading = readActionRecord(mutation.value, mutation.key);
      if (reading.kind === 'record') action = reading.record;
    } else {
      changes.push(...describeMutation(mutation));
    }
  }
  return { action, changes };
}

/** One mutation of a write, in words; none for a record of ours that nobody but a server reads. */
export function describeMutation(mutation: Mutation): string[] {
  if (mutation.kind === 'delete-prefix')
    return OF_LOCK.some((prefix) => mutation.prefix.startsWith(prefix))
      ? []
      : [`delete everything under ${mutation.prefix}`];
  const key = parseDmKey(mutation.key);
  if (key === null)
    return parseLockstepKey(mutation.key)?.kind === 'lock' && mutation.kind === 'delete' ? ['the lock is removed'] : [];
  if (mutation.kind === 'delete') return [`delete the ${nameOf(key)}`];
  if (key.kind === 'optimistic-operation') {
    const { ddls, stage } = readOptimisticOperation(mutation.value, mutation.key);
    return [`put the ${nameOf(key)}: stage ${stage}, ${listDdls(ddls)}`];
  }
  if (key.kind === 'pessimistic-operation') {
    const { ddls, exec } = readPessimisticOperation(mutation.value, mutation.key);
    return [`put the ${nameOf(key)}: ${exec ? 'execute' : 'skip'} ${listDdls(ddls)}`];
  }
  return [`put the ${nameOf(key)}`];
}

function nameOf(key: DmKey): string {
  switch (key.kind) {
    case 'optimistic-info':
      return `info of ${key.table.source} ${quoteTable(key.table.schema, key.table.table)}`;
    case 'optimistic-operation':
      return `operation of ${key.table.source} ${quoteTable(key.table.schema, key.table.table)}`;
    case 'pessimistic-info':
      return `info of source ${key.source}`;
    case 'pessimistic-operation':
      return `operation of source ${key.source}`;
    case 'optimistic-source-tables':
      return `source tables of source ${key.source}`;
    case 'dropped-column':
      return `mark on dropped column ${key.column} of ${key.table.source} ${quoteTable(key.table.schema, key.table.table)}`;
    case 'subtask':
    case 'registered-worker':
    case 'alive-worker':
    case 'bound-worker':
      return `key of kind ${key.kind}`;
  }
}

function listDdls(ddls: readonly string[] | null): string {
  return ddls === null || ddls.length === 0 ? 'no DDLs' : ddls.join('; ');
}
