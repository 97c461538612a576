import { LockstepError } from '../model/error';
import { parseSourceId, parseTaskName } from '../model/names';
import type { SourceId, TaskName } from '../model/names';
import { readTomlHead } from './toml-head';

/** How the shards of a DM task are merged; null: the task merges no shards. */
export type DmShardMode = 'pessimistic' | 'optimistic' | null;

/** What is needed of DM's configuration of one task on one source. */
export interface DmSubtask {
  readonly task: TaskName;
  readonly source: SourceId;
  readonly shardMode: DmShardMode;
}

/**
 * The subtask of a configuration. DM writes the keys `name`, `source-id` and `shard-mode` before its tables; before
 * shard modes a task that merges shards had `is-sharding = true` alone, which means pessimistic.
 * @throws LockstepError UNREADABLE_VALUE with `where` and the line or key: not TOML, a key missing or of another type,
 *   an unknown shard mode
 */
export function readDmSubtask(text: string, where = 'subtask'): DmSubtask {
  const head = readTomlHead(text, where);
  const textAt = (key: string): string => {
    const value = head.get(key) ?? '';
    return typeof value === 'string' ? value : refuse(where, key, 'expected a string');
  };
  try {
    return {
      task: parseTaskName(textAt('name')),
      source: parseSourceId(textAt('source-id')),
      shardMode: shardModeOf(textAt('shard-mode'), head.get('is-sharding') === true, where),
    };
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'INVALID_INPUT') {
      return refuse(where, error.fields['field'] === 'task' ? 'name' : 'source-id', error.message);
    }
    throw error;
  }
}

function shardModeOf(text: string, isSharding: boolean, where: string): DmShardMode {
  if (text === 'pessimistic' || text === 'optimistic') return text;
  if (text === '') return isSharding ? 'pessimistic' : null;
  return refuse(where, 'shard-mode', `expected pessimistic or optimistic, found ${JSON.stringify(text)}`);
}

function refuse(where: string, path: string, reason: string): never {
  throw new LockstepError('UNREADABLE_VALUE', `${where}: ${path}: ${reason}`, { where, path });
}
