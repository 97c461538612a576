import type { LockId } from '../model/lock-id';
import { formatLockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { PessimisticInfo } from '../model/pessimistic-info';
import type { ReportedDdls, SourceEntry } from './source-entry';

/** How many locks are remembered before it starts anew. */
const CAPACITY = 1_000;

/**
 * Of thousands of sources nearly all report the same DDLs of a lock and are told the same: what they share is one object.
 * That changes no answer, only how much memory it takes, and is bounded.
 */
export class LockContents {
  readonly #last = new Map<LockId, ReportedDdls>();

  /** What an info of a source of `task` says. */
  ofInfo(task: TaskName, { target, ddls }: PessimisticInfo): ReportedDdls {
    return this.#remember({ lockId: formatLockId(task, target), target, ddls });
  }

  /** The operation of a source with what it shares with others. */
  ofOperation({ task, source }: SourceEntry, operation: PessimisticOperation): PessimisticOperation {
    const known = this.#last.get(operation.lockId);
    return {
      lockId: known?.lockId ?? operation.lockId,
      task: operation.task === task ? task : operation.task,
      source: operation.source === source ? source : operation.source,
      ddls: known !== undefined && isSameList(known.ddls, operation.ddls) ? known.ddls : operation.ddls,
      exec: operation.exec,
      done: operation.done,
    };
  }

  #remember(content: ReportedDdls): ReportedDdls {
    const known = this.#last.get(content.lockId);
    if (known !== undefined && isSameList(known.ddls, content.ddls)) return known;
    if (this.#last.size >= CAPACITY) this.#last.clear();
    this.#last.set(content.lockId, content);
    return content;
  }
}

function isSameList(a: readonly string[], b: readonly string[] | null): boolean {
  return b !== null && a.length === b.length && a.every((ddl, index) => ddl === b[index]);
}
