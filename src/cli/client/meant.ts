import { LockstepError } from '../../core/model/error';
import type { ErrorCode } from '../../core/model/error-catalogue';
import { nearest } from '../../core/model/nearest';
import type { ApiClient } from './api-client';
import { allNodes } from './pages';

/**
 * The task or the lock that somebody probably meant who named one that there isn't. Null: none is near, or nobody can be
 * asked.
 * @param takesLocks whether the name may be that of a lock
 */
export async function meantName(
  client: ApiClient,
  code: ErrorCode,
  name: string,
  takesLocks: boolean,
): Promise<string | null> {
  try {
    switch (code) {
      case 'TASK_NOT_FOUND':
        return (
          nearest(name, await namesOf(client, 'ShardTaskNames', 'name')) ??
          (takesLocks ? await meantLock(client, name) : null)
        );
      case 'LOCK_NOT_FOUND':
      case 'INVALID_INPUT':
        return takesLocks ? await meantLock(client, name) : null;
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

/** Backquotes are what shells take away first: a lock ID in double quotes comes without its schema and table. */
async function meantLock(client: ApiClient, name: string): Promise<string | null> {
  const ids = await namesOf(client, 'ShardLockTable', 'id');
  const bare = (id: string): string => id.replaceAll('`', '');
  const meant = nearest(bare(name), ids.map(bare));
  return ids.find((id) => bare(id) === meant) ?? null;
}

function namesOf(client: ApiClient, document: 'ShardTaskNames' | 'ShardLockTable', field: string): Promise<string[]> {
  return allNodes(client, document, { first: 1000 }).then((nodes) => nodes.map((node) => node.field(field).text()));
}
