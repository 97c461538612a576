import { invariant } from '../../core/model/invariant';
import { NO_REVISION, parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { isUnder } from '../../core/model/store';
import type { Batch, Change, KeyValue } from '../../core/model/store';
import { checkRevision } from '../revisioned/check-revision';
import type { History } from '../revisioned/follow-history';
import type { KeyChange } from '../revisioned/plan-transaction';
import { compactionTarget } from '../revisioned/retention';
import type { Retention } from '../revisioned/retention';
import { showKey } from '../revisioned/stored-key';
import type { StoredKey } from '../revisioned/stored-key';
import { SortedKeys } from './sorted-keys';

interface Entry {
  readonly madeMs: number;
  readonly changes: readonly KeyChange<StoredKey>[];
}

/** What each revision changed, and what was there before, for as long as it is kept. */
export class MemoryHistory implements History {
  #entries: Entry[] = [];
  /** The last revision that is gone; the first entry is of the next. */
  #dropped = NO_REVISION;

  get last(): Revision {
    return parseRevision(this.#dropped + this.#entries.length);
  }

  get compacted(): Revision {
    return this.#dropped === NO_REVISION ? NO_REVISION : parseRevision(this.#dropped + 1);
  }

  /** Add the next revision. */
  add(changes: readonly KeyChange<StoredKey>[], madeMs: number): Revision {
    this.#entries.push({ madeMs, changes });
    return this.last;
  }

  read(revision: Revision, prefixes: readonly string[]): Batch {
    const changes = this.#entry(revision)
      .changes.map((change) => showChange(change, revision))
      .filter(({ key }) => isUnder(key, prefixes));
    return { revision, changes };
  }

  /** The keys as they were: those of now, with every later change taken back. @throws as checkRevision */
  rewind(now: Iterable<StoredKey>, prefix: string, revision: Revision): KeyValue[] {
    checkRevision(revision, this.compacted, this.last);
    const keys = new SortedKeys();
    for (const stored of now) keys.set(stored);
    for (let undone = this.last; undone > revision; undone = parseRevision(undone - 1)) {
      for (const change of this.#entry(undone).changes) {
        const { key } = change.kind === 'put' ? change.after : change.before;
        if (!key.startsWith(prefix)) continue;
        if (change.before === null) keys.delete(key);
        else keys.set(change.before);
      }
    }
    return [...keys.withPrefix(prefix)].map(showKey);
  }

  /** Drop what the retention doesn't ask for. */
  compact(retention: Retention, nowMs: number): void {
    if (this.#entries.length === 0) return;
    const kept = { oldest: this.#dropped + 1, last: this.last };
    this.compactTo(compactionTarget(kept, retention, nowMs, (revision) => this.#entry(revision).madeMs));
  }

  /** Drop every revision before this one, which is kept. */
  compactTo(revision: number): void {
    invariant(revision <= this.last, `revision ${revision} is yet to come`);
    if (revision <= this.#dropped + 1) return;
    this.#entries = this.#entries.slice(revision - this.#dropped - 1);
    this.#dropped = parseRevision(revision - 1);
  }

  #entry(revision: number): Entry {
    const entry = this.#entries[revision - this.#dropped - 1];
    invariant(entry, `revision ${revision} is not in the history`);
    return entry;
  }
}

function showChange(change: KeyChange, modRevision: Revision): Change {
  return change.kind === 'put'
    ? { kind: 'put', ...showKey(change.after) }
    : { kind: 'delete', key: change.before.key, modRevision };
}
