import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invariant } from '../../core/model/invariant';

/** The documents of `schema/documents` that commands send. */
export type DocumentName =
  | 'BreakShardLock'
  | 'ExcludeShardSource'
  | 'ExplainShardDDL'
  | 'PutShardTask'
  | 'RemoveShardMeta'
  | 'RetryShardInfo'
  | 'ShardAction'
  | 'ShardActions'
  | 'ShardCluster'
  | 'ShardLockDiagnoses'
  | 'ShardLockDiagnosis'
  | 'ShardLockEvents'
  | 'ShardLockLines'
  | 'ShardLockParticipants'
  | 'ShardLockTable'
  | 'ShardSourceName'
  | 'ShardTaskProblems'
  | 'ShardTaskStatus'
  | 'ShardTaskNames'
  | 'ShardWorkerNames'
  | 'UnlockShardLock';

/** The text of a document. */
export function readDocument(name: DocumentName): string {
  return readFileSync(join(documentsFolder(), `${name}.graphql`), 'utf8');
}

/** Where the documents are that this program sends. */
export function documentsFolder(): string {
  return join(schemaFolder(), 'documents');
}

/** The GraphQL schema as it is published. */
export function readSchema(): string {
  return readFileSync(join(schemaFolder(), 'schema.graphql'), 'utf8');
}

/** The folder `schema` of this package, seen from the sources and from what is built of them. */
function schemaFolder(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'schema');
    if (existsSync(join(found, 'schema.graphql'))) return found;
  }
  invariant(false, 'the package has its schema beside its program');
}
