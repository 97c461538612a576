import { createRequire } from 'node:module';
import type * as EtcdRoom from './adapters/etcd/etcd-store';
import { invariant } from './core/model/invariant';

/** The room of etcd. Most processes need none, so its client isn't loaded with the rest. */
export function loadEtcd(): typeof EtcdRoom {
  const loaded: unknown = createRequire(__filename)('./adapters/etcd/etcd-store');
  invariant(isEtcdRoom(loaded), 'the room of etcd has its store');
  return loaded;
}

function isEtcdRoom(loaded: unknown): loaded is typeof EtcdRoom {
  return typeof loaded === 'object' && loaded !== null && 'EtcdStore' in loaded;
}
