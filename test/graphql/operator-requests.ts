import { ask } from './plain-client';
import type { JsonObject } from './plain-client';

/** What tests look at in the answers of manual actions. */
const ERROR = '... on ShardUserError { code message help retryable dmCode details { name value } }';
const WORKERS = 'workers { sourceId result failure { code message } }';
const PLAN = 'plan { kind record sentence sourceId upstreamTable { schema table } lockId ddls exec }';
const ACTION = `... on ShardActionSuccess { dryRun repeated changes joinedSchemas { lockId joinedSchema { createTable } } action { id state kind lockId actor reason ${WORKERS} failure { code } } }`;
const FAILED = `... on ShardOwnerNotDone { ${WORKERS} } ... on ShardPartOfWorkersFailed { ${WORKERS} } ... on ShardActionPending { actionId action { state } }`;

const MUTATIONS = {
  unlock: `mutation ($input: ShardUnlockLockInput!) { unlockShardLock(input: $input) { __typename ${ACTION} ${ERROR} ${FAILED} ... on ShardUnlockLockSuccess { ${WORKERS} ${PLAN} lock { id incarnation } event { cursor kind lockId sentence ... on ShardLockUnlockedEvent { actionId } } } } }`,
  break: `mutation ($input: ShardBreakLockInput!) { breakShardLock(input: $input) { __typename ${ACTION} ${ERROR} ... on ShardPartOfWorkersFailed { ${WORKERS} } ... on ShardActionPending { actionId action { state } } ... on ShardBreakLockSuccess { ${WORKERS} ${PLAN} } } }`,
  removeMeta: `mutation ($input: ShardRemoveMetaInput!) { removeShardMeta(input: $input) { __typename ${ACTION} ${ERROR} } }`,
  exclude: `mutation ($input: ShardExcludeSourceInput!) { excludeShardSource(input: $input) { __typename ${ACTION} ${ERROR} } }`,
  retry: `mutation ($input: ShardRetryInfoInput!) { retryShardInfo(input: $input) { __typename ${ACTION} ${ERROR} } }`,
  putTask: `mutation ($input: ShardPutTaskInput!) { putShardTask(input: $input) { __typename ${ACTION} ${ERROR} ... on ShardPutTaskSuccess { task { name mode declared sourceIds } } } }`,
} as const;

/** One request of a person. */
export function operate(url: string, mutation: keyof typeof MUTATIONS, input: object): Promise<JsonObject> {
  return ask(url, MUTATIONS[mutation], { input });
}

/** The lock with this ID, with what scenarios look at; null: there is none. */
export function readLock(url: string, id: string): Promise<JsonObject | null> {
  const query = `query ($id: ID!) { shardLock(id: $id) {
    id incarnation state mode ownerId ddls syncedCount unsyncedCount task { name } target { schema table } owner { id }
    participants { totalCount nodes { sourceId synced done message upstreamTable { sourceId schema table } source { id } operation { exec done ddls } info { ddls } worker { id } } } } }`;
  return ask<JsonObject | null>(url, query, { id });
}

/** Ask until `isDone`, for things that follow from an answer by themselves. */
export async function until<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (isDone(value)) return value;
    if (tries > 150) throw new Error(`it never came; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
