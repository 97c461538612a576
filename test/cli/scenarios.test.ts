import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLock, until } from '../graphql/operator-requests';
import { lockOf, registered } from '../graphql/plain-worker';
import type { Operation, PlainWorker } from '../graphql/plain-worker';
import { runCommand, startCommand, urlOf } from './run-command';
import type { CommandProcess, Ended } from './run-command';

const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];
const OK = '{\n    "result": true,\n    "msg": ""\n}\n';
let directory: string;
let server: CommandProcess;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-scenarios-'));
  server = startCommand(['serve', '--port', '0', '--data', directory]);
  url = await urlOf(server.output);
}, 30_000);

afterAll(async () => {
  server.process.kill('SIGTERM');
  expect(await server.status).toBe(0);
  rmSync(directory, { recursive: true, force: true });
});

/** A command as a person types it, at the server of this test. */
const lockstep = (...words: readonly string[]): Promise<Ended> =>
  runCommand(words, { environment: { LOCKSTEP_SERVER: url } });

/** A declared pessimistic task with a worker for each source that is alive. */
async function makeTask(task: string, sources: readonly string[], alive: readonly string[]): Promise<PlainWorker[]> {
  const named = sources.flatMap((source) => ['--source', source]);
  const put = await lockstep('task', 'put', '--mode', 'pessimistic', ...named, task);
  expect(put).toEqual({
    status: 0,
    out: expect.stringContaining(`Task ${task} is pessimistic with ${sources.length} sources: ${sources.join(', ')}.
`),
    err: '',
  });
  return Promise.all(alive.map((source) => registered(url, `worker-${source}`, task, source, 'PESSIMISTIC')));
}

async function operationFor(worker: PlainWorker): Promise<Operation> {
  const [operation] = await until(
    () => worker.pending(),
    (pending) => pending.length > 0,
  );
  return operation!;
}

/** Wait until so many sources of the task's lock are synced. */
const synced = (task: string, count: number): Promise<unknown> =>
  until(
    () => readLock(url, lockOf(task)),
    (lock) => lock?.['syncedCount'] === count,
  );

/** What `show-ddl-locks` prints for one pessimistic lock. */
const shown = (task: string, owner: string, ready: readonly string[], missing: readonly string[]): string => {
  const list = (names: readonly string[]): string =>
    names.length === 0
      ? '[\n            ]'
      : `[\n${names.map((name) => `                ${JSON.stringify(name)}`).join(',\n')}\n            ]`;
  return `{
    "result": true,
    "msg": "",
    "locks": [
        {
            "ID": "${task}-\`shard_db\`.\`shard_table\`",
            "task": "${task}",
            "mode": "pessimistic",
            "owner": "${owner}",
            "DDLs": [
                "ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c2\` INT"
            ],
            "synced": ${list(ready)},
            "unsynced": ${list(missing)}
        }
    ]
}
`;
};

const NONE = '{\n    "result": true,\n    "msg": "no DDL lock exists",\n    "locks": [\n    ]\n}\n';

describe('A. a worker has gone for good', () => {
  it('unlock-ddl-lock makes the owner execute, asks the synced others to skip, and removes the lock', async () => {
    const [one, three] = await makeTask('a1', ['s1', 's2', 's3'], ['s1', 's3']);
    await one!.reportSource(DDLS, '1');
    await three!.reportSource(DDLS, '1');
    await synced('a1', 2);
    const lock = shown('a1', 's1', ['s1', 's3'], ['s2']);
    expect(await lockstep('show-ddl-locks', 'a1')).toEqual({ status: 0, out: lock, err: '' });
    expect(await lockstep('shard-ddl-lock', 'a1')).toEqual({ status: 0, out: lock, err: '' });
    expect(await lockstep('show-ddl-locks', '--worker', 'worker-s1', 'a1')).toEqual({ status: 0, out: lock, err: '' });
    const answer = lockstep('unlock-ddl-lock', '--reason', 's2 is gone', lockOf('a1'));
    await one!.acknowledge(await operationFor(one!));
    await three!.acknowledge(await operationFor(three!));
    expect(await answer).toEqual({ status: 0, out: OK, err: '' });
    expect(await lockstep('show-ddl-locks', 'a1')).toEqual({ status: 0, out: NONE, err: '' });
  }, 60_000);

  it('if the owner is gone, another synced source executes; the silent one is reported by name', async () => {
    const [one, three] = await makeTask('a2', ['s1', 's2', 's3'], ['s1', 's3']);
    await one!.reportSource(DDLS, '1');
    await three!.reportSource(DDLS, '1');
    await synced('a2', 2);
    const refused = await lockstep('unlock-ddl-lock', '--owner', 's2', lockOf('a2'));
    expect(refused.status).toBe(1);
    expect(refused.out).toMatch(
      /^\{\n {4}"result": false,\n {4}"msg": "\[code=38022:class=dm-master:scope=internal:level=high\], Message: /u,
    );
    const answer = lockstep('unlock-ddl-lock', '--wait', '1', '-o', 'worker-s3', lockOf('a2'));
    await three!.acknowledge(await operationFor(three!));
    const ended = await answer;
    expect(ended.status).toBe(1);
    expect(ended.out).toMatch(/\[code=38025:class=dm-master/u);
    expect(JSON.parse(ended.out)).toMatchObject({
      result: false,
      workers: [
        { result: true, worker: 's3', msg: '' },
        { result: false, worker: 's1', msg: expect.stringMatching(/Message: .+, Workaround: /u) },
      ],
    });
    expect(await lockstep('show-ddl-locks', 'a2')).toEqual({ status: 0, out: NONE, err: '' });
  }, 60_000);

  it('if the owner fails, the lock stays, unless its removal is forced', async () => {
    const [one] = await makeTask('a3', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const failed = await lockstep('unlock-ddl-lock', '--wait', '1', lockOf('a3'));
    expect(failed.status).toBe(5);
    expect(JSON.parse(failed.out)).toMatchObject({ result: false, msg: expect.stringContaining('[code=38024:') });
    expect(await lockstep('show-ddl-locks', 'a3')).toMatchObject({ out: shown('a3', 's1', ['s1'], ['s2']) });
    await lockstep('unlock-ddl-lock', '--wait', '1', '--force-remove', lockOf('a3'));
    expect(await lockstep('show-ddl-locks', 'a3')).toEqual({ status: 0, out: NONE, err: '' });
  }, 60_000);
});

describe('B. a worker restarted while the unlock ran', () => {
  it('unlock-ddl-lock --worker lets it execute again, and removes the lock', async () => {
    const [one] = await makeTask('b', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const first = lockstep('unlock-ddl-lock', lockOf('b'));
    await one!.acknowledge(await operationFor(one!));
    expect(await first).toEqual({ status: 0, out: OK, err: '' });
    const two = await registered(url, 'worker-s2', 'b', 's2', 'PESSIMISTIC');
    await two.reportSource(DDLS, '1');
    await synced('b', 1);
    expect(await lockstep('show-ddl-locks', 'b')).toMatchObject({ out: shown('b', 's2', ['s2'], ['s1']) });
    const second = lockstep('unlock-ddl-lock', '--worker', 's2', lockOf('b'));
    const exec = await operationFor(two);
    expect(exec).toMatchObject({ exec: true, ddls: DDLS });
    await two.acknowledge(exec);
    expect(await second).toEqual({ status: 0, out: OK, err: '' });
    expect(await lockstep('show-ddl-locks', 'b')).toEqual({ status: 0, out: NONE, err: '' });
  }, 60_000);
});

describe('C. a worker was unreachable for a moment', () => {
  it('query-status shows it blocked, break-ddl-lock lets it skip', async () => {
    const [one, two] = await makeTask('c', ['s1', 's2', 's3'], ['s1', 's2']);
    await one!.reportSource(DDLS, '1');
    await two!.reportSource(DDLS, '1');
    await synced('c', 2);
    const unlock = lockstep('unlock-ddl-lock', '--wait', '1', lockOf('c'));
    await one!.acknowledge(await operationFor(one!));
    expect(await unlock).toMatchObject({ status: 1 });
    const groups = [
      {
        target: { schema: 'shard_db', table: 'other' },
        ddls: ['DROP TABLE `shard_db`.`other`'],
        firstPosition: 'mysql-bin.000001:4',
        synced: [{ schema: 'a', table: 'b`c' }],
        unsynced: [],
      },
    ];
    const status = { stage: 'running', blockingDdls: DDLS, blockingLockId: lockOf('c'), formingGroups: groups };
    await two!.withSession('ReportShardStatus', status);
    expect(await lockstep('query-status', 'c')).toEqual({ status: 0, out: STATUS, err: '' });

    const answer = lockstep('break-ddl-lock', '--worker', 's2', '--skip', '--remove-id', lockOf('c'), 'c');
    const skip = await operationFor(two!);
    expect(skip).toMatchObject({ exec: false, ddls: DDLS, lockId: lockOf('c') });
    await two!.acknowledge(skip);
    expect(await answer).toEqual({ status: 0, out: OK, err: '' });
    const again = await lockstep('break-ddl-lock', '--worker', 's3', '--exec', 'c');
    expect(again).toMatchObject({ status: 1, err: 'Next: lockstep query-status c\n' });
    expect(again.out).toMatch(/"msg": "\[code=NOT_WAITING:class=lockstep:scope=internal:level=high\], Message: /u);
  }, 60_000);
});

const STATUS = `{
    "result": true,
    "msg": "",
    "workers": [
        {
            "result": true,
            "worker": "s1",
            "msg": "",
            "subTaskStatus": [
                {
                    "name": "c",
                    "stage": "Running",
                    "unit": "Sync",
                    "result": null,
                    "unresolvedDDLLockID": "",
                    "sync": {
                        "blockingDDLs": [
                        ],
                        "unresolvedGroups": [
                        ],
                        "synced": false
                    }
                }
            ]
        },
        {
            "result": true,
            "worker": "s2",
            "msg": "",
            "subTaskStatus": [
                {
                    "name": "c",
                    "stage": "Running",
                    "unit": "Sync",
                    "result": null,
                    "unresolvedDDLLockID": "c-\`shard_db\`.\`shard_table\`",
                    "sync": {
                        "blockingDDLs": [
                            "ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c2\` INT"
                        ],
                        "unresolvedGroups": [
                            {
                                "target": "\`shard_db\`.\`other\`",
                                "DDLs": [
                                    "DROP TABLE \`shard_db\`.\`other\`"
                                ],
                                "firstPos": "mysql-bin.000001:4",
                                "synced": [
                                    "\`a\`.\`b\`\`c\`"
                                ],
                                "unsynced": [
                                ]
                            }
                        ],
                        "synced": false
                    }
                }
            ]
        },
        {
            "result": false,
            "worker": "s3",
            "msg": "no worker of source s3 is registered for task c",
            "subTaskStatus": [
            ]
        }
    ]
}
`;
