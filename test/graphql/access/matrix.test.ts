import { describe, expect, it } from '@jest/globals';
import { parse, subscribe, execute } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { Identity, Role } from '../../../src/core/model/identity';
import { parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { buildShardSchema } from '../../../src/graphql/schema';
import { scriptedService } from '../../support/scripted-service';

const schema = buildShardSchema();
const session = '{task: "t1", source: "s1", id: "x", epoch: "1"}';
const table = '{schema: "a", table: "b"}';

/** One request for every root field, about task t1 and, where there is one, source s1. */
const REQUESTS: Readonly<Record<string, string>> = {
  'Query.shardLock': '{ shardLock(id: "t1/a.b") { id } }',
  'Query.shardLocks': '{ shardLocks(filter: {task: "t1"}) { totalCount } }',
  'Query.shardTask': '{ shardTask(name: "t1") { name } }',
  'Query.shardTasks': '{ shardTasks { totalCount } }',
  'Query.shardSource': '{ shardSource(id: "s1") { id } }',
  'Query.shardWorker': '{ shardWorker(id: "w") { id } }',
  'Query.shardWorkers': '{ shardWorkers { totalCount } }',
  'Query.shardAction': '{ shardAction(id: "none") { id } }',
  'Query.shardActions': '{ shardActions(filter: {task: "t1"}) { totalCount } }',
  'Query.pendingShardOperations': '{ pendingShardOperations(task: "t1", source: "s1") { id } }',
  'Query.shardEvents': '{ shardEvents(filter: {task: "t1"}) { complete } }',
  'Query.explainShardDDL':
    '{ explainShardDDL(input: {task: "t1", target: {schema: "a", table: "b"}, steps: []}) { mode } }',
  'Query.shardCluster': '{ shardCluster { phase } }',
  'Query._service': '{ _service { sdl } }',
  'Query._entities': '{ _entities(representations: [{__typename: "ShardTask", name: "t1"}]) { __typename } }',
  'Mutation.putShardTask': 'mutation { putShardTask(input: {name: "t1", mode: OPTIMISTIC, sources: ["s1"]}) { ...R } }',
  'Mutation.unlockShardLock': 'mutation { unlockShardLock(input: {lockId: "t1/a.b", action: EXEC}) { ...R } }',
  'Mutation.breakShardLock': 'mutation { breakShardLock(input: {task: "t1", source: "s1", action: SKIP}) { ...R } }',
  'Mutation.removeShardMeta': 'mutation { removeShardMeta(input: {task: "t1"}) { ...R } }',
  'Mutation.excludeShardSource': 'mutation { excludeShardSource(input: {task: "t1", source: "s1"}) { ...R } }',
  'Mutation.retryShardInfo': 'mutation { retryShardInfo(input: {task: "t1", source: "s1"}) { ...R } }',
  'Mutation.registerShardWorker':
    'mutation { registerShardWorker(input: {worker: "w", task: "t1", mode: OPTIMISTIC, source: "s1"}) { ...R } }',
  'Mutation.renewShardWorker': `mutation { renewShardWorker(input: {session: ${session}}) { ...R } }`,
  'Mutation.leaveShardWorker': `mutation { leaveShardWorker(input: {session: ${session}}) { ...R } }`,
  'Mutation.putShardSourceTables': `mutation { putShardSourceTables(input: {session: ${session}, tables: []}) { ...R } }`,
  'Mutation.addShardSourceTable': `mutation { addShardSourceTable(input: {session: ${session}, table: {schema: "a", table: "b", target: ${table}}}) { ...R } }`,
  'Mutation.removeShardSourceTable': `mutation { removeShardSourceTable(input: {session: ${session}, table: ${table}}) { ...R } }`,
  'Mutation.reportShardInfo': `mutation { reportShardInfo(input: {session: ${session}, table: ${table}, target: ${table}, ddls: ["x"], createTableBefore: "y", attempt: "1"}) { ...R } }`,
  'Mutation.reportShardSourceInfo': `mutation { reportShardSourceInfo(input: {session: ${session}, target: ${table}, ddls: ["x"], attempt: "1"}) { ...R } }`,
  'Mutation.acknowledgeShardOperation': `mutation { acknowledgeShardOperation(input: {session: ${session}, revision: "1"}) { ...R } }`,
  'Mutation.failShardOperation': `mutation { failShardOperation(input: {session: ${session}, revision: "1", reason: "x", retryable: true}) { ...R } }`,
  'Mutation.extendShardOperation': `mutation { extendShardOperation(input: {session: ${session}, revision: "1"}) { ...R } }`,
  'Mutation.reportShardStatus': `mutation { reportShardStatus(input: {session: ${session}, stage: "running"}) { ...R } }`,
  'Subscription.shardLockEvents': 'subscription { shardLockEvents(filter: {task: "t1"}) { __typename } }',
  'Subscription.shardOperations': 'subscription { shardOperations(task: "t1", source: "s1") { id } }',
};

type Verdict = 'yes' | 'no';
interface Asker {
  readonly roles: readonly Role[];
  readonly tasks?: readonly string[];
  readonly sources?: readonly string[];
}

const ASKERS = {
  viewer: { roles: ['viewer'] },
  'viewer of t1': { roles: ['viewer'], tasks: ['t1'] },
  'viewer of t2': { roles: ['viewer'], tasks: ['t2'] },
  'worker of s1': { roles: ['worker'], tasks: ['t1'], sources: ['s1'] },
  'worker of s2': { roles: ['worker'], tasks: ['t1'], sources: ['s2'] },
  'worker in t2': { roles: ['worker'], tasks: ['t2'], sources: ['s1'] },
  operator: { roles: ['operator'] },
  'operator of t2': { roles: ['operator'], tasks: ['t2'] },
} as const satisfies Record<string, Asker>;

type AskerName = keyof typeof ASKERS;

/** Who may send a request of each kind: everybody else is refused. */
const MAY: Readonly<Record<string, readonly AskerName[]>> = {
  'read t1': ['viewer', 'viewer of t1', 'worker of s1', 'worker of s2', 'operator'],
  'read all': ['viewer', 'operator'],
  'read s1': ['viewer', 'viewer of t1', 'worker of s1', 'operator'],
  work: ['worker of s1'],
  operate: ['operator'],
  known: Object.keys(ASKERS) as AskerName[],
};

const KINDS: Readonly<Record<string, keyof typeof MAY>> = {
  'Query.shardLock': 'read t1',
  'Query.shardLocks': 'read t1',
  'Query.explainShardDDL': 'read t1',
  'Query.shardActions': 'read t1',
  'Query.shardTask': 'read t1',
  'Query.shardTasks': 'read all',
  'Query.shardSource': 'known',
  'Query.shardWorker': 'known',
  'Query.shardWorkers': 'read all',
  'Query.shardAction': 'known',
  'Query.pendingShardOperations': 'read s1',
  'Query.shardEvents': 'read t1',
  'Query.shardCluster': 'read all',
  'Query._service': 'known',
  'Query._entities': 'read t1',
  'Subscription.shardLockEvents': 'read t1',
  'Subscription.shardOperations': 'read s1',
};

const OPERATORS = /unlock|break|remove\w*Meta|exclude|retry|putShardTask/u;

function kindOf(field: string): string {
  return KINDS[field] ?? (OPERATORS.test(field) ? 'operate' : 'work');
}

function identityOf({ roles, tasks, sources }: Asker): Identity {
  return {
    actor: 'a',
    roles: new Set(roles),
    tasks: tasks === undefined ? null : new Set(tasks.map(parseTaskName)),
    sources: sources === undefined ? null : new Set(sources.map(parseSourceId)),
    via: null,
    expiresAtMs: null,
  };
}

const audited: object[] = [];

/** Sends a request to a service that can do nothing, so that whatever isn't refused fails in another way. */
async function verdictOf(field: string, asker: Asker): Promise<Verdict> {
  const identity = identityOf(asker);
  const service = scriptedService({ operations: () => nothing(), pendingOperations: () => [] });
  const contextValue = { service, identity, actor: 'a', audit: (refused: object) => audited.push(refused) };
  const text = (REQUESTS[field] ?? '').replace('{ ...R }', '{ __typename ... on ShardUserError { code } }');
  const request = { schema, document: parse(text), contextValue };
  const result = await (field.startsWith('Subscription.') ? subscribe(request) : execute(request));
  if (Symbol.asyncIterator in result) return 'yes';
  return codesOf(result).includes('FORBIDDEN') ? 'no' : 'yes';
}

function codesOf({ data, errors }: ExecutionResult): unknown[] {
  const answers = Object.values(data ?? {}).map((value) => (value as { code?: unknown } | null)?.code);
  return [...answers, ...(errors ?? []).map(({ extensions }) => extensions['code'])];
}

async function* nothing(): AsyncGenerator<never> {
  await Promise.resolve();
}

const rootFields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name ?? ''}.${field}`),
);

describe('every root field × every role', () => {
  it('has a request of every root field', () => {
    expect(Object.keys(REQUESTS).sort()).toEqual([...rootFields].sort());
  });

  it.each(rootFields)('%s', async (field) => {
    const verdicts: Record<string, Verdict> = {};
    const expected: Record<string, Verdict> = {};
    for (const [name, asker] of Object.entries(ASKERS)) {
      verdicts[name] = await verdictOf(field, asker);
      expected[name] = MAY[kindOf(field)]?.includes(name as AskerName) === true ? 'yes' : 'no';
    }
    expect(verdicts).toEqual(expected);
  });

  it('audits refused mutations, and nothing else', async () => {
    audited.length = 0;
    await verdictOf('Query.shardTasks', ASKERS['worker of s1']);
    await verdictOf('Mutation.unlockShardLock', ASKERS.viewer);
    expect(audited).toEqual([{ mutation: 'unlockShardLock', actor: 'a', code: 'FORBIDDEN' }]);
  });
});
