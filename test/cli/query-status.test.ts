import { expect, it } from '@jest/globals';
import { registered } from '../graphql/plain-worker';
import { useServer } from '../support/use-server';
import { runCommand } from './run-command';

const server = useServer();
const STUCK = "line 6 of the script: Duplicate column name 'qty'";

const lockstep = async (...words: readonly string[]): Promise<string> => {
  const ended = await runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } });
  expect(ended).toEqual({ status: 0, err: '', out: expect.any(String) });
  return ended.out;
};

it('query-status tells what a worker cannot go past, as dmctl does, and what one that is gone said last', async () => {
  const [stuck, gone, well] = await Promise.all(
    ['s1', 's2', 's3'].map((source) => registered(server.url, `w-${source}`, 'bad', source, 'OPTIMISTIC')),
  );
  await stuck!.withSession('ReportShardStatus', { stage: 'paused', error: STUCK });
  await gone!.withSession('ReportShardStatus', { stage: 'failed', error: 'the downstream is full' });
  await gone!.withSession('LeaveShardWorker', { forGood: false });
  await well!.withSession('ReportShardStatus', { stage: 'running' });

  const out = await lockstep('query-status', 'bad');
  expect(out).toContain(`
                    "stage": "Paused",
                    "unit": "Sync",
                    "result": {
                        "isCanceled": false,
                        "errors": [
                            {
                                "ErrCode": 0,
                                "ErrClass": "",
                                "ErrScope": "",
                                "ErrLevel": "",
                                "Message": ${JSON.stringify(STUCK)},
                                "RawCause": "",
                                "Workaround": ""
                            }
                        ],
                        "detail": null
                    },
                    "unresolvedDDLLockID": "",
`);
  expect(out).toContain(`
            "result": false,
            "worker": "s2",
            "msg": "no worker of source s2 is registered for task bad; the last that it said: the downstream is full",
`);
  expect(out.match(/"result": null/gu)).toHaveLength(1);

  expect(await lockstep('query-status', 'bad', '--output', 'table')).toBe(
    `SOURCE  STAGE      BLOCKED ON  DDLS OR REASON
s1      Paused                 line 6 of the script: Duplicate column name 'qty'
s2      no worker              no worker of source s2 is registered for task
                               bad; the last that it said: the downstream is
                               full
s3      Running
`,
  );
});

it('query-status without a task names the tasks in which a worker cannot go on', async () => {
  const worker = await registered(server.url, 'w-other', 'other', 's1', 'OPTIMISTIC');
  expect(await lockstep('query-status', '--output', 'table')).toMatch(/^other +Running +s1$/mu);
  await worker.withSession('ReportShardStatus', { stage: 'paused', error: STUCK });
  expect(JSON.parse(await lockstep('query-status'))).toMatchObject({
    tasks: expect.arrayContaining([
      {
        taskName: 'other',
        taskStatus: 'Error - a worker cannot go on; see query-status other',
        sources: ['s1'],
      },
    ]),
  });
  await worker.withSession('LeaveShardWorker', { forGood: false });
  expect(await lockstep('query-status', '--output', 'table')).toMatch(/^other +Stopped +s1$/mu);
});

it('query-status tells of some sources only, by their IDs or those of their workers, as the dmctl commands do', async () => {
  const workers = await Promise.all(
    ['s1', 's2'].map((source) => registered(server.url, `w-some-${source}`, 'some', source, 'OPTIMISTIC')),
  );
  const sourcesOf = async (...flags: readonly string[]): Promise<unknown> => {
    const { workers: told } = JSON.parse(await lockstep('query-status', ...flags, 'some')) as {
      workers: { worker: string }[];
    };
    return told.map(({ worker }) => worker);
  };
  expect(await sourcesOf()).toEqual(['s1', 's2']);
  expect(await sourcesOf('-s', 's2')).toEqual(['s2']);
  expect(await sourcesOf('--worker', 'w-some-s1')).toEqual(['s1']);
  expect(await lockstep('query-status', '-s', 's2', '--output', 'table')).toMatch(/^some +Running +s1, s2$/mu);
  const unknown = await runCommand(['query-status', '-s', 'nobody', 'some'], {
    environment: { LOCKSTEP_SERVER: server.url },
  });
  expect(unknown).toMatchObject({ status: 3, out: expect.stringContaining('SOURCE_NOT_FOUND') });
  for (const worker of workers) await worker.withSession('LeaveShardWorker', { forGood: false });
});
