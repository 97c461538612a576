import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../../src/core/ddl/columns-of';
import { parseExpression, parseStatement, printStatement, splitStatement } from '../../../src/core/ddl/index';
import { NestingLimit } from '../../../src/core/ddl/parser/cursor';
import { refusalOf } from './refusal';

const Megabyte = 2 ** 20;

/** A check with this inside. */
function check(text: string): string {
  return `ALTER TABLE t ADD CHECK (${text})`;
}

describe('nesting', () => {
  const nestings: readonly (readonly [string, (depth: number) => string])[] = [
    ['brackets', (depth) => '('.repeat(depth) + '1' + ')'.repeat(depth)],
    ['signs', (depth) => '- '.repeat(depth) + '1'],
    ['NOT', (depth) => 'NOT '.repeat(depth) + '1'],
    ['calls', (depth) => 'f('.repeat(depth) + '1' + ')'.repeat(depth)],
    ['casts', (depth) => 'CAST('.repeat(depth) + '1' + ' AS CHAR)'.repeat(depth)],
    ['lists', (depth) => '1 IN ('.repeat(depth) + '1' + ')'.repeat(depth)],
    ['cases', (depth) => 'CASE WHEN 1 THEN '.repeat(depth) + '1' + ' END'.repeat(depth)],
    ['sums', (depth) => '1' + '+1'.repeat(depth)],
    ['predicates', (depth) => 'a' + ' IS NULL'.repeat(depth)],
    ['collations', (depth) => 'a' + ' COLLATE x'.repeat(depth)],
    ['ranges', (depth) => 'a' + ' BETWEEN 1 AND 2'.repeat(depth)],
    ['right sides', (depth) => '1 = (1 + '.repeat(depth) + '1' + ')'.repeat(depth)],
  ];

  it.each(nestings)('%s: some hundred levels are read, printed and walked', (_, nest) => {
    const levels = NestingLimit / 3;
    const text = check(nest(levels));
    const printed = printStatement(parseStatement(text));
    expect(printStatement(parseStatement(printed))).toBe(printed);
    expect(columnsOf(parseExpression(nest(levels))).length).toBeLessThan(2);
  });

  it.each(nestings)('%s: 5,000 levels and a megabyte are refused', (_, nest) => {
    const refused = { code: 'DDL_NESTED_TOO_DEEPLY', fields: { line: 1, limit: NestingLimit } };
    expect(refusalOf(check(nest(5000)))).toMatchObject(refused);
    expect(refusalOf(check(nest(Megabyte / 16)))).toMatchObject(refused);
    expect(refusalOf(`CREATE TABLE t (a INT DEFAULT (${nest(5000)}))`)).toMatchObject(refused);
  });

  it('takes 500 brackets', () => {
    const text = check('('.repeat(500) + 'a' + ')'.repeat(500));
    expect(printStatement(parseStatement(text))).toBe(
      'ALTER TABLE `t` ADD CHECK(' + '('.repeat(500) + '`a`' + ')'.repeat(500) + ') ENFORCED',
    );
  });

  it('limits brackets without an end', () => {
    expect(refusalOf(check('('.repeat(Megabyte)))?.code).toBe('DDL_NESTED_TOO_DEEPLY');
    expect(refusalOf(`CREATE TABLE t (a INT DEFAULT ${'('.repeat(Megabyte)}`)?.code).toBe('DDL_NESTED_TOO_DEEPLY');
  });
});

describe('size', () => {
  it('reads and prints 4,096 columns', () => {
    const columns = Array.from({ length: 4096 }, (_, index) => `c${index} VARCHAR(20) NOT NULL DEFAULT 'x'`);
    const printed = printStatement(parseStatement(`CREATE TABLE t (${columns.join(', ')})`));
    expect(printed.split(',')).toHaveLength(4096);
  });

  it('splits 10,000 changes', () => {
    const changes = Array.from({ length: 10_000 }, (_, index) => `DROP c${index}`);
    expect(splitStatement(parseStatement(`ALTER TABLE t ${changes.join(',')}`), 'd')).toHaveLength(10_000);
  });

  it.each([
    ['(', ''],
    ["ALTER TABLE t COMMENT '", "'"],
    ["ALTER TABLE t COMMENT '", '\\'],
    ['ALTER TABLE t COMMENT "', 'x'],
    ['ALTER TABLE `', '`'],
    ['', '/*'],
    ['', '/**/'],
    ['', '/*!'],
    ['', '/*T![x] */'],
    ['', '*/'],
    ['', '-- \n'],
    ['', '\0'],
    ['', '\ud800'],
    ['x', 'x'],
    ['ALTER TABLE t DEFAULT ', '.1'],
    ['CREATE ', 'DEFINER '],
    ['CREATE TABLE t (', '('],
    ['ALTER TABLE t ADD KEY ', '('],
    ['ALTER TABLE t ', ', '],
    ['DROP TABLE ', 'a.'],
  ])('a megabyte of garbage, %j and %j again and again, is a typed refusal', (head, again) => {
    const text = head + (again === '' ? head : again).repeat(Megabyte / Math.max(again.length, 1));
    expect(refusalOf(text.slice(0, Megabyte + 1))?.code).toMatch(/^DDL_/);
  });

  it('reads over a megabyte that is no DDL', () => {
    expect(parseStatement(`INSERT INTO t VALUES ${"(1, 'a'), ".repeat(Megabyte / 10)}(2, 'b')`)).toMatchObject({
      kind: 'other',
    });
    expect(parseStatement(`DROP TABLE t${';'.repeat(Megabyte)}`)).toMatchObject({ kind: 'drop-table' });
  });
});
