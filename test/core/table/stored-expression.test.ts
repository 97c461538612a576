import { describe, expect, it } from '@jest/globals';
import { columnsReadBy, executableExpression } from '../../../src/core/table/stored-expression';

describe('columnsReadBy', () => {
  it.each([
    ['`a` + 1', ['a']],
    ['concat(`A`, `b``c`)', ['a', 'b`c']],
    ["concat(`a`, _utf8mb4'`no`')", ['a']],
    ["concat(_utf8mb4'it''s `no`', `yes`)", ['yes']],
    ["concat(_utf8mb4'\\'`no`', `yes`)", ['yes']],
    ['1 + 1', []],
  ])('%s', (text, expected) => expect([...columnsReadBy(text)]).toEqual(expected));
});

describe('executableExpression', () => {
  it.each([
    ["`a` > DATE _utf8mb4'2020-01-01'", "`a` > DATE '2020-01-01'"],
    [
      "TIME _utf8mb4'1:2:3' < TIMESTAMP _utf8mb4'2020-01-01 00:00:00'",
      "TIME '1:2:3' < TIMESTAMP '2020-01-01 00:00:00'",
    ],
    ["concat(`a`, _utf8mb4'DATE _utf8mb4''x''')", "concat(`a`, _utf8mb4'DATE _utf8mb4''x''')"],
    ["concat(`DATE _utf8mb4'x'`, `b`)", "concat(`DATE _utf8mb4'x'`, `b`)"],
    ['char_func(65, 66, null)', 'char(65, 66)'],
    ["char_func(`a` + (1), _utf8mb4'latin1')", 'char(`a` + (1) using latin1)'],
    ["char_func(char_func(65, null), f(')', null), null)", "char(char(65), f(')', null))"],
    ["f(`char_func(`, 'char_func(1, null)', null)", "f(`char_func(`, 'char_func(1, null)', null)"],
  ])('%s', (stored, executable) => expect(executableExpression(stored)).toBe(executable));
});
