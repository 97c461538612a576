import type { Revision } from '../core/model/revision';
import type { Batch, Change, Compare } from '../core/model/store';
import type { Write } from '../core/state/write';

/**
 * Knows which writes that aren't made yet the store would refuse, because a key that they compare has changed since they
 * were planned. Under load a change often comes before a write that waits; to ask the store would cost a transaction, and
 * refuse everything that shares it.
 */
export class OvertakenWrites {
  readonly #comparing = new Map<string, Set<Write>>();
  readonly #overtaken = new Map<Write, Revision>();

  /** Watch a write that was planned on everything observed so far. */
  add(write: Write): void {
    for (const key of comparedKeys(write)) {
      const writes = this.#comparing.get(key);
      if (writes === undefined) this.#comparing.set(key, new Set([write]));
      else writes.add(write);
    }
  }

  /** Watch it no longer. */
  remove(write: Write): void {
    this.#overtaken.delete(write);
    for (const key of comparedKeys(write)) {
      const writes = this.#comparing.get(key);
      writes?.delete(write);
      if (writes?.size === 0) this.#comparing.delete(key);
    }
  }

  /** The store's next change. */
  observe({ changes, revision }: Batch): void {
    if (this.#comparing.size === 0) return;
    for (const change of changes)
      for (const write of this.#comparing.get(change.key) ?? [])
        if (write.compares.some((compare) => isBroken(compare, change))) this.#overtaken.set(write, revision);
  }

  /** The revision that overtook a write; null: none that was observed. */
  revisionOf(write: Write): Revision | null {
    return this.#overtaken.get(write) ?? null;
  }
}

function comparedKeys({ compares }: Write): string[] {
  return compares.flatMap((compare) => (compare.kind === 'absent' ? [] : [compare.key]));
}

/** Whether `change` is of the compared key and makes the compare fail. */
function isBroken(compare: Compare, change: Change): boolean {
  if (compare.kind === 'absent' || compare.key !== change.key) return false;
  if (compare.kind === 'value') {
    if (change.kind === 'delete') return true;
    return (compare.operator === '=') !== (compare.value === change.value);
  }
  const now = change.kind === 'delete' ? 0 : change[compare.kind];
  switch (compare.operator) {
    case '=':
      return now !== compare.value;
    case '!=':
      return now === compare.value;
    case '<':
      return now >= compare.value;
    case '>':
      return now <= compare.value;
  }
}
