import type { Expression } from '../ast';
import type { ParseExpression } from './call';
import type { Cursor } from './cursor';

/** `CASE [operand] WHEN … THEN … [ELSE …] END`. */
export function parseCase(cursor: Cursor, parse: ParseExpression): Expression {
  cursor.expect('CASE');
  const operand = cursor.is('WHEN') ? null : parse(cursor);
  const branches: { when: Expression; then: Expression }[] = [];
  do {
    cursor.expect('WHEN');
    const when = parse(cursor);
    cursor.expect('THEN');
    branches.push({ when, then: parse(cursor) });
  } while (cursor.is('WHEN'));
  const otherwise = cursor.accept('ELSE') ? parse(cursor) : null;
  cursor.expect('END');
  return { kind: 'case', operand, branches, otherwise };
}
