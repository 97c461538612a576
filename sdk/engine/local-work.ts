import type { Position, TargetName, UpstreamTableName } from '../plugin';
import type { EngineContext } from './context';
import { positionText } from './status';

/** Statements that are executed without asking the coordinator. */
export interface LocalExecution {
  readonly ddls: readonly string[];
  /** Of the statement that asks for it. */
  readonly position: Position;
  readonly table: UpstreamTableName | null;
  readonly target: TargetName | null;
}

interface Entry {
  readonly id: string;
  readonly execution: LocalExecution;
  readonly then: () => void;
}

/**
 * What isn't coordinated (CREATE DATABASE, CREATE TABLE), carried out one after the other in the order of the stream. While
 * some of it is unfinished there is no checkpoint, since that couldn't say so.
 */
export class LocalWork {
  readonly #entries: Entry[] = [];
  #unfinished = 0;

  constructor(private readonly context: EngineContext) {}

  get isFinished(): boolean {
    return this.#unfinished === 0;
  }

  /** Something begins that a checkpoint couldn't tell. */
  begin(): void {
    this.#unfinished += 1;
  }

  end(): void {
    this.#unfinished -= 1;
    this.context.isDirty = true;
  }

  /** Execute statements after all that came before, then go on. */
  execute(execution: LocalExecution, then: () => void): void {
    this.#entries.push({ id: `local-${this.context.nextNumber()}`, execution, then });
    if (this.#entries.length === 1) this.#start();
  }

  /** @returns whether the ID belonged to an execution of this kind */
  executed(id: string): boolean {
    if (this.#entries[0]?.id !== id) return false;
    const entry = this.#entries.shift();
    entry?.then();
    this.#start();
    return true;
  }

  /** Whether an ID belongs to an execution of this kind. */
  owns(id: string): boolean {
    return this.#entries[0]?.id === id;
  }

  #start(): void {
    const [first] = this.#entries;
    if (first === undefined) return;
    const { ddls, position, table, target } = first.execution;
    const { task, source } = this.context.options;
    const key = `${task}/${source}/local@${positionText(position)}`;
    this.context.emit({ kind: 'execute', execution: { id: first.id, ddls, key, revision: null, table, target } });
  }
}
