import { randomUUID } from 'node:crypto';
import { PlainSubscription, ask, document } from './plain-client';
import type { JsonObject } from './plain-client';

/** An operation as the documents select it. */
export interface Operation {
  readonly id: string;
  readonly lockId: string;
  readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
  readonly ddls: readonly string[];
  readonly exec: boolean | null;
  readonly conflictStage: string | null;
  readonly message: string;
  readonly droppedColumns: readonly string[];
  readonly revision: string;
}

/** What a report answers. */
export interface Reported {
  readonly __typename: string;
  readonly lockId: string;
  readonly revision: string;
  readonly repeated: boolean;
  readonly code?: string;
}

/** A target that all tests merge into. */
export const TARGET = { schema: 'shard_db', table: 'shard_table' };

/** The lock of `TARGET` in a task. */
export const lockOf = (task: string): string => `${task}-\`shard_db\`.\`shard_table\``;

/** A worker for one source of one task, with nothing but `fetch` and `ws`: each method is one message of the protocol. */
export class PlainWorker {
  /** This start of the worker's process. */
  readonly instance = randomUUID();
  #tables: string | null = null;
  session = { task: '', source: '', id: '', epoch: '0' };

  constructor(
    readonly url: string,
    readonly worker: string,
    readonly task: string,
    readonly source: string,
    readonly mode: 'OPTIMISTIC' | 'PESSIMISTIC',
  ) {}

  async register(expectedSources: readonly string[] | null = null, ttlMs = 30_000): Promise<JsonObject> {
    const { worker, task, source, mode, instance } = this;
    const input = { worker, instance, task, source, mode, expectedSources, ttlMs };
    const answer = await this.say('RegisterShardWorker', input);
    const session = answer['session'] as { id: string; epoch: string } | undefined;
    if (session !== undefined && session.id !== this.session.id) {
      const { id, epoch } = session;
      this.session = { task, source, id, epoch };
      this.#tables = epoch;
    }
    return answer;
  }

  putTables(tables: readonly { schema: string; table: string; createTable?: string }[]): Promise<JsonObject> {
    return this.changeTables('PutShardSourceTables', { tables: tables.map((table) => ({ ...table, target: TARGET })) });
  }

  /** A message of 3.1: it names what the worker knows of its tables. */
  async changeTables(name: string, input: object): Promise<JsonObject> {
    const answer = await this.withSession(name, { ...input, after: this.#tables });
    const { revision } = answer;
    if (typeof revision === 'string') this.#tables = revision;
    return answer;
  }

  /** The subscription of 3.2. */
  subscribe(after: string | null = null): Promise<PlainSubscription> {
    return PlainSubscription.open(this.url, document('ShardOperations'), {
      task: this.task,
      source: this.source,
      after,
      epoch: this.session.epoch,
    });
  }

  /** The poll of 3.2. */
  pending(): Promise<Operation[]> {
    return ask(this.url, document('PendingShardOperations'), {
      task: this.task,
      source: this.source,
      epoch: this.session.epoch,
    });
  }

  report(
    table: { schema: string; table: string },
    before: string,
    ddls: readonly string[],
    attempt: string,
  ): Promise<Reported> {
    return this.withSession('ReportShardInfo', { table, target: TARGET, ddls, createTableBefore: before, attempt });
  }

  reportSource(ddls: readonly string[], attempt: string): Promise<Reported> {
    return this.withSession('ReportShardSourceInfo', { target: TARGET, ddls, attempt });
  }

  acknowledge(operation: Pick<Operation, 'revision' | 'upstreamTable'>): Promise<JsonObject> {
    const { upstreamTable: table, revision } = operation;
    return this.withSession('AcknowledgeShardOperation', { table, revision });
  }

  withSession<T = JsonObject>(name: string, input: object): Promise<T> {
    return this.say<T>(name, { session: this.session, ...input });
  }

  say<T = JsonObject>(name: string, input: object): Promise<T> {
    return ask<T>(this.url, document(name), { input });
  }
}

/** A new worker that is registered. */
export async function registered(
  ...[url, worker, task, source, mode]: ConstructorParameters<typeof PlainWorker>
): Promise<PlainWorker> {
  const made = new PlainWorker(url, worker, task, source, mode);
  const answer = await made.register();
  if (answer['__typename'] !== 'ShardRegisterWorkerSuccess') throw new Error(JSON.stringify(answer));
  return made;
}
