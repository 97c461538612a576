import type { Checkpoint, DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange } from '../plugin';

/** One call of a worker, with what came of it. */
export type DownstreamCall =
  | {
      readonly kind: 'execute';
      readonly ddl: string;
      readonly context: ExecutionContext;
      /** Null: the plugin behind it threw. */
      readonly result: ExecutionResult | null;
    }
  | { readonly kind: 'apply'; readonly changes: readonly RowChange[]; readonly checkpoint: Checkpoint | null };

/** Does nothing, and says that all of it is done. */
const IDLE: DownstreamPlugin = {
  execute: () => Promise.resolve({ kind: 'done' }),
  apply: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * A downstream that keeps, in order, what a worker asked of it, and hands it on to the plugin behind it. A batch of rows
 * stands among the calls when it has been applied; one whose plugin threw doesn't, since none of it counts.
 */
export class RecordingDownstream implements DownstreamPlugin {
  readonly #calls: DownstreamCall[] = [];
  readonly storesPositions: boolean;
  readonly loadPosition?: () => Promise<Checkpoint | null>;

  /** @param inner what really does it; absent: nothing is done, and every call succeeds */
  constructor(private readonly inner: DownstreamPlugin = IDLE) {
    this.storesPositions = inner.storesPositions ?? false;
    if (inner.loadPosition !== undefined) this.loadPosition = inner.loadPosition.bind(inner);
  }

  /** All calls so far, the oldest first. */
  get calls(): readonly DownstreamCall[] {
    return this.#calls;
  }

  /** The statements of `execute`, also of those that failed or came again, in order. */
  get ddls(): readonly string[] {
    return this.#calls.flatMap((call) => (call.kind === 'execute' ? [call.ddl] : []));
  }

  /** The changes of all applied batches, in order. */
  get changes(): readonly RowChange[] {
    return this.#calls.flatMap((call) => (call.kind === 'apply' ? call.changes : []));
  }

  async execute(ddl: string, context: ExecutionContext): Promise<ExecutionResult> {
    let result: ExecutionResult | null = null;
    try {
      result = await this.inner.execute(ddl, context);
      return result;
    } finally {
      this.#calls.push({ kind: 'execute', ddl, context, result });
    }
  }

  async apply(changes: readonly RowChange[], checkpoint: Checkpoint | null): Promise<void> {
    await this.inner.apply(changes, checkpoint);
    this.#calls.push({ kind: 'apply', changes, checkpoint });
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
