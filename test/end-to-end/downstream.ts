import type { ApiOperation } from '../support/api-client';

/** An operation that was executed downstream, by whom. */
export interface Execution {
  readonly task: string;
  readonly source: string;
  readonly lockId: string;
  readonly revision: number;
  readonly ddls: readonly string[];
}

/** The downstream database of a test: it writes down what it is told to execute. */
export class Downstream {
  readonly executions: Execution[] = [];

  /** Execute the DDLs of an operation; told twice of the same operation, it has done so already (PROTOCOL.md 4.9). */
  execute(source: string, { taskName: task, lockId, revision, ddls }: ApiOperation): void {
    if (ddls.length === 0) return;
    const isKnown = this.executions.some(
      (known) => known.source === source && known.task === task && known.revision === Number(revision),
    );
    if (!isKnown) this.executions.push({ task, source, lockId, revision: Number(revision), ddls });
  }
}
