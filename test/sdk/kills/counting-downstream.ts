import type { ExecutionResult } from '../../../sdk';
import { MemoryDownstream } from '../../../sdk/plugins/memory';

/** A downstream in memory that counts how often each statement really changed something, and how often it had already. */
export class CountingDownstream extends MemoryDownstream {
  readonly counts = new Map<string, Record<ExecutionResult['kind'], number>>();

  override execute(ddl: string, schema: string): ExecutionResult {
    const result = super.execute(ddl, schema);
    const counts = this.counts.get(ddl) ?? { done: 0, 'already-done': 0, failed: 0 };
    counts[result.kind] += 1;
    this.counts.set(ddl, counts);
    return result;
  }
}
