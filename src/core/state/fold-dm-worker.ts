import { parseSourceId } from '../model/names';
import type { Change } from '../model/store';
import type { DmKey } from '../wire/dm-keys';
import { readDmAliveWorker, readDmBoundWorker, readDmRegisteredWorker } from '../wire/dm-workers';
import type { CoordinatorState } from './coordinator-state';

/** What a key of a worker of DM's names. */
type WorkerKey = Extract<DmKey, { kind: 'registered-worker' | 'alive-worker' | 'bound-worker' }>;

/** A worker of a DM cluster registered, came, went, or was bound. One whose key is there lives, whatever its value says. */
export function foldDmWorker({ dmWorkers }: CoordinatorState, { kind, worker }: WorkerKey, change: Change): void {
  switch (kind) {
    case 'registered-worker':
      dmWorkers.registered.delete(worker);
      if (change.kind === 'put')
        dmWorkers.registered.set(worker, readDmRegisteredWorker(change.value, change.key).address);
      return;
    case 'alive-worker':
      if (change.kind === 'delete') return void dmWorkers.alive.delete(worker);
      dmWorkers.alive.set(worker, '');
      dmWorkers.alive.set(worker, readDmAliveWorker(change.value, change.key).joinTime);
      return;
    case 'bound-worker':
      dmWorkers.bind(worker, null);
      if (change.kind === 'put')
        dmWorkers.bind(worker, parseSourceId(readDmBoundWorker(change.value, change.key).source));
      return;
  }
}
