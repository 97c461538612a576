import { setTimeout as sleep } from 'node:timers/promises';
import type { Coordinator } from '../../src/coordinator/coordinator';
import type { SessionRef } from '../../src/coordinator/service';
import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Revision } from '../../src/core/model/revision';
import { value } from '../support/value-of';

export const task = parseTaskName('merge');
export const target = parseDownstreamTable('shop', 'orders');
export const source = parseSourceId('s1');

/** Every table at first. */
export const CREATE = 'CREATE TABLE t (id INT PRIMARY KEY, v INT)';

/** The worker of a source that does one thing at a time; each resolves when the server has answered. */
export class PlainWorker {
  #attempts = 0;
  /** The revision of its last change of its tables; null: there was none. */
  #after: Revision | null = null;

  private constructor(
    readonly coordinator: Coordinator,
    readonly session: SessionRef,
  ) {}

  /** A new session of the worker of a source. */
  static async register(coordinator: Coordinator, of = source): Promise<PlainWorker> {
    const input = { worker: `worker-of-${of}`, task, mode: 'optimistic', source: of, expectedSources: null } as const;
    const session = value(await coordinator.registerWorker({ ...input, ttlMs: 60_000, instance: null }));
    return new PlainWorker(coordinator, session);
  }

  async list(...tables: readonly string[]): Promise<void> {
    const listed = tables.map((table) => ({ schema: 'db', table, target, createTable: CREATE }));
    this.#after = value(await this.coordinator.putSourceTables(this.session, listed, null, this.#after));
  }

  async drop(table: string): Promise<void> {
    this.#after = value(await this.coordinator.removeSourceTable(this.session, { schema: 'db', table }, this.#after));
  }

  async create(table: string, createTable = CREATE): Promise<void> {
    await this.add({ schema: 'db', table, target, createTable });
  }

  async add(table: Parameters<Coordinator['addSourceTable']>[1]): Promise<void> {
    this.#after = value(await this.coordinator.addSourceTable(this.session, table, null, this.#after));
  }

  async report(table: string, spec: string, createTableBefore = CREATE): Promise<void> {
    await this.reportOther(table, `ALTER TABLE \`shop\`.\`orders\` ${spec}`, target, createTableBefore);
  }

  /** Report a DDL for any target. */
  async reportOther(table: string, ddl: string, of: typeof target, createTableBefore = CREATE): Promise<void> {
    this.#attempts += 1;
    const attempt = `${this.session.sessionId}-${this.#attempts}`;
    const common = { createTablesAfter: null, ignoreConflict: false, defaultCollation: null };
    const report = { ...common, schema: 'db', table, target: of, ddls: [ddl], attempt, createTableBefore };
    value(await this.coordinator.reportInfo(this.session, report));
  }

  async acknowledge(table: string): Promise<void> {
    const operations = this.coordinator.pendingOperations(task, this.session.source);
    const operation = operations.find(({ table: of }) => of?.table === table);
    if (operation === undefined) throw new Error(`nothing is ordered to ${table}`);
    value(await this.coordinator.acknowledgeOperation(this.session, { schema: 'db', table }, operation.revision));
  }
}

/** Wait until the leader has written everything that follows. */
export async function settled({ state }: Coordinator): Promise<void> {
  const end = Date.now() + 20_000;
  while (state.outbox.size > 0) {
    if (Date.now() > end) throw new Error(`still owed: ${JSON.stringify([...state.outbox])}`);
    await sleep(5);
  }
}
