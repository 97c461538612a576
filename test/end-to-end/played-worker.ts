import { OperationStream } from '../support/api-client';
import type { ApiClient, ApiOperation, MutationAnswer } from '../support/api-client';
import type { SeededRandom } from '../support/seeded-random';
import { Disturbances } from './disturbances';
import type { Downstream } from './downstream';
import type { Ledger } from './ledger';
import { OperationInbox } from './operation-inbox';
import { createTableOf, FIRST_COLUMNS } from './played-schema';
import type { PlayedColumn, PlayedDdl } from './played-schema';
import { WorkerSession } from './worker-session';
import type { WorkerIdentity } from './worker-session';

/** One upstream table with the DDLs that it meets, in their order. */
export interface PlayedTable {
  readonly name: string;
  readonly script: Iterable<PlayedDdl>;
}

/** What a worker does beside what it must; each in one of so many cases, 0: never. */
export interface Mischief {
  /** Send a request twice. */
  readonly repeat: number;
  /** Send an acknowledgement of before once more. */
  readonly late: number;
  /** Say that an operation failed, before it is carried out. */
  readonly fail: number;
  /** Drop the table upstream and create it anew, between two DDLs. */
  readonly recreate: number;
}

/** What a worker needs. */
export interface PlayedWorkerOptions {
  readonly client: ApiClient;
  readonly identity: WorkerIdentity;
  readonly target: { readonly schema: string; readonly table: string };
  /** In pessimistic mode all of them have the same script. */
  readonly tables: readonly PlayedTable[];
  readonly downstream: Downstream;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  readonly mischief: Mischief;
  /** Waited for before an operation is carried out. */
  readonly beforeExecuting: (operation: ApiOperation) => Promise<void>;
}

/** The schema of every upstream table. */
const SCHEMA = 'db';

/** A worker that does what schema/PROTOCOL.md says, in both modes, with nothing but `fetch` and `ws`. */
export class PlayedWorker {
  readonly session: WorkerSession;
  readonly #inbox = new OperationInbox();
  readonly #columns = new Map<string, readonly PlayedColumn[]>();
  readonly #acknowledged: { table: string; revision: string }[] = [];
  /** The last report of each table, to be sent once more when it is over. */
  /** The revision of the last change of its tables; null: none was answered. */
  #tablesAt: string | null = null;
  readonly #reports = new Map<string, () => Promise<MutationAnswer>>();
  readonly #waiting = new Map<string, { readonly ddl: string; readonly reported: number; handled: number }>();
  #stream: OperationStream | null = null;
  #life = 0;
  #attempts = 0;
  readonly #disturbances = new Disturbances();

  constructor(readonly options: PlayedWorkerOptions) {
    for (const { name } of options.tables) this.#columns.set(name, FIRST_COLUMNS);
    this.session = new WorkerSession(options.client, options.identity, options.random, () => this.#putTables());
  }

  /** Meet all DDLs of all tables. */
  async run(): Promise<void> {
    const { client, identity, tables } = this.options;
    await this.session.begin();
    void this.session.keepAlive();
    const { task, source } = identity;
    this.#stream = new OperationStream(client.url, { task, source }, (operation) => this.#inbox.add(operation));
    client.signal.addEventListener('abort', () => this.#stop(), { once: true });
    await (identity.mode === 'OPTIMISTIC'
      ? Promise.all(tables.map((table) => this.#playTable(table)))
      : this.#playSource(tables));
  }

  /** Do something by which what the server knows of the worker's reports is lost, and begin anew. */
  async disturb(action: () => Promise<unknown>): Promise<void> {
    await this.#disturbances.during(async () => {
      await action();
      this.#reports.clear();
    });
    await this.restart();
  }

  /** Forget everything that isn't stored downstream, as a process that begins anew: every DDL that waits is read again. */
  async restart(): Promise<void> {
    this.#life += 1;
    this.#inbox.wake();
    this.#stream?.cut();
    await this.session.begin();
  }

  /** Whether it waits for an operation of a lock. */
  get isBlocked(): boolean {
    return this.#waiting.size > 0;
  }

  /** What it waits for an operation of, for people who look for what went wrong. */
  describe(): string[] {
    const { task, source } = this.options.identity;
    return [...this.#waiting].map(([table, waiting]) => JSON.stringify({ task, source, table, ...waiting }));
  }

  /** Lose the connection of the subscription. */
  cutStream(): void {
    this.#stream?.cut();
  }

  #stop(): void {
    this.#stream?.close();
    this.#inbox.wake();
  }

  async #playTable({ name, script }: PlayedTable): Promise<void> {
    for (const ddl of script) {
      while (!(await this.#meet(name, ddl)));
      this.#columns.set(name, ddl.apply(this.#columnsOf(name)));
      if (this.#chance('recreate')) await this.#recreate(name);
    }
  }

  async #playSource(tables: readonly PlayedTable[]): Promise<void> {
    for (const ddl of tables[0]?.script ?? []) {
      while (!(await this.#meet('', ddl)));
      for (const { name } of tables) this.#columns.set(name, ddl.apply(this.#columnsOf(name)));
    }
  }

  /** Read a DDL once, and do what the operations say. Whether the table can go on; otherwise the DDL is read again. */
  async #meet(table: string, ddl: PlayedDdl): Promise<boolean> {
    const life = this.#life;
    let handled = await this.#report(table, ddl);
    const waiting = { ddl: ddl.text, reported: handled, handled };
    this.#waiting.set(table, waiting);
    for (;;) {
      const isOver = (): boolean => life !== this.#life || this.options.client.signal.aborted;
      const operation = await this.#inbox.next(table, handled, isOver);
      if (operation === null) return this.options.client.signal.aborted;
      handled = waiting.handled = Number(operation.revision);
      switch (operation.conflictStage) {
        case null:
        case 'NONE':
        case 'UNLOCKED':
          if (await this.#carryOut(table, operation)) return true;
          break;
        case 'SKIP_WAIT_REDIRECT':
          this.options.downstream.execute(this.options.identity.source, operation);
          break;
        case 'RESOLVED':
          return false;
        case 'DETECTED':
        case 'ERROR':
          break;
        default:
          throw new Error(`unknown stage: ${JSON.stringify(operation)}`);
      }
    }
  }

  /** Execute, and acknowledge. Whether the acknowledgement was taken; otherwise a newer operation has come. */
  async #carryOut(table: string, operation: ApiOperation): Promise<boolean> {
    const { identity, downstream, ledger } = this.options;
    await this.options.beforeExecuting(operation);
    const { revision } = operation;
    const named = { ...tablePart(table), revision };
    if (this.#chance('fail'))
      await this.session.mutate('FailShardOperation', { ...named, reason: 'the downstream is away', retryable: true });
    if (operation.exec !== false) downstream.execute(identity.source, operation);
    const answer = await this.#twice(() => this.session.mutate('AcknowledgeShardOperation', named));
    if (answer['code'] === 'STALE_OPERATION') return false;
    const { outcome } = answer;
    if (typeof outcome !== 'string') throw new Error(`not acknowledged: ${JSON.stringify({ named, answer })}`);
    const { task, source } = identity;
    ledger.acknowledgements.push({ task, source, table: namesOf(table), operation: Number(revision), outcome });
    await this.#acknowledgeLate();
    this.#acknowledged.push({ table, revision });
    this.#waiting.delete(table);
    return true;
  }

  /** Report a DDL; the revision of the report. */
  async #report(table: string, ddl: PlayedDdl): Promise<number> {
    const { identity, target, ledger } = this.options;
    this.#attempts += 1;
    const attempt = `${identity.source}:${table}:${this.#attempts}`;
    const common = { target, ddls: [ddl.text], attempt };
    const send = (): Promise<MutationAnswer> =>
      table === ''
        ? this.session.mutate('ReportShardSourceInfo', common)
        : this.session.mutate('ReportShardInfo', {
            ...common,
            table: namesOf(table),
            createTableBefore: createTableOf(table, this.#columnsOf(table)),
          });
    const isDisturbed = this.#disturbances.watch();
    const answer = await this.#twice(send);
    if (typeof answer['revision'] !== 'string') throw new Error(`not reported: ${JSON.stringify({ ddl, answer })}`);
    await this.#reportLate(table, isDisturbed() ? null : send);
    const { task, source } = identity;
    const revision = Number(answer['revision']);
    ledger.reports.push({ task, source, table: namesOf(table), attempt, revision });
    return revision;
  }

  /** Send a request, sometimes a second time at once or afterwards: the second changes nothing and says the same. */
  async #twice(send: () => Promise<MutationAnswer>): Promise<MutationAnswer> {
    if (!this.#chance('repeat')) return await send();
    this.options.ledger.repetitions += 1;
    const isDisturbed = this.#disturbances.watch();
    const first = send();
    if (this.options.random.oneIn(2)) await first;
    const answers = await Promise.all([first, send()]);
    const [one, other] = answers.map((answer) => answer['revision'] ?? null);
    if (one !== other && !isDisturbed())
      throw new Error(`a repeated request was answered otherwise: ${JSON.stringify(answers)}`);
    return answers[0];
  }

  /** Acknowledge an operation once more that was acknowledged long ago: it is known, or gone, or replaced. */
  async #acknowledgeLate(): Promise<void> {
    if (!this.#chance('late') || this.#acknowledged.length === 0) return;
    this.options.ledger.repetitions += 1;
    const { table, revision } = this.options.random.pick(this.#acknowledged);
    const answer = await this.session.mutate('AcknowledgeShardOperation', { ...tablePart(table), revision });
    const isHarmless =
      answer['outcome'] === 'ALREADY_ACKNOWLEDGED' ||
      answer['outcome'] === 'OPERATION_GONE' ||
      answer['code'] === 'STALE_OPERATION' ||
      // Its table was dropped meanwhile.
      answer['code'] === 'OPERATION_NOT_FOUND';
    if (!isHarmless) throw new Error(`a late acknowledgement was taken: ${JSON.stringify({ revision, answer })}`);
  }

  /** Send the report before the last of a table once more: it is over. @param last null: the server may have forgotten it */
  async #reportLate(table: string, last: (() => Promise<MutationAnswer>) | null): Promise<void> {
    const former = this.#reports.get(table);
    if (last === null) this.#reports.delete(table);
    else this.#reports.set(table, last);
    if (!this.#chance('late') || former === undefined) return;
    this.options.ledger.repetitions += 1;
    const isDisturbed = this.#disturbances.watch();
    const answer = await former();
    // With what was stored of the source its attempts were forgotten.
    if (typeof answer['revision'] === 'string' && !isDisturbed())
      throw new Error(`a late report was taken: ${JSON.stringify({ table, answer })}`);
  }

  async #recreate(table: string): Promise<void> {
    await this.#changeTables('RemoveShardSourceTable', namesOf(table));
    // With the table its attempts are forgotten.
    this.#reports.delete(table);
    await this.#changeTables('AddShardSourceTable', this.#registered(table));
  }

  /** One change after the last (PROTOCOL 3.1); where another came between, after that. */
  async #changeTables(name: string, table: object | null): Promise<void> {
    for (;;) {
      const after = this.#tablesAt;
      const answer = await this.session.mutate(name, { table, ...(after === null ? {} : { after }) });
      if (typeof answer['revision'] === 'string') this.#tablesAt = answer['revision'];
      if (answer['code'] !== 'STALE_SOURCE_TABLES') return;
      // A new session has put them all meanwhile, or a message that was cut off was carried out.
      if (this.#tablesAt === after) this.#tablesAt = newestOf(answer);
    }
  }

  async #putTables(): Promise<void> {
    const tables = this.options.tables.map(({ name }) => this.#registered(name));
    const answer = await this.session.mutateOnce('PutShardSourceTables', { tables });
    if (typeof answer['revision'] === 'string') this.#tablesAt = answer['revision'];
    // A session that was taken over meanwhile, by this worker itself, puts nothing: its successor does.
    if (typeof answer['revision'] !== 'string' && answer['code'] !== 'STALE_SESSION')
      throw new Error(`tables were not put: ${JSON.stringify(answer)}`);
  }

  #registered(table: string): object {
    const { target } = this.options;
    return { ...namesOf(table), target, createTable: createTableOf(table, this.#columnsOf(table)) };
  }

  #columnsOf(table: string): readonly PlayedColumn[] {
    return this.#columns.get(table) ?? FIRST_COLUMNS;
  }

  #chance(what: keyof Mischief): boolean {
    const times = this.options.mischief[what];
    return times > 0 && this.options.random.oneIn(times);
  }
}

function namesOf(table: string): { readonly schema: string; readonly table: string } | null {
  return table === '' ? null : { schema: SCHEMA, table };
}

function tablePart(table: string): object {
  return table === '' ? {} : { table: namesOf(table) };
}

/** The revision of the tables that made a change stale. */
function newestOf(answer: MutationAnswer): string {
  const details = answer['details'] as readonly { readonly name: string; readonly value: string }[];
  const found = details.find(({ name }) => name === 'revision');
  if (found === undefined) throw new Error(`no revision is named: ${JSON.stringify(answer)}`);
  return found.value;
}
