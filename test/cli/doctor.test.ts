import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '../../src/adapters/embedded/embedded-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import type { Mutation } from '../../src/core/model/store';
import { storedCluster } from '../dm/stored-cluster';
import { runCommand } from './run-command';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-doctor-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function write(mutations: readonly Mutation[]): Promise<number> {
  const store = await EmbeddedStore.open(directory, new SystemClock());
  try {
    return (await store.txn({ compares: [], then: mutations })).revision;
  } finally {
    await store.close();
  }
}

describe('doctor --data-dir', () => {
  it('tells locks, what is wrong, and what a server would do, and writes nothing', async () => {
    const revision = await write(storedCluster());
    const { status, out } = await runCommand(['doctor', '--data-dir', directory, '--output', 'json']);
    const found = JSON.parse(out) as Record<string, unknown>;
    expect(status).toBe(1);
    expect(found).toMatchObject({
      well: false,
      revision: String(revision),
      leader: null,
      lockCount: 2,
      locks: [
        { id: 'gone-`shop`.`orders`', mode: 'pessimistic', state: 'waiting', waits: [expect.stringContaining('gone')] },
        { id: 'merge-1-`shop`.`orders`', mode: 'optimistic', state: 'waiting' },
      ],
    });
    const kinds = (found['problems'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['orphan-lock', 'stale-operation', 'unreadable-record']);
    expect(found['wouldDo']).toContain(
      'put the operation of s1 `db`.`orders_1`: stage none, ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT',
    );
    const again = await runCommand(['doctor', '--data-dir', directory]);
    expect(again.out).toContain('revision ' + String(revision));
    for (const part of [
      'nobody leads',
      'merge-1-`shop`.`orders`  optimistic',
      'orphan lock',
      'would:',
      '3 things to look at',
    ])
      expect(again.out).toContain(part);
  });

  it('ends with 0 when all is well, 2 for no store or two of them, and names what it is', async () => {
    await write([{ kind: 'put', key: '/lockstep/other', value: 'x' }]);
    expect(await runCommand(['doctor', '--data-dir', directory])).toMatchObject({
      status: 0,
      out: expect.stringContaining('All is well.'),
    });
    const missing = await runCommand(['doctor', '--data-dir', join(directory, 'nothing')]);
    expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('nothing')]);
    const both = await runCommand(['doctor', '--data-dir', directory, '--etcd', 'http://127.0.0.1:1']);
    expect([both.status, both.err]).toEqual([2, expect.stringContaining('exclude each other')]);
    expect((await runCommand(['doctor', '--etcd', 'nowhere'])).status).toBe(2);
  });
});
