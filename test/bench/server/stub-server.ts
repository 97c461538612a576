import { createServer } from 'node:http';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { handleProtocols } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { open } from 'lmdb';
import { WebSocketServer } from 'ws';

/** As much of the schema as the documents of the benchmark select. */
const TYPES = `
  type Query { ready: Boolean! }
  input Any { task: ID source: ID session: Session table: Table target: Table ddls: [String!] createTableBefore: String
    attempt: String revision: String tables: [Registered!] worker: ID mode: String ttlMs: Int expectedSources: [ID!] }
  input ShardRegisterWorkerInput { worker: ID!, task: ID!, mode: String!, source: ID!, expectedSources: [ID!], ttlMs: Int }
  input Session { task: ID!, source: ID!, id: ID!, epoch: String! }
  input Table { schema: String!, table: String! }
  input Registered { schema: String!, table: String!, target: Table!, createTable: String }
  input ShardPutSourceTablesInput { session: Session!, tables: [Registered!]! }
  input ShardReportInfoInput { session: Session!, table: Table!, target: Table!, ddls: [String!]!, createTableBefore: String!, attempt: String! }
  input ShardAcknowledgeOperationInput { session: Session!, table: Table, revision: String! }
  scalar ShardRevision
  type Detail { name: String! value: String! }
  interface ShardUserError { code: String! message: String! help: String! retryable: Boolean! details: [Detail!]! }
  type Failed implements ShardUserError { code: String! message: String! help: String! retryable: Boolean! details: [Detail!]! }
  type ShardStaleOperation implements ShardUserError { code: String! message: String! help: String! retryable: Boolean! details: [Detail!]! operation: ShardOperation! }
  type ShardSession { id: ID! taskName: ID! sourceId: ID! workerId: ID! epoch: ShardRevision! ttlMs: Int! }
  type ShardRegisterWorkerSuccess { session: ShardSession! }
  type ShardPutSourceTablesSuccess { revision: ShardRevision! }
  type ShardReportInfoSuccess { lockId: ID! revision: ShardRevision! repeated: Boolean! }
  type ShardAcknowledgeOperationSuccess { outcome: String! }
  union RegisterResult = ShardRegisterWorkerSuccess | Failed
  union PutResult = ShardPutSourceTablesSuccess | Failed
  union ReportResult = ShardReportInfoSuccess | Failed
  union AcknowledgeResult = ShardAcknowledgeOperationSuccess | ShardStaleOperation | Failed
  type Mutation {
    registerShardWorker(input: ShardRegisterWorkerInput!): RegisterResult!
    putShardSourceTables(input: ShardPutSourceTablesInput!): PutResult!
    reportShardInfo(input: ShardReportInfoInput!): ReportResult!
    acknowledgeShardOperation(input: ShardAcknowledgeOperationInput!): AcknowledgeResult!
  }
  type ShardUpstreamTable { schema: String! table: String! }
  type ShardOperation { id: ID! taskName: ID! lockId: ID! upstreamTable: ShardUpstreamTable ddls: [String!]! exec: Boolean
    conflictStage: String message: String! droppedColumns: [String!]! revision: ShardRevision! }
  type Subscription { shardOperations(task: ID!, source: ID!, after: ShardRevision, epoch: ShardRevision): ShardOperation! }
`;

interface Session {
  readonly task: string;
  readonly source: string;
  readonly id: string;
  readonly epoch: string;
}

interface Table {
  readonly schema: string;
  readonly table: string;
}

interface ReportInput {
  readonly session: Session;
  readonly table: Table;
  readonly target: Table;
  readonly ddls: readonly string[];
}

/** What one worker has to be told. */
class Queue {
  readonly #items: object[] = [];
  #wake: () => void = () => undefined;

  push(item: object): void {
    this.#items.push(item);
    this.#wake();
  }

  async *take(): AsyncGenerator<{ shardOperations: object }> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield { shardOperations: item };
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/**
 * Plain Apollo, graphql-ws and lmdb, whose resolvers only store what they are given and tell it back: what the libraries
 * alone can do on this machine.
 */
export async function startStub(directory: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const store = open<object, string>({ path: join(directory, 'stub') });
  const queues = new Map<string, Queue>();
  const queueOf = (source: string): Queue => {
    const queue = queues.get(source) ?? new Queue();
    queues.set(source, queue);
    return queue;
  };
  let revision = 0;
  const tell = async ({ session, table, target, ddls }: ReportInput): Promise<void> => {
    const { task, source } = session;
    revision += 1;
    const id = `${task}/${source}/${table.schema}/${table.table}@${revision}`;
    const operation = {
      ...{ id, taskName: task, lockId: `${task}-${target.table}`, upstreamTable: table, ddls, exec: null },
      ...{ conflictStage: 'NONE', message: '', droppedColumns: [], revision: String(revision) },
    };
    await store.put(`operation/${source}/${table.table}`, operation);
    queueOf(source).push(operation);
  };
  const resolvers = {
    Mutation: {
      registerShardWorker: (_: unknown, { input }: { input: { worker: string; task: string; source: string } }) => {
        const session = { id: input.source, taskName: input.task, sourceId: input.source, workerId: input.worker };
        return { __typename: 'ShardRegisterWorkerSuccess', session: { ...session, epoch: '1', ttlMs: 60_000 } };
      },
      putShardSourceTables: async (_: unknown, { input }: { input: { session: Session; tables: object[] } }) => {
        await store.put(`tables/${input.session.source}`, input.tables);
        return { __typename: 'ShardPutSourceTablesSuccess', revision: '1' };
      },
      reportShardInfo: async (_: unknown, { input }: { input: ReportInput }) => {
        const { session, table, target } = input;
        revision += 1;
        const reported = String(revision);
        await store.put(`info/${session.source}/${table.table}`, input);
        void tell(input);
        const lockId = `${session.task}-${target.table}`;
        return { __typename: 'ShardReportInfoSuccess', lockId, revision: reported, repeated: false };
      },
      acknowledgeShardOperation: async (_: unknown, { input }: { input: { session: Session; table: Table } }) => {
        await store.put(`done/${input.session.source}/${input.table.table}`, input);
        return { __typename: 'ShardAcknowledgeOperationSuccess', outcome: 'ACKNOWLEDGED' };
      },
    },
    Subscription: {
      shardOperations: { subscribe: (_: unknown, { source }: { source: string }) => queueOf(source).take() },
    },
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(TYPES), resolvers }]);
  const apollo = new ApolloServer({ schema });
  await apollo.start();
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/graphql', handleProtocols });
  const disposable = useServer({ schema }, sockets);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : null;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    stop: async () => {
      await disposable.dispose();
      http.close();
      await apollo.stop();
      await store.close();
    },
  };
}
