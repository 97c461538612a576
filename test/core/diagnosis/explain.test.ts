import { describe, expect, it } from '@jest/globals';
import { explainOptimistic } from '../../../src/core/diagnosis/explain/explain-optimistic';
import { explainPessimistic } from '../../../src/core/diagnosis/explain/explain-pessimistic';
import type { ExplainedStep, RolloutStep } from '../../../src/core/diagnosis/explain/rollout';
import { LockstepError } from '../../../src/core/model/error';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { UpstreamTable } from '../../../src/core/model/names';
import { readReportedSchema } from '../../../src/core/request/reported-schema';

const task = parseTaskName('t');
const target = { schema: 'db', table: 'tb' };
const TABLE = 'CREATE TABLE tb (id INT PRIMARY KEY, a VARCHAR(10), b INT)';

/** `1` is table `t1` of source `s1`; `1x` its second table. */
const tableOf = (name: string): UpstreamTable => parseUpstreamTable(`s${name.charAt(0)}`, 'up', `t${name}`);
const stepOf = ([name, ddl]: readonly [string, string]): RolloutStep => ({
  table: tableOf(name),
  ddl: `ALTER TABLE up.t${name} ${ddl}`,
});

/** One line a statement: which table, `again` after a redirect, the stage, what the downstream executes, `END` with the lock. */
function lineOf({ table, replayed, stage, executed, resolved }: ExplainedStep): string {
  const ddls = executed.map((ddl) => ddl.replace('ALTER TABLE `db`.`tb` ', ''));
  const words = [table.table.slice(1), replayed ? 'again' : '', stage ?? '-', ddls.join('; '), resolved ? 'END' : ''];
  return words.filter((word) => word !== '').join(' ');
}

interface Rollout {
  readonly what: string;
  readonly tables: readonly string[];
  readonly steps: readonly (readonly [string, string])[];
  readonly lines: readonly string[];
  /** A word of each line's sentence. */
  readonly says?: readonly RegExp[];
}

const OPTIMISTIC: readonly Rollout[] = [
  {
    what: 'a column that is added everywhere is executed for each table, and the lock ends with the last',
    tables: ['1', '2'],
    steps: [
      ['1', 'ADD COLUMN c INT'],
      ['2', 'ADD COLUMN c INT'],
    ],
    lines: ['1 none ADD COLUMN `c` INT', '2 none ADD COLUMN `c` INT END'],
    says: [/^The downstream executes .* for s1 `up`\.`t1`\.$/u, /the lock is resolved\.$/u],
  },
  {
    what: 'a column that is dropped is dropped downstream only by the last table',
    tables: ['1', '2'],
    steps: [
      ['1', 'DROP COLUMN b'],
      ['2', 'DROP COLUMN b'],
    ],
    lines: ['1 none', '2 none DROP COLUMN `b` END'],
    says: [/Nothing is executed downstream for s1 `up`\.`t1`: other tables still need/u],
  },
  {
    what: 'a rename waits for the other table, which ends the wait; then it is run again',
    tables: ['1', '2'],
    steps: [
      ['1', 'RENAME COLUMN a TO c'],
      ['1', 'ADD COLUMN d INT'],
      ['2', 'RENAME COLUMN a TO c'],
    ],
    lines: [
      '1 skip and wait for redirect',
      '1 -',
      '2 none RENAME COLUMN `a` TO `c`',
      '1 again none RENAME COLUMN `a` TO `c` END',
      '1 again none ADD COLUMN `d` INT',
    ],
    says: [/until the other tables follow/u, /still skips everything/u, /ends the wait of s1 `up`\.`t1`/u],
  },
  {
    what: 'two types that contradict each other need a person, and the table goes no further',
    tables: ['1', '2'],
    steps: [
      ['1', 'ADD COLUMN c INT'],
      ['2', 'ADD COLUMN c DATETIME'],
      ['2', 'ADD COLUMN d INT'],
    ],
    lines: ['1 none ADD COLUMN `c` INT', '2 detected', '2 -'],
    says: [/./u, /^s2 `up`\.`t2` waits for a person: .*columns\.c\.type/u, /does not get here/u],
  },
  {
    what: 'a statement of several changes is one report',
    tables: ['1', '2'],
    steps: [['1', 'ADD COLUMN c INT, ADD COLUMN d INT']],
    lines: ['1 none ADD COLUMN `c` INT; ADD COLUMN `d` INT'],
  },
  {
    what: 'another length of an added column is an error',
    tables: ['1', '2'],
    steps: [
      ['1', 'ADD COLUMN c VARCHAR(10)'],
      ['2', 'ADD COLUMN c VARCHAR(20)'],
    ],
    lines: ['1 none ADD COLUMN `c` VARCHAR(10)', '2 error'],
    says: [/./u, /stops with an error: .*different field length/u],
  },
];

const PESSIMISTIC: readonly Rollout[] = [
  {
    what: 'a source reports when all its tables have met it; the first one executes when all sources have',
    tables: ['1', '1x', '2'],
    steps: [
      ['1', 'ADD COLUMN c INT'],
      ['1x', 'ADD COLUMN c INT'],
      ['2', 'ADD COLUMN c INT'],
    ],
    lines: ['1 -', '1x -', '2 - ADD COLUMN `c` INT END'],
    says: [/1 of 2 tables of source s1 have met it/u, /waits for s2/u, /owner s1 executes .*Then s2 skip it/u],
  },
  {
    what: 'other DDLs than the lock wait until it has ended, which they never let it',
    tables: ['1', '2'],
    steps: [
      ['1', 'ADD COLUMN c INT'],
      ['2', 'ADD COLUMN d INT'],
      ['2', 'ADD COLUMN c INT'],
    ],
    lines: ['1 -', '2 -', '2 -'],
    says: [/waits for s2/u, /reports other DDLs than the lock/u, /does not get here: it waits with/u],
  },
  {
    what: 'what a table meets while its source waits is reported when the lock has ended',
    tables: ['1', '2'],
    steps: [
      ['1', 'ADD COLUMN c INT'],
      ['1', 'ADD COLUMN d INT'],
      ['2', 'ADD COLUMN c INT'],
      ['2', 'ADD COLUMN d INT'],
    ],
    lines: ['1 -', '1 -', '2 - ADD COLUMN `c` INT END', '2 - ADD COLUMN `d` INT END'],
  },
];

function checkSentences(explained: readonly ExplainedStep[], says: Rollout['says']): void {
  for (const [index, pattern] of (says ?? []).entries()) expect(explained[index]?.sentence).toMatch(pattern);
}

describe('explaining an optimistic rollout', () => {
  it.each(OPTIMISTIC)('$what', ({ tables, steps, lines, says }) => {
    const starts = tables.map((name) => ({
      table: tableOf(name),
      schema: readReportedSchema(TABLE),
      conflict: null,
      done: false,
      marks: [],
      waiting: null,
    }));
    const rollout = { task, target, tables: starts, isLocked: false, steps: steps.map(stepOf) };
    const explained = explainOptimistic(rollout);
    expect(explained.map(lineOf)).toEqual(lines);
    checkSentences(explained, says);
  });

  it.each([
    ['a table that does not take part', tableOf('9'), 'ALTER TABLE up.t9 ADD COLUMN c INT', 'INVALID_INPUT'],
    ['a statement about another table', tableOf('1'), 'ALTER TABLE up.t2 ADD COLUMN c INT', 'INVALID_INPUT'],
    ['a statement that is no DDL', tableOf('1'), 'ALTER TABLE up.t1 ADD COLUMN', 'DDL_SYNTAX'],
    ['a column that does not exist', tableOf('1'), 'ALTER TABLE up.t1 DROP COLUMN z', 'DDL_NOT_APPLICABLE'],
    ['a statement that is not coordinated', tableOf('1'), 'TRUNCATE TABLE up.t1', 'DDL_UNSUPPORTED'],
  ])('refuses %s', (_what, table, ddl, code) => {
    const schema = readReportedSchema(TABLE);
    const start = { table: tableOf('1'), schema, conflict: null, done: false, marks: [], waiting: null };
    const explain = (): unknown =>
      explainOptimistic({ task, target, tables: [start], isLocked: false, steps: [{ table, ddl }] });
    expect(explain).toThrow(LockstepError);
    expect(explain).toThrow(expect.objectContaining({ code }));
  });
});

describe('explaining a pessimistic rollout', () => {
  it.each(PESSIMISTIC)('$what', ({ tables, steps, lines, says }) => {
    const rollout = { task, target, tables: tables.map(tableOf), otherSources: [], steps: steps.map(stepOf) };
    const explained = explainPessimistic(rollout);
    expect(explained.map(lineOf)).toEqual(lines);
    checkSentences(explained, says);
  });

  it('waits for sources that have no tables among those', () => {
    const tables = [tableOf('1')];
    const otherSources = [parseSourceId('s5')];
    const [step] = explainPessimistic({
      task,
      target,
      tables,
      otherSources,
      steps: [stepOf(['1', 'ADD COLUMN c INT'])],
    });
    expect(step).toMatchObject({ executed: [], resolved: false, sentence: 'Source s1 reports it and waits for s5.' });
  });
});
