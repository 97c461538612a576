import { NO_REVISION } from '../model/revision';
import type { TableEntry, Target } from './table-entry';

/**
 * The tables of a lock that is being removed. It is walked over once, however many parts the removal takes: whatever has
 * nothing stored any more when a part is planned is passed for good. What gets something stored behind that place is found
 * by a new queue.
 */
export class RemovalQueue {
  readonly #tables: readonly TableEntry[];
  #passed = 0;

  constructor(private readonly target: Target) {
    this.#tables = [...target.tables];
  }

  /** The first `most` tables that have something stored. */
  first(most: number): TableEntry[] {
    while (this.#passed < this.#tables.length && !this.#isLeft(this.#tables[this.#passed])) this.#passed += 1;
    const found: TableEntry[] = [];
    for (let index = this.#passed; index < this.#tables.length && found.length < most; index += 1) {
      const entry = this.#tables[index];
      if (entry !== undefined && this.#isLeft(entry)) found.push(entry);
    }
    return found;
  }

  #isLeft(entry: TableEntry | undefined): boolean {
    return entry?.target === this.target && isStored(entry);
  }
}

function isStored(entry: TableEntry): boolean {
  return entry.info !== null || entry.initial !== null || hasOperationToDelete(entry);
}

/**
 * Whether the operation goes with its lock. One that isn't done yet outlives it: a worker that is told of operations through
 * the API may have been cut off since it was put, and would wait for it for ever. DM's workers read every change, so theirs
 * go, but those that a part of the removal has put.
 */
export function hasOperationToDelete(entry: TableEntry): boolean {
  const { operation, attempt } = entry;
  if (operation === null) return false;
  return operation.done || (attempt === null && !isLastAnswer(entry));
}

/** Whether a part of the removal has put the operation, in the place of the info that it answers. */
function isLastAnswer({ info, operationRevision, decisionRevision, decidedRevision }: TableEntry): boolean {
  return info === null && decidedRevision === NO_REVISION && operationRevision === decisionRevision;
}
