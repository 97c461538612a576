import type { ActionRecord } from '../../core/model/action';
import { unreachable } from '../../core/model/invariant';
import type { ForeseenSchema } from '../../core/state/foreseen-schemas';
import { createTableTextOfShape } from '../../core/table/create-table';
import type { ShardForeseenSchema } from '../types/action';
import { viewSchema } from './schema-view';

/**
 * What an action that would begin to wait for workers would do after its first step, in sentences; none for one that
 * would end at once.
 */
export function describeWaits({ progress, input }: ActionRecord): string[] {
  if (progress === null) return [];
  switch (progress.kind) {
    case 'unlocking':
      return ['the tables that are left are released in further steps'];
    case 'waiting-for-owner': {
      const forced =
        progress.forced.length === 0 ? [] : [`count as ready without having reported: ${progress.forced.join(', ')}`];
      const removed = input.kind === 'unlock-pessimistic' && input.forceRemove ? 'even if it does not execute, ' : '';
      return [
        ...forced,
        `source ${progress.owner} is told to execute the DDLs`,
        `${removed}the other sources that have reported are told to skip them, and the lock is removed`,
      ];
    }
    case 'waiting-for-others':
      return [`told to skip the DDLs: ${progress.others.join(', ') || 'nobody'}`, 'the lock is removed'];
    case 'removing':
      return ['what is stored is removed in several steps'];
    case 'waiting-for-source':
      return [`what is left of lock ${progress.lockId} for the source is removed when it answers`];
    default:
      return unreachable(progress);
  }
}

/** What a lock would join to, as the API shows it. */
export function viewForeseen({ lockId, table, joined }: ForeseenSchema): ShardForeseenSchema {
  return { lockId, joinedSchema: joined === null ? null : viewSchema(joined, table) };
}

/** The same in a sentence. */
export function describeForeseen({ lockId, table, joined }: ForeseenSchema): string {
  if (joined === null) return `the schemas of lock ${lockId} do not join then`;
  return `lock ${lockId} joins to: ${createTableTextOfShape(joined, table)}`;
}
