import type { UpstreamTable } from '../../src/core/model/names';
import { parseRevision } from '../../src/core/model/revision';
import type { Batch, Change, KeyValue, Mutation } from '../../src/core/model/store';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { ContentCache } from '../../src/core/state/content-cache';
import { EMBEDDED_RETENTION } from '../../src/core/state/retention';
import type { Write } from '../../src/core/state/write';
import { step } from '../../src/core/step';
import type { Effect } from '../../src/core/step';
import { writeJournalRecord } from '../../src/core/wire/journal-record';
import { formatLockstepKey } from '../../src/core/wire/lockstep-keys';

/** The clock of every benchmark of the core, which nothing of it measures. */
export const NOW_MS = 1_700_000_000_000;

/** Feeds a state: keeps revisions and versions, and lets writes come back as a store would. */
export class Feed {
  /** The caches live on from rollout to rollout, as in a server. */
  static readonly #caches = new ContentCache();
  readonly state: CoordinatorState;
  readonly values = new Map<string, KeyValue>();
  #revision = 0;

  /** @param keepsValues without it nothing is known of a prefix's keys, so their deletion isn't seen */
  constructor(
    private readonly keepsValues: boolean,
    operationsPerWrite = 1_000_000,
  ) {
    this.state = new CoordinatorState({ operationsPerWrite }, EMBEDDED_RETENTION, Feed.#caches);
  }

  /** One put by somebody else; the effects of its step. */
  put(key: string, value: string): Effect[] {
    return this.apply([{ kind: 'put', key, value }]);
  }

  /**
   * Let every write come back, until nothing follows.
   * @param read is told what is to be read of downstreams
   */
  settle(effects: Effect[], read: (tables: readonly UpstreamTable[]) => void = () => undefined): void {
    const queue = [...effects];
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      if (effect.kind === 'read-schemas') read(effect.tables);
      if (effect.kind !== 'write') continue;
      queue.push(...this.apply([...effect.write.mutations, ...this.journal(effect.write)]));
      const revision = parseRevision(this.#revision);
      queue.push(...step(this.state, { kind: 'done', id: effect.id, revision, nowMs: NOW_MS }));
    }
  }

  get revision(): number {
    return this.#revision;
  }

  /** One transaction by somebody else; the effects of its step. */
  apply(mutations: readonly Mutation[]): Effect[] {
    this.#revision += 1;
    const revision = parseRevision(this.#revision);
    const batch: Batch = { revision, changes: mutations.flatMap((mutation) => this.change(mutation)) };
    return step(this.state, { kind: 'batch', batch, nowMs: NOW_MS });
  }

  /** The journal record that the shell adds to every write. */
  private journal({ events }: Write): Mutation[] {
    const key = formatLockstepKey({ kind: 'journal', sequence: this.#revision });
    return events.length === 0 ? [] : [{ kind: 'put', key, value: writeJournalRecord({ atMs: NOW_MS, events }) }];
  }

  private change(mutation: Mutation): Change[] {
    const modRevision = parseRevision(this.#revision);
    if (mutation.kind === 'put') {
      const { key, value } = mutation;
      const stored = { key, value, version: 1, createRevision: modRevision, modRevision };
      if (this.keepsValues) this.values.set(key, stored);
      return [{ kind: 'put', ...stored }];
    }
    const keys = mutation.kind === 'delete' ? [mutation.key] : this.keysUnder(mutation.prefix);
    for (const key of keys) this.values.delete(key);
    return keys.map((key) => ({ kind: 'delete', key, modRevision }));
  }

  private keysUnder(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** Bytes of heap in use after a collection; `bench` runs node with --expose-gc. */
export function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
