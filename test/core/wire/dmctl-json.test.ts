import { expect, it } from '@jest/globals';
import { writeDmctlLocks, writeDmctlResult } from '../../../src/core/wire/dmctl-json';

it('no locks have a message', () => {
  expect(writeDmctlLocks([])).toBe(
    '{\n    "result": true,\n    "msg": "no DDL lock exists",\n    "locks": [\n    ]\n}',
  );
});

it('a lock is printed with its empty lists broken, and escaped as Go does', () => {
  const lock = {
    id: 't-`a`.`<&>`',
    task: 't',
    mode: 'pessimistic',
    owner: 's1',
    ddls: [],
    synced: ['s1', 's2'],
    unsynced: [],
  } as const;
  expect(writeDmctlLocks([lock])).toBe(
    [
      '{',
      '    "result": true,',
      '    "msg": "",',
      '    "locks": [',
      '        {',
      '            "ID": "t-`a`.`\\u003c\\u0026\\u003e`",',
      '            "task": "t",',
      '            "mode": "pessimistic",',
      '            "owner": "s1",',
      '            "DDLs": [',
      '            ],',
      '            "synced": [',
      '                "s1",',
      '                "s2"',
      '            ],',
      '            "unsynced": [',
      '            ]',
      '        }',
      '    ]',
      '}',
    ].join('\n'),
  );
});

it('a result lists workers only if there is something to say of them', () => {
  expect(writeDmctlResult(true, '')).toBe('{\n    "result": true,\n    "msg": ""\n}');
  const workers = [{ result: false, worker: 's2', msg: 'has not answered' }];
  expect(JSON.parse(writeDmctlResult(false, 'some failed', workers))).toEqual({
    result: false,
    msg: 'some failed',
    workers,
  });
});
