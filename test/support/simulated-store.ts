import { invariant, unreachable } from '../../src/core/model/invariant';
import { NO_REVISION, parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import type { Batch, Change, Compare, KeyValue, Mutation } from '../../src/core/model/store';

/** What a transaction came to. */
export interface Transacted {
  /** Whether every compare held, so that the mutations were made. */
  readonly succeeded: boolean;
  /** The store's revision after it; a transaction that changed nothing makes no new one. */
  readonly revision: Revision;
}

/**
 * A store in memory with the semantics of model/store.ts and etcd: one revision a transaction, versions that count from the
 * last creation, and the refusal of a transaction that puts a key twice or puts what it deletes. It keeps every batch.
 */
export class SimulatedStore {
  readonly #values = new Map<string, KeyValue>();
  readonly #batches: Batch[] = [];
  #revision = NO_REVISION;

  /** The last revision. */
  get revision(): Revision {
    return this.#revision;
  }

  /** The key's value, or null. */
  get(key: string): KeyValue | null {
    return this.#values.get(key) ?? null;
  }

  /** All keys that begin with `prefix`, in their order. */
  range(prefix: string): KeyValue[] {
    const found = [...this.#values.values()].filter(({ key }) => key.startsWith(prefix));
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The changes of every revision after `revision`, in order. */
  batchesAfter(revision: Revision): Batch[] {
    // Every revision has a batch, so the one of revision n stands at n - 1.
    return this.#batches.slice(revision);
  }

  /** Make all mutations if all compares hold. */
  transact(compares: readonly Compare[], mutations: readonly Mutation[]): Transacted {
    refuseOverlaps(mutations);
    if (!compares.every((compare) => this.#holds(compare))) return { succeeded: false, revision: this.#revision };
    const revision = parseRevision(this.#revision + 1);
    const changes = mutations.flatMap((mutation) => this.#make(mutation, revision));
    if (changes.length > 0) {
      this.#revision = revision;
      this.#batches.push({ revision, changes });
    }
    return { succeeded: true, revision: this.#revision };
  }

  /** Put one key. */
  put(key: string, value: string): Revision {
    return this.transact([], [{ kind: 'put', key, value }]).revision;
  }

  /** Delete one key, if it is there. */
  delete(key: string): Revision {
    return this.transact([], [{ kind: 'delete', key }]).revision;
  }

  #make(mutation: Mutation, revision: Revision): Change[] {
    switch (mutation.kind) {
      case 'put':
        return [this.#put(mutation.key, mutation.value, revision)];
      case 'delete':
        return this.#delete(mutation.key, revision);
      case 'delete-prefix':
        return this.range(mutation.prefix).flatMap(({ key }) => this.#delete(key, revision));
      default:
        return unreachable(mutation);
    }
  }

  #put(key: string, value: string, revision: Revision): Change {
    const before = this.#values.get(key);
    const after = {
      key,
      value,
      version: (before?.version ?? 0) + 1,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
    };
    this.#values.set(key, after);
    return { kind: 'put', ...after };
  }

  #delete(key: string, modRevision: Revision): Change[] {
    return this.#values.delete(key) ? [{ kind: 'delete', key, modRevision }] : [];
  }

  #holds(compare: Compare): boolean {
    if (compare.kind === 'absent') return this.range(compare.prefix).length === 0;
    const stored = this.#values.get(compare.key);
    if (compare.kind === 'value') {
      // etcd: a compare of the value of an absent key never holds, whatever its operator.
      return stored !== undefined && (stored.value === compare.value) === (compare.operator === '=');
    }
    return relates(stored?.[compare.kind] ?? 0, compare.operator, compare.value);
  }
}

function relates(actual: number, operator: '=' | '!=' | '<' | '>', value: number): boolean {
  switch (operator) {
    case '=':
      return actual === value;
    case '!=':
      return actual !== value;
    case '<':
      return actual < value;
    case '>':
      return actual > value;
    default:
      return unreachable(operator);
  }
}

/** etcd refuses such a transaction, so ours must never send one. */
function refuseOverlaps(mutations: readonly Mutation[]): void {
  const puts = new Set<string>();
  for (const mutation of mutations) {
    if (mutation.kind !== 'put') continue;
    invariant(!puts.has(mutation.key), `a transaction puts ${mutation.key} twice`);
    puts.add(mutation.key);
  }
  for (const mutation of mutations) {
    if (mutation.kind === 'delete')
      invariant(!puts.has(mutation.key), `a transaction puts and deletes ${mutation.key}`);
    if (mutation.kind !== 'delete-prefix') continue;
    const overlap = [...puts].find((key) => key.startsWith(mutation.prefix));
    invariant(overlap === undefined, `a transaction puts ${overlap ?? ''} and deletes all of ${mutation.prefix}`);
  }
}
