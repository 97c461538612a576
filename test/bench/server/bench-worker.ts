import { readDocument } from '../../support/api-client';
import type { ApiOperation } from '../../support/api-client';
import { BenchSocket } from './bench-socket';
import type { SocketPayload } from './bench-socket';

/** The task and target of all tables. */
const TASK = 'bench';
const TARGET = { schema: 'shop', table: 'orders' };

const REGISTER = JSON.stringify(readDocument('RegisterShardWorker'));
const PUT_TABLES = JSON.stringify(readDocument('PutShardSourceTables'));
const REPORT = JSON.stringify(readDocument('ReportShardInfo'));
const ACKNOWLEDGE = JSON.stringify(readDocument('AcknowledgeShardOperation'));
const OPERATIONS = JSON.stringify(readDocument('ShardOperations'));

/** The first length of the column that every DDL makes longer. */
const FIRST_LENGTH = 20;

/** One upstream table, which meets one DDL after the other. */
interface BenchTable {
  readonly names: { readonly schema: string; readonly table: string };
  length: number;
  /** Told of the operation that answers its report. */
  answered: (operation: ApiOperation) => void;
}

/** A worker with a socket of its own. */
export class BenchWorker {
  readonly #tables = new Map<string, BenchTable>();
  #session: object = {};

  private constructor(
    private readonly socket: BenchSocket,
    private readonly source: string,
  ) {}

  /** Register, and put the tables. */
  static async start(url: string, source: string, tables: readonly string[]): Promise<BenchWorker> {
    const worker = new BenchWorker(await BenchSocket.open(url), source);
    for (const table of tables) {
      const names = { schema: 'db', table };
      worker.#tables.set(table, { names, length: FIRST_LENGTH, answered: () => undefined });
    }
    await worker.#begin();
    return worker;
  }

  /**
   * One cycle of a table: report its next DDL, take the operation, acknowledge it.
   * @param told called when the operation has come
   */
  async cycle(name: string, told: () => void): Promise<void> {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`no table ${name}`);
    const operation = new Promise<ApiOperation>((resolve) => (table.answered = resolve));
    const reported = this.socket.request(REPORT, { input: this.#report(table) });
    void reported.then((payload) => succeed(payload, 'reportShardInfo', 'ShardReportInfoSuccess'));
    const { revision, conflictStage } = await operation;
    told();
    if (conflictStage !== 'NONE') throw new Error(`unexpected stage ${conflictStage}`);
    const input = { session: this.#session, table: table.names, revision };
    const payload = await this.socket.request(ACKNOWLEDGE, { input });
    succeed(payload, 'acknowledgeShardOperation', 'ShardAcknowledgeOperationSuccess');
    table.length += 1;
  }

  close(): void {
    this.socket.close();
  }

  async #begin(): Promise<void> {
    const { source } = this;
    const identity = { worker: `worker-${source}`, task: TASK, mode: 'OPTIMISTIC', source };
    const registered = await this.socket.request(REGISTER, { input: { ...identity, ttlMs: 600_000 } });
    const { session } = succeed(registered, 'registerShardWorker', 'ShardRegisterWorkerSuccess') as {
      session: { readonly id: string; readonly epoch: string };
    };
    this.#session = { task: TASK, source, id: session.id, epoch: session.epoch };
    const tables = [...this.#tables.values()].map((table) => ({
      ...{ ...table.names, target: TARGET, createTable: createTable(table) },
    }));
    const put = await this.socket.request(PUT_TABLES, { input: { session: this.#session, tables } });
    succeed(put, 'putShardSourceTables', 'ShardPutSourceTablesSuccess');
    this.socket.subscribe(OPERATIONS, { task: TASK, source }, ({ data }) => {
      const operation = data?.['shardOperations'] as ApiOperation;
      this.#tables.get(operation.upstreamTable?.table ?? '')?.answered(operation);
    });
  }

  #report(table: BenchTable): object {
    const { names, length } = table;
    const ddl = `ALTER TABLE \`shop\`.\`orders\` MODIFY COLUMN \`note\` VARCHAR(${length + 1})`;
    const attempt = `${this.source}/${names.table}/${length}`;
    return {
      ...{ session: this.#session, table: names, target: TARGET, ddls: [ddl] },
      ...{ createTableBefore: createTable(table), attempt },
    };
  }
}

/** A table of ten columns. */
function createTable({ names, length }: BenchTable): string {
  const columns = ['INT NOT NULL', 'VARCHAR(64)', "DECIMAL(12,2) DEFAULT '0.00'", 'DATETIME(3)', 'TEXT', 'BIGINT'];
  const others = Array.from({ length: 8 }, (_, index) => `\`c_${index}\` ${columns[index % columns.length] ?? 'INT'}`);
  const own = ['`id` BIGINT NOT NULL AUTO_INCREMENT', `\`note\` VARCHAR(${length})`];
  return `CREATE TABLE \`${names.table}\` (${[...own, ...others].join(', ')}, PRIMARY KEY (\`id\`))`;
}

/** The success of a mutation. */
function succeed({ data, errors }: SocketPayload, field: string, type: string): object {
  const value = data?.[field] as { readonly __typename: string } | null | undefined;
  if (value?.__typename !== type) throw new Error(`${field} failed: ${JSON.stringify({ value, errors })}`);
  return value;
}
