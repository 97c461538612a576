import { readStore } from '../core/diagnosis/read-store';
import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import { unsettledChanges } from '../core/state/settled';
import type { Clock } from '../ports/clock';
import type { ServerReading } from '../ports/metrics';
import type { ReadableStore } from '../ports/store';
import { inTime } from './in-time';
import type { ServerIdentity } from './service';
import type { CoordinatorShell } from './shell';

/** What does the work of a server. */
type Shell = Pick<CoordinatorShell, 'state' | 'readiness' | 'isLed' | 'speaksForStore' | 'usage'> & {
  readonly phase: string;
};

/** How long a reading waits for the store, in milliseconds. */
const PATIENCE_MS = 1_000;

/** What is true of a server now, for metrics. */
export async function readServer({
  shell,
  server,
  store,
  clock,
}: {
  readonly shell: Shell;
  readonly server: ServerIdentity;
  readonly store: ReadableStore;
  readonly clock: Clock;
}): Promise<ServerReading> {
  // Asked first: what the store has by then the state may have seen afterwards, so it isn't shown as being behind for nothing.
  const storeRevision = await revisionOf(store, clock);
  const { state } = shell;
  return {
    nowMs: clock.wallMs(),
    version: server.version,
    storeKind: server.storeKind,
    phase: shell.phase,
    ready: shell.readiness().ready,
    isLed: shell.isLed,
    stateRevision: state.revision,
    storeRevision,
    unreadableRecords: state.problems.size,
    impossibleWrites: [...state.outbox.impossible].length,
    unsettledChanges: unsettledChanges(state),
    usage: shell.usage,
    store: shell.speaksForStore ? readStore(state) : null,
  };
}

/** Null: the store doesn't answer in time. */
async function revisionOf(store: ReadableStore, clock: Clock): Promise<Revision | null> {
  const asked = store.revision().catch((error: unknown) => {
    if (error instanceof LockstepError) return null;
    throw error;
  });
  return await inTime(clock, PATIENCE_MS, asked, () => null);
}
