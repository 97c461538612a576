import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LockstepError } from '../../../src/core/model/error';
import { JsonValue } from '../../../src/core/wire/json-reader';
import { onlyFields } from '../../../src/core/wire/only-fields';
import type { Logger } from '../../logger';
import { ADDRESS_FIELDS, readAddress } from './connection';
import { MySqlDownstream } from './downstream/mysql-downstream';
import { MySqlUpstream } from './upstream/mysql-upstream';
import type { UpstreamStart } from './upstream/start';

/** For whom `lockstep worker` makes a plugin. */
export interface PluginOwner {
  readonly task: string;
  readonly source: string;
  readonly logger: Logger;
}

const UPSTREAM_FIELDS = [
  ...['plugin', ...ADDRESS_FIELDS],
  ...['start', 'positions', 'server-id', 'online-schema-changes', 'heartbeat-ms'],
];

/**
 * The upstream of a worker's file.
 * @param folder what paths are relative to
 * @throws LockstepError UNREADABLE_VALUE with the setting; INVALID_INPUT for a file that can't be read
 */
export function createUpstream(settings: unknown, folder: string, { logger }: PluginOwner): MySqlUpstream {
  const value = JsonValue.root(settings, 'upstream');
  onlyFields(value, UPSTREAM_FIELDS);
  const start = value.field('start').nullable(readStart);
  const positions = value.field('positions').nullable((field) => field.oneOf(['file', 'gtid'] as const));
  const serverId = value.field('server-id').nullable((field) => field.count());
  const onlineSchemaChanges = value.field('online-schema-changes').nullable((field) => field.boolean());
  const heartbeatMs = value.field('heartbeat-ms').nullable((field) => field.count());
  return new MySqlUpstream({
    address: readAddress(value, fileReader(folder)),
    logger,
    ...(start === null ? {} : { start }),
    ...(positions === null ? {} : { positions }),
    ...(serverId === null ? {} : { serverId }),
    ...(onlineSchemaChanges === null ? {} : { onlineSchemaChanges }),
    ...(heartbeatMs === null ? {} : { heartbeatMs }),
  });
}

/** The downstream of a worker's file; its checkpoint is that of the source in the task. @throws as `createUpstream` */
export function createDownstream(settings: unknown, folder: string, owner: PluginOwner): MySqlDownstream {
  const value = JsonValue.root(settings, 'downstream');
  onlyFields(value, ['plugin', ...ADDRESS_FIELDS, 'checkpoint-schema']);
  const checkpointSchema = value.field('checkpoint-schema').nullable((field) => field.text());
  const address = readAddress(value, fileReader(folder));
  return new MySqlDownstream(
    { address, logger: owner.logger, ...(checkpointSchema === null ? {} : { checkpointSchema }) },
    `${owner.task}/${owner.source}`,
  );
}

/** `now`, `snapshot`, `{ file, offset }` or `{ gtid }`. */
function readStart(start: JsonValue): UpstreamStart {
  if (start.json().startsWith('"')) return { kind: start.oneOf(['now', 'snapshot'] as const) };
  onlyFields(start, ['file', 'offset', 'gtid']);
  const set = start.field('gtid').nullable((field) => field.text());
  if (set !== null) return { kind: 'gtids', set };
  return {
    kind: 'place',
    file: start.field('file').text(),
    // The first event stands behind the file's mark.
    offset: start.field('offset').or(4, (field) => field.count()),
  };
}

function fileReader(folder: string): (path: string) => string {
  return (path) => {
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LockstepError('INVALID_INPUT', `can't read ${path}: ${reason}`, { field: 'password-file' });
    }
  };
}
