import { expect, it, jest } from '@jest/globals';
import { DM_LEADER_PREFIX } from '../../src/core/wire/dm-keys';
import { runCommand } from '../cli/run-command';
import { storedCluster } from './stored-cluster';
import { useEtcd } from './use-etcd';

jest.setTimeout(60_000);

const etcd = useEtcd();

async function examine(): Promise<Record<string, unknown>> {
  const before = await etcd().store.revision();
  const { out, err } = await runCommand(['doctor', '--etcd', etcd().url, '--output', 'json']);
  expect([err, await etcd().store.revision()]).toEqual(['', before]);
  return JSON.parse(out) as Record<string, unknown>;
}

it('doctor --etcd reads a DM cluster: while its master leads a server would do nothing, without it the unanswered', async () => {
  await etcd().store.txn({ compares: [], then: storedCluster() });
  await etcd().store.txn({ compares: [], then: [{ kind: 'put', key: `${DM_LEADER_PREFIX}/1`, value: 'dm-master-1' }] });
  expect(await examine()).toMatchObject({ leader: 'dm-master', lockCount: 2, wouldDo: [], well: false });
  await etcd().store.txn({ compares: [], then: [{ kind: 'delete', key: `${DM_LEADER_PREFIX}/1` }] });
  const found = await examine();
  expect(found).toMatchObject({ leader: null, lockCount: 2 });
  expect(found['wouldDo']).not.toEqual([]);
});

it('an etcd that does not answer is a failure that may pass', async () => {
  const { status, err } = await runCommand(['doctor', '--etcd', 'http://127.0.0.1:1']);
  expect([status, err]).toEqual([5, expect.stringContaining('127.0.0.1:1')]);
});
