import type { ActionRecord } from '../../core/model/action';
import { unreachable } from '../../core/model/invariant';
import type { ForeseenSchema } from '../../core/state/foreseen-schemas';
import { createTableTextOfShape } from '../../core/table/create-table';
import { saidChange } from '../../core/request/planned-change';
import type { PlannedChange } from '../../core/request/planned-change';
import type { ShardForeseenSchema } from '../types/action';
import type { ShardPlannedChange } from '../types/planned-change';
import { viewSchema } from './schema-view';

/**
 * What an action that would begin to wait for workers would do after its first step; nothing for one that would end at
 * once.
 */
function waitsOf({ progress, input }: ActionRecord): PlannedChange[] {
  if (progress === null) return [];
  const later = (sentence: string): PlannedChange => saidChange('later', sentence);
  switch (progress.kind) {
    case 'unlocking':
      return [later('the tables that are left are released in further steps')];
    case 'waiting-for-owner': {
      const lockId = 'lockId' in input ? input.lockId : null;
      const forceRemove = input.kind === 'unlock-pessimistic' && input.forceRemove;
      const executes = later(`source ${progress.owner} is told to execute the DDLs`);
      return [
        ...progress.forced.map((source) => ({
          ...later(`source ${source} counts as ready without having reported`),
          source,
        })),
        { ...executes, record: 'operation', source: progress.owner, lockId, exec: true },
        {
          ...later(
            `${forceRemove ? 'even if it does not execute, ' : ''}the other sources that have reported are told to skip them, and the lock is removed`,
          ),
          record: 'lock',
          lockId,
        },
      ];
    }
    case 'waiting-for-others':
      return [later(`told to skip the DDLs: ${progress.others.join(', ') || 'nobody'}`), later('the lock is removed')];
    case 'removing':
      return [later('what is stored is removed in several steps')];
    case 'waiting-for-source':
      return [later(`what is left of lock ${progress.lockId} for the source is removed when it answers`)];
    default:
      return unreachable(progress);
  }
}

/** What an action would do: by its first step, and when workers have answered. */
export function viewPlan(firstStep: readonly PlannedChange[], action: ActionRecord): ShardPlannedChange[] {
  return [...firstStep, ...waitsOf(action)].map(({ source, table, ...change }) => ({
    ...change,
    sourceId: source,
    upstreamTable: table,
  }));
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
