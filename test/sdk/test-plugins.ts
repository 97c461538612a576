import type {
  Checkpoint,
  CheckpointStore,
  DownstreamPlugin,
  ExecutionResult,
  Position,
  UpstreamEvent,
  UpstreamPlugin,
  UpstreamTableName,
} from '../../sdk';
import type { RecordingDownstream } from '../../sdk/testing';

type Distribute<T> = T extends unknown ? Omit<T, 'position'> : never;

/** An event without its position, which the upstream gives. */
export type ScriptedEvent = Distribute<UpstreamEvent>;

/** A stream that a test writes; positions are 1, 2, …; at its end it is idle until more comes. */
export class ListUpstream implements UpstreamPlugin {
  readonly #events: UpstreamEvent[] = [];
  readonly #wakes = new Set<() => void>();
  /** From where it has been read. */
  readonly reads: (Position | null)[] = [];
  /** Throws when the event of this number is due. */
  failsAt: number | null = null;

  constructor(private readonly start: Readonly<Record<string, string>>) {}

  push(...events: readonly ScriptedEvent[]): void {
    for (const event of events) this.#events.push({ ...event, position: this.#events.length + 1 });
    for (const wake of [...this.#wakes]) wake();
  }

  ddl(sql: string, schema = 'db'): void {
    this.push({ kind: 'ddl', schema, sql });
  }

  insert(table: string, ...rows: readonly Readonly<Record<string, number | string>>[]): void {
    const name = { schema: 'db', table };
    this.push({ kind: 'rows', table: name, change: 'insert', rows: rows.map((after) => ({ after })) });
  }

  tables(): Promise<readonly UpstreamTableName[]> {
    return Promise.resolve(Object.keys(this.start).map((table) => ({ schema: 'db', table })));
  }

  createTable({ table }: UpstreamTableName): Promise<string> {
    return Promise.resolve(this.start[table] ?? 'CREATE TABLE `x` (`id` INT PRIMARY KEY)');
  }

  async *read(from: Position | null, signal: AbortSignal): AsyncGenerator<UpstreamEvent> {
    this.reads.push(from);
    let next = typeof from === 'number' ? from : 0;
    while (!signal.aborted) {
      const event = this.#events[next];
      if (event !== undefined) {
        next += 1;
        if (next === this.failsAt) throw new Error('the log is gone');
        yield event;
        continue;
      }
      yield { kind: 'idle', position: next };
      await this.#untilMore(next, signal);
    }
  }

  compare(a: Position, b: Position): number {
    return Number(a) - Number(b);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #untilMore(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#events.length > seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakes.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** A downstream that does nothing, and answers what a test wants. */
export class AnsweringDownstream implements DownstreamPlugin {
  answer: (ddl: string) => Promise<ExecutionResult> = () => Promise.resolve({ kind: 'done' });
  applied: () => Promise<void> = () => Promise.resolve();

  execute(ddl: string): Promise<ExecutionResult> {
    return this.answer(ddl);
  }

  apply(): Promise<void> {
    return this.applied();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** DDLs and changed rows in one order, rows as `table:id`. */
export function logOf({ calls }: RecordingDownstream): string[] {
  return calls.flatMap((call) => {
    if (call.kind === 'execute') return [call.ddl];
    return call.changes.flatMap(({ table, rows }) =>
      rows.map(({ after }) => `${table.table}:${JSON.stringify(after?.['id'])}`),
    );
  });
}

/** Checkpoints as JSON texts, as a file would have them. */
export class JsonCheckpoints implements CheckpointStore {
  readonly texts = new Map<string, string>();
  /** Every text that was ever saved. */
  readonly history: string[] = [];

  load(source: string): Promise<Checkpoint | null> {
    const text = this.texts.get(source);
    return Promise.resolve(text === undefined ? null : (JSON.parse(text) as Checkpoint));
  }

  save(source: string, checkpoint: Checkpoint): Promise<void> {
    const text = JSON.stringify(checkpoint);
    this.history.push(text);
    this.texts.set(source, text);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
