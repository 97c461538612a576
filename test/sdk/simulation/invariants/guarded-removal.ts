import type { TableEntry } from '../../../../src/core/state/table-entry';
import { formatDmKey, parseDmKey } from '../../../../src/core/wire/dm-keys';
import { ownKindOf } from '../../../end-to-end/lost-answers';
import type { Invariant, Step } from './invariant';
import { deletedKeys, putsOf } from './invariant';

/** A lock takes no info with it that it hasn't answered: an info of a table's next DDL may come at any time. */
export class GuardedRemoval implements Invariant {
  readonly name = 'a lock ends without taking newer infos with it';
  #lost: string[] = [];

  before({ batch, state }: Step): void {
    this.#lost = [];
    const kindsPut = putsOf(batch).map(({ key }) => ownKindOf(key));
    // What a person removes goes with all that is stored of it.
    if (kindsPut.includes('action') || !deletedKeys(batch).some((key) => ownKindOf(key) === 'lock')) return;
    const put = new Set(putsOf(batch).map(({ key }) => key));
    for (const key of deletedKeys(batch)) {
      const info = parseDmKey(key);
      if (info?.kind !== 'optimistic-info') continue;
      const entry = state.entryOf(info.task, info.table);
      if (!entry.isAnswered && !put.has(operationKeyOf(entry))) this.#lost.push(entry.key);
    }
  }

  after(): string[] {
    return this.#lost.map((key) => `the unanswered info of ${key} was deleted`);
  }
}

function operationKeyOf({ task, table }: TableEntry): string {
  return formatDmKey({ kind: 'optimistic-operation', task, table });
}
