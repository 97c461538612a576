import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { LockstepError } from '../../core/model/error';
import { parseTaskName } from '../../core/model/names';
import type { TaskName } from '../../core/model/names';
import { JsonValue } from '../../core/wire/json-reader';
import { onlyFields } from '../../core/wire/only-fields';

/** How the downstream of a task is reached. */
export interface DownstreamConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The schema (database) of DM's own tables. */
  readonly metaSchema: string;
  /** Who signs the server's certificate, as PEM; null: the connection isn't encrypted. */
  readonly ca: Buffer | null;
}

const FIELDS = ['host', 'port', 'user', 'password-file', 'meta-schema', 'ca'] as const;

/**
 * The downstreams that a YAML file names: `tasks: {TASK: {host, port, user, password-file, meta-schema, ca}}`. Only the host
 * must be said. Paths are relative to the file; passwords stand in files of their own.
 * @throws LockstepError INVALID_INPUT with the file, and the path of the field
 */
export function readDownstreamFile(path: string): ReadonlyMap<TaskName, DownstreamConnection> {
  const root = JsonValue.root(
    attempt<unknown>(path, () => parse(readFileSync(path, 'utf8'))),
    path,
  );
  const base = dirname(resolve(path));
  return attempt(path, () => {
    onlyFields(root, ['tasks']);
    const tasks = root
      .field('tasks')
      .map(
        (connection, task) =>
          [connection.convert(() => parseTaskName(task)), readConnection(connection, base)] as const,
      );
    return new Map(tasks.values());
  });
}

function readConnection(value: JsonValue, base: string): DownstreamConnection {
  onlyFields(value, FIELDS);
  const fileAt = (field: JsonValue): Buffer => attempt(field.text(), () => readFileSync(resolve(base, field.text())));
  return {
    host: value.field('host').text(),
    port: value.field('port').or(3306, (port) => port.count()),
    user: value.field('user').or('root', (user) => user.text()),
    password: value.field('password-file').or('', (file) =>
      fileAt(file)
        .toString('utf8')
        .replace(/\r?\n$/u, ''),
    ),
    metaSchema: value.field('meta-schema').or('dm_meta', (schema) => schema.text()),
    ca: value.field('ca').nullable(fileAt),
  };
}

/** What is wrong with a file is wrong input. */
function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = error instanceof LockstepError ? reason : `the file ${path} can't be read: ${reason}`;
    throw new LockstepError('INVALID_INPUT', message, { field: 'downstream', path });
  }
}
