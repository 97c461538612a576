import type { PlainWorker } from '../plain-worker';
import type { Operation } from '../plain-worker';

/** A downstream that knows its columns; a column that is there is a duplicate, as in a database. */
export class PlayedDownstream {
  readonly columns: string[] = [];
  /** How often a DDL was tried. */
  tries = 0;

  execute(ddl: string): void {
    this.tries += 1;
    const [, column = ''] = /ADD COLUMN `(\w+)`/u.exec(ddl) ?? [];
    if (this.columns.includes(column)) throw new Error(`Duplicate column name '${column}'`);
    this.columns.push(column);
  }
}

/** What outlives the process of a worker. */
export interface Kept {
  readonly downstream: PlayedDownstream;
  /** How many DDLs of the log it has passed. */
  position: number;
}

/** By which clause an operation was dealt with. */
export type Followed = '3.5' | '4.6' | '4.7' | '4.8' | '4.9' | '5.3' | '5.6';

/** The process of a worker for one source that goes by schema/PROTOCOL.md, with nothing but `fetch` and `ws`. */
export class FollowingWorker {
  /** The revision of the last report of each table (of the source), and of the operation that was handled. */
  readonly #reported = new Map<string, bigint>();
  readonly #handled = new Map<string, bigint>();
  readonly #waiting = new Set<string>();
  #attempts = 0;
  /** What acknowledgements were answered. */
  readonly answers: unknown[] = [];
  /** The process ends between executing and acknowledging. */
  crashesBeforeAcknowledging = false;

  constructor(
    readonly worker: PlainWorker,
    readonly kept: Kept,
  ) {}

  /** Meet a DDL: report it, with an attempt for this reading. */
  async meet(ddl: string, table: { schema: string; table: string } | null, before = ''): Promise<string> {
    this.#attempts += 1;
    const attempt = `${this.worker.instance}-${this.#attempts}`;
    const { revision } = await (table === null
      ? this.worker.reportSource([ddl], attempt)
      : this.worker.report(table, before, [ddl], attempt));
    this.#reported.set(keyOf(table), BigInt(revision));
    this.#waiting.add(keyOf(table));
    return revision;
  }

  /** Deal with an operation that came. */
  async handle(operation: Operation): Promise<Followed> {
    const key = keyOf(operation.upstreamTable);
    const revision = BigInt(operation.revision);
    const reported = this.#reported.get(key);
    if (reported === undefined) return '3.5';
    if (revision <= reported) return '4.8';
    if (this.#handled.get(key) === revision) {
      if (isAcknowledged(operation)) await this.#acknowledge(operation);
      return '4.7';
    }
    if (!this.#waiting.has(key)) return '5.6';
    return this.#carryOut(operation, key, revision);
  }

  async #carryOut(operation: Operation, key: string, revision: bigint): Promise<Followed> {
    const isDuplicate = this.#execute(operation);
    if (this.crashesBeforeAcknowledging) throw new Error('the process ended');
    this.#handled.set(key, revision);
    if (isAcknowledged(operation)) {
      await this.#acknowledge(operation);
      this.#waiting.delete(key);
      // 6.4: only now.
      this.kept.position += 1;
    }
    if (isDuplicate) return '4.9';
    return operation.upstreamTable === null ? '5.3' : '4.6';
  }

  /** Whether the downstream had it already. */
  #execute({ ddls, exec }: Operation): boolean {
    if (exec === false) return false;
    let isDuplicate = false;
    for (const ddl of ddls) {
      try {
        this.kept.downstream.execute(ddl);
      } catch (error) {
        if (!String(error).includes('Duplicate column')) throw error;
        isDuplicate = true;
      }
    }
    return isDuplicate;
  }

  async #acknowledge(operation: Operation): Promise<void> {
    const answer = await this.worker.acknowledge(operation);
    this.answers.push(answer['outcome'] ?? answer['code'] ?? answer['__typename']);
  }
}

function keyOf(table: { readonly schema: string; readonly table: string } | null): string {
  return table === null ? '' : `${table.schema}.${table.table}`;
}

function isAcknowledged({ conflictStage: stage }: Operation): boolean {
  return stage === null || stage === 'NONE' || stage === 'UNLOCKED';
}
