import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UpstreamEvent } from '../../../sdk/plugin';
import { MemoryGates, ScriptUpstream } from '../../../sdk/plugins/script';

const SCRIPT = `
USE db;
CREATE TABLE o (id INT PRIMARY KEY, s VARCHAR(9) DEFAULT 'x;y');
-- @begin
INSERT INTO o (id) VALUES (1), (2); -- a comment; with a semicolon
-- @mark loaded
UPDATE o SET s = CONCAT(s, '!') WHERE id >= 2 AND s <> 'z';
ALTER TABLE o ADD COLUMN c INT;
-- @wait go
DELETE FROM o WHERE id IN (1, 7) OR c IS NOT NULL;
`;

/** Everything until the script has nothing more to say. */
async function readAll(upstream: ScriptUpstream, from: number | null, limit = 100): Promise<UpstreamEvent[]> {
  const events: UpstreamEvent[] = [];
  const abort = new AbortController();
  for await (const event of upstream.read(from, abort.signal)) {
    events.push(event);
    if (event.kind === 'idle' || events.length >= limit) abort.abort();
  }
  return events;
}

describe('a script', () => {
  it('is read as a binlog tells it, from any place, again and again', async () => {
    const gates = new MemoryGates();
    gates.open('go');
    const upstream = new ScriptUpstream({ text: SCRIPT, gates });
    const table = { schema: 'db', table: 'o' };
    const events: UpstreamEvent[] = [
      {
        kind: 'rows',
        position: 4,
        table,
        change: 'insert',
        rows: [{ after: { id: 1, s: 'x;y' } }, { after: { id: 2, s: 'x;y' } }],
      },
      { kind: 'mark', position: 5, name: 'loaded' },
      {
        kind: 'rows',
        position: 6,
        table,
        change: 'update',
        rows: [{ before: { id: 2, s: 'x;y' }, after: { id: 2, s: 'x;y!' } }],
      },
      { kind: 'ddl', position: 7, schema: 'db', sql: 'ALTER TABLE o ADD COLUMN c INT' },
      { kind: 'idle', position: 7 },
    ];
    expect(await readAll(upstream, null)).toEqual(events);
    expect(await readAll(upstream, 5)).toEqual(events.slice(2));
    expect(await readAll(upstream, null)).toEqual(events);
  });

  it('waits at gates, and goes on', async () => {
    const gates = new MemoryGates();
    const upstream = new ScriptUpstream({ text: SCRIPT, gates });
    const abort = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of upstream.read(6, abort.signal)) seen.push(event.kind);
    })();
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(seen).toEqual(['ddl', 'idle']);
    gates.open('go');
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(seen).toEqual(['ddl', 'idle', 'rows', 'idle']);
    upstream.append('INSERT INTO o VALUES (9, NULL, 1);');
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(seen.slice(4)).toEqual(['rows', 'idle']);
    abort.abort();
    await reading;
  });

  it('knows tables and schemas of any place, and the shards of its end', async () => {
    const upstream = new ScriptUpstream({ text: SCRIPT });
    expect(await upstream.tables()).toEqual([{ schema: 'db', table: 'o' }]);
    const table = { schema: 'db', table: 'o' };
    expect(await upstream.createTable(table, null)).not.toContain('`c`');
    expect(await upstream.createTable(table, 7)).toContain('`c` int');
    expect(await upstream.createTable(table, 6)).not.toContain('`c`');
    expect(upstream.shards().map(({ content }) => [...content.rows])).toEqual([[{ id: 2, s: 'x;y!', c: null }]]);
    expect(upstream.compare(3, 7)).toBeLessThan(0);
  });

  it.each([
    ['a statement without an end', 'CREATE TABLE t (id INT)', 'line 1 of the script: expected ";"'],
    ['an unknown directive', '\n-- @stop', 'line 2 of the script: expected @mark'],
    ['a directive in a statement', 'CREATE TABLE t (\n-- @mark x\nid INT);', 'line 1 of the script: expected ";"'],
    ['a gate without a name', '-- @wait', 'line 1 of the script: @wait needs a name'],
    ['a gate of two names', '\n-- @mark a b', 'line 2 of the script: @mark needs a name'],
    ['a directive with a space too many', '-- @ wiat x', 'line 1 of the script: expected @mark'],
    ['a sleep of nothing', '-- @sleep long', 'line 1 of the script: @sleep needs milliseconds'],
    ['a sleep longer than a timer', '-- @sleep 9999999999', 'line 1 of the script: @sleep needs milliseconds'],
    ['two beginnings', '-- @begin\n-- @begin', 'line 2 of the script: a second @begin'],
    ['a beginning of something', '-- @begin here', 'line 1 of the script: @begin stands alone'],
    ['a string without an end', '-- @mark x\nDROP\n "t;', 'line 3 of the script, column 2: expected a string'],
  ])('with %s is refused with its line', (_name, text, message) => {
    expect(() => new ScriptUpstream({ text })).toThrow(message);
  });

  it.each([
    ['a row of another width', 'INSERT INTO t VALUES (1);', '2 columns, but 1 values'],
    ['a duplicate', 'INSERT INTO t VALUES (1, 1), (1, 2);', 'Duplicate entry'],
    ['an unknown table', 'DELETE FROM x;', "doesn't exist"],
    ['a column that is not there', 'UPDATE t SET a = z;', 'there is no column z'],
    ['more than scripts evaluate', 'UPDATE t SET a = SLEEP(1) WHERE id = id;', "scripts don't evaluate"],
    ['text that is no statement', 'UPDATE t;', 'expected SET'],
    ['a type that nobody knows', 'ALTER TABLE t ADD b INTT;', 'column 21: expected a data type'],
  ])('that goes wrong by %s says so each time, with its line', async (_name, text, message) => {
    const upstream = new ScriptUpstream({
      text: `CREATE TABLE t (id INT PRIMARY KEY, a INT);\nINSERT INTO t VALUES (5, 5);\n${text}`,
    });
    for (let time = 0; time < 2; time += 1)
      await expect(readAll(upstream, 2)).rejects.toThrow(
        new RegExp(`line 3 of the script.*: .*${message}|line 3 of the script, ${message}`, 'u'),
      );
    expect(await readAll(upstream, 0, 2)).toHaveLength(2);
  });

  it.each([
    ['in its first line', 'USE a; CREATE TABEL t (id INT);', { line: 4, column: 8 }],
    ['in a later one', '\nCREATE TABLE t (\n  id INT,\n  colum\n);', { line: 8, column: 1 }],
  ])('with a statement that doesn’t parse %s tells line and column of the script', (_name, text, fields) => {
    const upstream = new ScriptUpstream({ text: `-- first\n-- @mark a\n-- @begin\n${text}` });
    expect(() => upstream.shards()).toThrow(
      expect.objectContaining({ code: 'DDL_SYNTAX', fields: expect.objectContaining(fields) }),
    );
  });

  it.each(['3', -1, 1.5, null, { at: 3 }])('has no position %j', (position) => {
    expect(() => new ScriptUpstream({ text: SCRIPT }).compare(position, 1)).toThrow('not a position of a script');
  });
});
