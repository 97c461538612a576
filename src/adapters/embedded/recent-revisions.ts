import type { Revision } from '../../core/model/revision';
import { isUnder } from '../../core/model/store';
import type { Batch, Change } from '../../core/model/store';
import type { KeyChange } from '../revisioned/plan-transaction';
import { showKey } from '../revisioned/stored-key';

/** How many characters of values are kept. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * The changes of the newest revisions, as they were written. A watch that keeps up reads from here: from the tables each
 * revision would take a read, a checksum and a copy of every value for each watch.
 */
export class RecentRevisions {
  readonly #changes = new Map<number, readonly Change[]>();
  #characters = 0;
  #oldest = 0;

  add(revision: Revision, changes: readonly KeyChange[]): void {
    const shown = changes.map((change): Change => {
      if (change.kind === 'delete') return { kind: 'delete', key: change.before.key, modRevision: revision };
      return { kind: 'put', ...showKey(change.after) };
    });
    if (this.#changes.size === 0) this.#oldest = revision;
    this.#changes.set(revision, shown);
    this.#characters += charactersOf(shown);
    while (this.#characters > MOST_CHARACTERS) this.#forgetOldest();
  }

  /** The changes of a revision under the prefixes; null: it isn't kept here. */
  read(revision: Revision, prefixes: readonly string[]): Batch | null {
    const all = this.#changes.get(revision);
    if (all === undefined) return null;
    return { revision, changes: all.filter(({ key }) => isUnder(key, prefixes)) };
  }

  #forgetOldest(): void {
    this.#characters -= charactersOf(this.#changes.get(this.#oldest) ?? []);
    this.#changes.delete(this.#oldest);
    this.#oldest += 1;
  }
}

function charactersOf(changes: readonly Change[]): number {
  return changes.reduce(
    (sum, change) => sum + (change.kind === 'put' ? change.value.length : 0) + change.key.length,
    0,
  );
}
