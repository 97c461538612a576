import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../../src/core/ddl/columns-of';
import { parseExpression, printExpression } from '../../../src/core/ddl/index';

describe('expressions in both styles', () => {
  it.each([
    ['a + 1', '`a`+1', '`a` + 1'],
    ['(a % 2) = 0', '(`a`%2)=0', '(`a` % 2) = 0'],
    ['a mod 2 div 3', '`a`%2 DIV 3', '`a` % 2 div 3'],
    ['NOT a && b || c XOR d', 'NOT `a` AND `b` OR `c` XOR `d`', 'not `a` and `b` or `c` xor `d`'],
    ['a <> b', '`a`!=`b`', '`a` != `b`'],
    ['- a ^ ~b', '-`a`^~`b`', '-`a` ^ ~`b`'],
    ["concat(A, t.b, 'x')", "CONCAT(`A`, `t`.`b`, 'x')", "concat(`A`, `b`, _utf8mb4'x')"],
    ["c->'$.a'", "JSON_EXTRACT(`c`, '$.a')", "json_extract(`c`, _utf8mb4'$.a')"],
    ["c->>'$.a'", "JSON_UNQUOTE(JSON_EXTRACT(`c`, '$.a'))", "json_unquote(json_extract(`c`, _utf8mb4'$.a'))"],
    ['if(a > 0, a, null)', 'IF(`a`>0, `a`, NULL)', 'if(`a` > 0, `a`, null)'],
    ['a IS NOT NULL', '`a` IS NOT NULL', '`a` is not null'],
    ['a IS UNKNOWN', '`a` IS NULL', '`a` is null'],
    ['a IS NOT TRUE', '`a` IS NOT TRUE', '`a` is not true'],
    ['a NOT BETWEEN 1 AND 2 AND b', '`a` NOT BETWEEN 1 AND 2 AND `b`', '`a` not between 1 and 2 and `b`'],
    ['a NOT IN (1, 2)', '`a` NOT IN (1,2)', '`a` not in (1,2)'],
    ["a LIKE 'x%' ESCAPE '!'", "`a` LIKE 'x%' ESCAPE '!'", "`a` like _utf8mb4'x%' escape '!'"],
    ["a RLIKE 'x'", "`a` REGEXP 'x'", "`a` regexp _utf8mb4'x'"],
    ['CASE a WHEN 1 THEN 2 ELSE 3 END', 'CASE `a` WHEN 1 THEN 2 ELSE 3 END', 'case `a` when 1 then 2 else 3 end'],
    ['CAST(a AS UNSIGNED ARRAY)', 'CAST(`a` AS UNSIGNED ARRAY)', 'cast(`a` as unsigned array)'],
    [
      "CAST(a AT TIME ZONE '+00:00' AS DATETIME(3))",
      "CAST(`a` AT TIME ZONE '+00:00' AS DATETIME(3))",
      "cast(`a` at time zone '+00:00' as datetime(3))",
    ],
    ['CAST(a AS DECIMAL)', 'CAST(`a` AS DECIMAL(10))', 'cast(`a` as decimal(10))'],
    ['CAST(a AS DECIMAL(10,2))', 'CAST(`a` AS DECIMAL(10, 2))', 'cast(`a` as decimal(10, 2))'],
    ['CONVERT(a, CHAR(3))', 'CONVERT(`a`, CHAR(3))', 'convert(`a`, char(3))'],
    ['CONVERT(a USING utf8)', "CONVERT(`a` USING 'utf8')", "convert(`a` using 'utf8')"],
    ['BINARY a', 'BINARY `a`', 'binary `a`'],
    ["TRIM(LEADING 'x' FROM a)", "TRIM(LEADING 'x' FROM `a`)", "trim(leading _utf8mb4'x' from `a`)"],
    ['TRIM(a)', 'TRIM(`a`)', 'trim(`a`)'],
    ['EXTRACT(YEAR_MONTH FROM a)', 'EXTRACT(YEAR_MONTH FROM `a`)', 'extract(year_month from `a`)'],
    ["POSITION('x' IN a)", "POSITION('x' IN `a`)", "position(_utf8mb4'x' in `a`)"],
    ['a + INTERVAL 1 DAY', 'DATE_ADD(`a`, INTERVAL 1 DAY)', 'date_add(`a`, interval 1 day)'],
    ['a - INTERVAL 1 DAY', 'DATE_SUB(`a`, INTERVAL 1 DAY)', 'date_sub(`a`, interval 1 day)'],
    ['INTERVAL 1 DAY + a', 'DATE_ADD(`a`, INTERVAL 1 DAY)', 'date_add(`a`, interval 1 day)'],
    ['TIMESTAMPDIFF(DAY, a, b)', 'TIMESTAMPDIFF(DAY, `a`, `b`)', 'timestampdiff(day, `a`, `b`)'],
    ['SUBSTRING(a FROM 2 FOR 3)', 'SUBSTRING(`a`, 2, 3)', 'substring(`a`, 2, 3)'],
    ['a COLLATE utf8mb4_bin = b', '`a` COLLATE utf8mb4_bin=`b`', '`a` collate utf8mb4_bin = `b`'],
    ['(a, b) = ROW(1, 2)', 'ROW(`a`,`b`)=ROW(1,2)', 'row(`a`,`b`) = row(1,2)'],
    ["DATE '2020-01-01' < a", "DATE '2020-01-01'<`a`", "DATE _utf8mb4'2020-01-01' < `a`"],
    ['1 MEMBER OF (a)', '1 MEMBER OF (`a`)', '1 member of (`a`)'],
    ['left(a, 2)', 'LEFT(`a`, 2)', 'left(`a`, 2)'],
    ['1 - -1', '1--1', '1 - -1'],
    ['INTERVAL 1 DAY_HOUR + a', 'DATE_ADD(`a`, INTERVAL 1 DAY_HOUR)', 'date_add(`a`, interval 1 day_hour)'],
    ['INTERVAL (b) + 1 DAY + a', 'DATE_ADD(`a`, INTERVAL (`b`)+1 DAY)', 'date_add(`a`, interval (`b`) + 1 day)'],
    ['INTERVAL(a, 1, 2) = 1', 'INTERVAL(`a`, 1, 2)=1', 'interval(`a`, 1, 2) = 1'],
    ["a SOUNDS LIKE 'x' OR b", "SOUNDEX(`a`)=SOUNDEX('x') OR `b`", "soundex(`a`) = soundex(_utf8mb4'x') or `b`"],
    ["JSON_VALUE(a, '$.b')", "JSON_VALUE(`a`, '$.b')", "json_value(`a`, _utf8mb4'$.b')"],
    [
      "JSON_VALUE(a, '$.b' RETURNING DECIMAL(4,2) DEFAULT 1 ON EMPTY NULL ON ERROR)",
      "JSON_VALUE(`a`, '$.b' RETURNING DECIMAL(4, 2) DEFAULT 1 ON EMPTY NULL ON ERROR)",
      "json_value(`a`, _utf8mb4'$.b' returning decimal(4, 2) default 1 on empty null on error)",
    ],
    [
      "JSON_VALUE(a, '$.b' ERROR ON ERROR)",
      "JSON_VALUE(`a`, '$.b' ERROR ON ERROR)",
      "json_value(`a`, _utf8mb4'$.b' error on error)",
    ],
    ["COLUMN_GET(a, 'x' AS CHAR(3))", "COLUMN_GET(`a`, 'x' AS CHAR(3))", "column_get(`a`, _utf8mb4'x' as char(3))"],
    ['WEIGHT_STRING(a AS BINARY(3))', 'WEIGHT_STRING(`a` AS BINARY(3))', 'weight_string(`a` as binary(3))'],
  ])('%s', (written, ddl, tableInfo) => {
    const expression = parseExpression(written);
    expect(printExpression(expression, 'ddl')).toBe(ddl);
    expect(printExpression(expression, 'table-info')).toBe(tableInfo);
  });

  it.each([
    ['a OR b AND c', 'OR'],
    ['a = b OR c', 'OR'],
    ['a | b = c', '='],
    ['a & b | c', '|'],
    ['a << 1 & b', '&'],
    ['a + b << 1', '<<'],
    ['a * b + c', '+'],
    ['a ^ b * c', '*'],
  ])('%s binds last at %s', (written, operator) => {
    expect(parseExpression(written)).toMatchObject({ kind: 'binary', operator });
  });

  it('binds operators of one level from the left', () => {
    expect(parseExpression('1 - 2 - 3')).toMatchObject({
      operator: '-',
      left: { operator: '-' },
      right: { text: '3' },
    });
  });
});

describe('columns that an expression mentions', () => {
  it.each([
    ['1', []],
    ['a + A + b', ['a', 'b']],
    [
      'IF(t.a IN (b, c), CASE d WHEN e THEN f ELSE g END, TRIM(h FROM i))',
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'],
    ],
    ['JSON_VALUE(a, b RETURNING CHAR DEFAULT c ON EMPTY DEFAULT d ON ERROR)', ['a', 'b', 'c', 'd']],
    ['COLUMN_GET(a, b AS CHAR)', ['a', 'b']],
    ["CAST(a AS CHAR) LIKE b AND c BETWEEN d AND e AND f->'$.x' MEMBER OF (g)", ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['DATE_ADD(a, INTERVAL b DAY) + EXTRACT(DAY FROM c) + POSITION(d IN e)', ['a', 'b', 'c', 'd', 'e']],
  ])('%s', (written, columns) => {
    expect(columnsOf(parseExpression(written))).toEqual(columns);
  });
});
