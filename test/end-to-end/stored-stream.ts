import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import type { Batch, KeyValue } from '../../src/core/model/store';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { recover } from '../../src/core/state/recovery';
import { EMBEDDED_RETENTION } from '../../src/core/state/retention';
import { step } from '../../src/core/step';
import type { Store } from '../../src/ports/store';
import { readBatches } from '../adapters/store-suite/store-under-test';
import { ManualClock } from '../support/manual-clock';
import { isOwed } from './state-dump';

/** What a server has left in its directory: every change since the beginning, and what they came to. */
export interface StoredStream {
  readonly batches: readonly Batch[];
  readonly values: readonly KeyValue[];
  readonly revision: Revision;
}

/**
 * Read a directory that no server has open.
 * @param until the last revision wanted; null: the store's
 */
export async function readStoredStream(directory: string, until: Revision | null = null): Promise<StoredStream> {
  // Nothing of this clock passes, so no lease ends while the store is read.
  const store = await EmbeddedStore.open(directory, new ManualClock());
  try {
    return await readStream(store, until);
  } finally {
    await store.close();
  }
}

/** Read a store of which nothing is compacted. @param until the last revision wanted; null: the store's */
export async function readStream(store: Store, until: Revision | null = null): Promise<StoredStream> {
  const revision = until ?? (await store.revision());
  const { values } = await store.range('', { revision });
  const batches = await readBatches(store, [''], parseRevision(1), revision);
  return { batches, values, revision };
}

/** The state of a server that starts on what is stored, and leads. */
export function recoveredState({ values, revision }: StoredStream): CoordinatorState {
  const state = newState();
  recover(state, values, revision);
  return lead(state);
}

/** The state of a server that has read every change from the first on, and leads from now on. */
export function foldedState({ batches }: StoredStream): CoordinatorState {
  const state = newState();
  for (const batch of batches) step(state, { kind: 'batch', batch, nowMs: 0 });
  return lead(state);
}

/** A new leader looks at everything that is still to be written; where all is written it writes nothing. */
function lead(state: CoordinatorState): CoordinatorState {
  for (const obligation of [...state.outbox]) if (!isOwed(obligation)) state.outbox.settle(obligation);
  const effects = step(state, { kind: 'lead', nowMs: 0 });
  if (effects.length > 0) throw new Error(`a new leader would write: ${JSON.stringify(effects)}`);
  return state;
}

function newState(): CoordinatorState {
  return new CoordinatorState({ operationsPerWrite: 126 }, EMBEDDED_RETENTION);
}
