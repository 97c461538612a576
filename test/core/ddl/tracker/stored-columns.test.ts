import { describe, expect, it } from '@jest/globals';
import { columnsOfStoredText } from '../../../../src/core/ddl/tracker/stored-columns';

describe('columnsOfStoredText', () => {
  it.each([
    ['`a` + 1', ['a']],
    ['concat(`A`, `b``c`)', ['a', 'b`c']],
    ["concat(`a`, _utf8mb4'`no`')", ['a']],
    ["concat(_utf8mb4'it''s `no`', `yes`)", ['yes']],
    ["concat(_utf8mb4'\\'`no`', `yes`)", ['yes']],
    ['1 + 1', []],
  ])('%s', (text, expected) => expect([...columnsOfStoredText(text)]).toEqual(expected));
});
