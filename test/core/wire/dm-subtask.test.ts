import { describe, expect, it } from '@jest/globals';
import { readDmSubtask } from '../../../src/core/wire/dm-subtask';
import { readTomlHead } from '../../../src/core/wire/toml-head';

const RECORDED = `is-sharding = true
shard-mode = "optimistic"
online-ddl = false
case-sensitive = true
collation_compatible = "loose"
name = "任务-1"
mode = "all"
ignore-checking-items = ["all", "x = 1", 'y']
source-id = "mysql-replica-01"
server-id = 429532000
flavor = "mysql"
meta-schema = "dm_meta"
heartbeat-update-interval = 1
timezone = ""
filter-rules = []
config-file = "C:\\\\dm\\\\t.toml"

[from]
  host = "127.0.0.1"
  name = "not the task"
  shard-mode = "not the mode"
`;

describe('the subtask', () => {
  it('is read from the keys before the tables', () => {
    expect(readDmSubtask(RECORDED)).toEqual({ task: '任务-1', source: 'mysql-replica-01', shardMode: 'optimistic' });
  });

  it.each([
    ['shard-mode = "pessimistic"', 'pessimistic'],
    ['shard-mode = ""', null],
    ['is-sharding = true', 'pessimistic'],
    ['is-sharding = true\nshard-mode = ""', 'pessimistic'],
    ['is-sharding = false', null],
    ['', null],
    ['"shard-mode" = \'optimistic\' # by quoted names', 'optimistic'],
    ['notes = """\nshard-mode = "pessimistic"\n"""\nshard-mode = "optimistic"', 'optimistic'],
  ])('has the shard mode of %j', (line, shardMode) => {
    expect(readDmSubtask(`name = "t"\nsource-id = "s"\n${line}\n`).shardMode).toBe(shardMode);
  });

  it.each([
    ['source-id = "s"', 'name'],
    ['name = "t"', 'source-id'],
    ['name = ""\nsource-id = "s"', 'name'],
    ['name = 5\nsource-id = "s"', 'name'],
    ['name = true\nsource-id = "s"', 'name'],
    ['name = "t"\nsource-id = "s"\nshard-mode = "wild"', 'shard-mode'],
    ['[a]\nname = "t"\nsource-id = "s"', 'name'],
    ['name = "t"\nname = "u"', 'line 2'],
    ['name = "t" source-id = "s"', 'line 1'],
    ['name = "t', 'line 1'],
    ['name = t', 'line 1'],
    ['= "t"', 'line 1'],
    ['name', 'line 1'],
    ['{"name":"t"}', 'line 1'],
  ])('is refused: %j', (text, path) => {
    expect(() => readDmSubtask(text, 'key')).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path } }),
    );
  });
});

describe('the head of a TOML text', () => {
  it.each<[string, string, string | boolean | undefined]>([
    ['a basic string', 'x = "a\\tb\\u00e9\\U0001F680\\"#"', 'a\tbé🚀"#'],
    ['a literal string', "x = 'C:\\n#'", 'C:\\n#'],
    ['an empty string', "x = ''", ''],
    ['a multi-line string', 'x = """\na\n  "b" ""c\\\n    d"""', 'a\n  "b" ""cd'],
    ['quotes before the end', 'x = """a"""""', 'a""'],
    ['a multi-line literal', "x = '''\na\\n''b'''''", "a\\n''b''"],
    ['a boolean', 'x = false # no', false],
    ['a number', 'x = +1_000', undefined],
    ['a special number', 'x = -inf', undefined],
    ['a date', 'x = 2026-06-01 10:00:00.5', undefined],
    ['a list over lines', 'x = [ 1, # one\n  "]", [true,], {a = 1, b.c = "}"},\n]', undefined],
    ['an inline table', 'x = { x = "inner", y = [1] }', undefined],
    ['a dotted key', 'x.y = "z"', undefined],
    ['Windows lines', 'x = "a"\r\ny = "b"\r\n', 'a'],
  ])('%s', (_name, text, expected) => {
    const head = readTomlHead(`before = "1"\n${text}\nafter = "2"\n[table]\nafter = "3"`, 'key');
    expect(head.get('x')).toBe(expected);
    expect(head.get('before')).toBe('1');
    expect(head.get('after')).toBe('2');
  });

  it.each([
    'x = "\\q"',
    'x = "\\ud800"',
    'x = [1',
    'x = [1 2]',
    'x = {a 1}',
    'x = "a\nb"',
    "x = 'a\nb'",
    'x = """a',
    'x =',
  ])('refuses %j', (text) => {
    expect(() => readTomlHead(text, 'key')).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE' }));
  });

  it('refuses hostile nesting instead of exhausting the stack', () => {
    expect(() => readTomlHead(`x = ${'['.repeat(100_000)}`, 'key')).toThrow('nested deeper than 100');
  });
});
