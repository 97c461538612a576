import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { runCommand } from './run-command';
import type { Ended } from './run-command';

const server = useServer();

const CREATE = ['s1 a.t1', 's2 `a`.`t``2`'].flatMap((table) => [
  '--create',
  `${table} CREATE TABLE t (id INT PRIMARY KEY)`,
]);

const explain = (...steps: readonly string[]): Promise<Ended> =>
  runCommand(
    ['explain', '--mode', 'optimistic', '--target', 'd.t', ...CREATE, ...steps.flatMap((step) => ['--step', step])],
    { environment: { LOCKSTEP_SERVER: server.url } },
  );

describe('lockstep explain', () => {
  it('tells of each statement what it does, and what the downstream executes in all', async () => {
    const { status, out, err } = await explain(
      's1 a.t1 ALTER TABLE t1 ADD COLUMN c INT',
      's2 `a`.`t``2` ALTER TABLE `t``2` ADD COLUMN c INT',
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^1\. s1 `a`\.`t1`: ALTER TABLE/u);
    expect(out).toContain('2. s2 `a`.`t``2`: ALTER TABLE');
    expect(out).toMatch(
      /Downstream executes, in all:\n(?: {2}ALTER TABLE `d`\.`t` ADD COLUMN `c` INT\n)+At the end no lock is left\.\n$/u,
    );
  });

  it('tells that a person would have to decide', async () => {
    const { out } = await explain(
      's1 a.t1 ALTER TABLE t1 ADD COLUMN c INT',
      's2 `a`.`t``2` ALTER TABLE `t``2` ADD COLUMN c VARCHAR(20)',
    );
    expect(out).toContain('A person would have to decide.');
  });

  it.each([
    [['explain', '--step', 's1 a.t ALTER TABLE t ADD c INT'], /--target is missing/u],
    [['explain', '--target', 't'], /--target has a table like shop\.orders/u],
    [['explain', '--target', 'd.t'], /name the statements with --step/u],
    [['explain', '--target', 'd.t', '--step', 's1 a.t'], /--step is a source, a table and a statement/u],
  ])('%j is refused', async (words, expected) => {
    expect(await runCommand(words)).toEqual({ status: 2, out: '', err: expect.stringMatching(expected) });
  });

  it('a statement that does not parse is refused with its place', async () => {
    expect(await explain('s1 a.t1 ALTER TABLE t1 ADD COLUMN')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/line 1/u),
    });
  });
});
