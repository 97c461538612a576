import type { ActionRecord } from '../model/action';
import { parseSourceId } from '../model/names';
import { quoteTable } from '../model/quote';
import type { Mutation } from '../model/store';
import { readActionRecord } from '../wire/action-record';
import { parseDmKey, splitDmPrefix } from '../wire/dm-keys';
import type { DmKey } from '../wire/dm-keys';
import { formatLockstepKey, parseLockstepKey } from '../wire/lockstep-keys';
import { readOptimisticOperation } from '../wire/optimistic-operation';
import { readPessimisticOperation } from '../wire/pessimistic-operation';
import { saidChange } from './planned-change';
import type { ChangedRecord, PlannedChange } from './planned-change';

/** What a write would do, for a dry run: the action's record as it would be, and each change of DM's keys. */
export function describeMutations(
  mutations: readonly Mutation[],
  asked: ActionRecord,
): { readonly action: ActionRecord; readonly changes: readonly PlannedChange[] } {
  const own = formatLockstepKey({ kind: 'action', id: asked.id });
  let action = asked;
  const changes: PlannedChange[] = [];
  for (const mutation of mutations) {
    if (mutation.kind === 'put' && mutation.key === own) {
      const reading = readActionRecord(mutation.value, mutation.key);
      if (reading.kind === 'record') action = reading.record;
    } else {
      changes.push(...describeMutation(mutation));
    }
  }
  // Both modes have infos and operations, which are one to people.
  return { action, changes: [...new Map(changes.map((change) => [change.sentence, change])).values()] };
}

/** What one mutation of a write does; nothing for a record of ours that nobody but a server reads. */
export function describeMutation(mutation: Mutation): PlannedChange[] {
  if (mutation.kind === 'delete-prefix') return describeRemoval(mutation.prefix);
  const key = parseDmKey(mutation.key);
  if (key === null) {
    const isLock = parseLockstepKey(mutation.key)?.kind === 'lock' && mutation.kind === 'delete';
    return isLock ? [saidChange('remove', 'the lock is removed', 'lock')] : [];
  }
  if (mutation.kind === 'delete') return [ofKey('remove', key, `delete the ${nameOf(key)}`)];
  const put = ofKey('put', key, `put the ${nameOf(key)}`);
  if (key.kind === 'optimistic-operation') {
    const { lockId, ddls, stage } = readOptimisticOperation(mutation.value, mutation.key);
    return [{ ...put, sentence: `${put.sentence}: stage ${stage}, ${listDdls(ddls)}`, lockId, ddls: ddls ?? [] }];
  }
  if (key.kind === 'pessimistic-operation') {
    const { lockId, ddls, exec } = readPessimisticOperation(mutation.value, mutation.key);
    const sentence = `${put.sentence}: ${exec ? 'execute' : 'skip'} ${listDdls(ddls)}`;
    return [{ ...put, sentence, lockId, ddls: ddls ?? [], exec }];
  }
  return [put];
}

/** Everything of one kind is removed: of a task, of a source of it, or of a lock. */
function describeRemoval(prefix: string): PlannedChange[] {
  const split = splitDmPrefix(prefix);
  const record = split === null ? undefined : RECORDS[split.kind];
  if (split === null || record === undefined) return [];
  const [first = 'any', source] = split.parts;
  const owner = record === 'dropped-column' ? `lock ${first}` : `task ${first}`;
  const of = source === undefined ? owner : `source ${source} in ${owner}`;
  const change = saidChange('remove', `delete ${ALL_OF[record]} of ${of}`, record);
  return [source === undefined ? change : { ...change, source: parseSourceId(source) }];
}

/** All things of a kind, in words. */
const ALL_OF: Readonly<Record<ChangedRecord, string>> = {
  info: 'all infos',
  operation: 'all operations',
  'source-tables': 'all source tables',
  'dropped-column': 'all marks on dropped columns',
  lock: 'the lock',
  other: 'everything',
};

/** Which of DM's keys are what kind of thing; the others are looked at by nobody. */
const RECORDS: Readonly<Partial<Record<DmKey['kind'], ChangedRecord>>> = {
  'optimistic-info': 'info',
  'pessimistic-info': 'info',
  'optimistic-operation': 'operation',
  'pessimistic-operation': 'operation',
  'optimistic-source-tables': 'source-tables',
  'dropped-column': 'dropped-column',
};

function ofKey(kind: PlannedChange['kind'], key: DmKey, sentence: string): PlannedChange {
  const table = 'table' in key ? key.table : null;
  const source = 'source' in key ? key.source : (table?.source ?? null);
  return { ...saidChange(kind, sentence, RECORDS[key.kind]), source, table };
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
