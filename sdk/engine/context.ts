import type { LockstepError } from '../../src/core/model/error';
import { Shapes } from '../../src/core/table/shapes';
import type { Routes } from '../route/routes';
import type { Effect } from './effects';
import { Outgoing } from './outgoing';
import type { WorkerProgress } from './progress';
import { ShardSet } from './shard-set';
import type { ComparePositions, Timeline } from './timeline';

/** How the task's shards are coordinated (`ShardMode`). */
export type Mode = 'OPTIMISTIC' | 'PESSIMISTIC';

/** What bounds the engine's memory. */
export interface EngineLimits {
  /** Rows that may wait for a flush; then reading pauses. */
  readonly pendingRows: number;
  /** Steps that all held shards may queue together; then those of one are dropped and read again. */
  readonly queuedSteps: number;
}

/** What the engine is told once. */
export interface EngineOptions {
  readonly task: string;
  readonly source: string;
  readonly mode: Mode;
  /** Optimistic: a conflict stops the reading of the whole source. */
  readonly strict: boolean;
  readonly routes: Routes;
  readonly compare: ComparePositions;
  /** Statements that match are passed over before they are parsed. */
  readonly ignoreSql: readonly RegExp[];
  /** Rows and checkpoint are stored together, so each flush has a checkpoint: then a crash repeats no rows. */
  readonly storesWithRows: boolean;
  /** Unique for each run of the worker: attempts begin with it. */
  readonly run: string;
  readonly limits: EngineLimits;
}

/** What the parts of one engine share. */
export class EngineContext {
  readonly shards: ShardSet;
  readonly outgoing = new Outgoing();
  readonly shapes = new Shapes();
  /** Something happened that a checkpoint should know. */
  isDirty = false;
  #stopError: LockstepError | null = null;
  #effects: Effect[] = [];
  #counter = 0;

  constructor(
    readonly options: EngineOptions,
    readonly timeline: Timeline,
  ) {
    this.shards = new ShardSet(options.limits.queuedSteps);
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  tell(progress: WorkerProgress): void {
    this.emit({ kind: 'tell', progress });
  }

  /** Nothing goes on any more; the first error counts. */
  stop(error: LockstepError): void {
    if (this.#stopError !== null) return;
    this.#stopError = error;
    this.emit({ kind: 'stop', error });
  }

  get isStopped(): boolean {
    return this.#stopError !== null;
  }

  /** A number that this engine gives once. */
  nextNumber(): number {
    this.#counter += 1;
    return this.#counter;
  }

  takeEffects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
