import { createRequire } from 'node:module';
import type * as MysqlRoom from './adapters/mysql/mysql-checkpoints';
import { invariant } from './core/model/invariant';

/** The room of MySQL. Most servers need none, so its client isn't loaded with the rest. */
export function loadMysql(): typeof MysqlRoom {
  const loaded: unknown = createRequire(__filename)('./adapters/mysql/mysql-checkpoints');
  invariant(isMysqlRoom(loaded), 'the room of MySQL has its checkpoints');
  return loaded;
}

function isMysqlRoom(loaded: unknown): loaded is typeof MysqlRoom {
  return typeof loaded === 'object' && loaded !== null && 'MysqlCheckpoints' in loaded;
}
