import type { Expression, Statement } from './ast';
import type { LexerOptions } from './lexer/token';
import { Cursor } from './parser/cursor';
import { parseExpression as readExpression } from './parser/expression';
import { parseOneStatement } from './parser/statement';

/**
 * Parse exactly one statement, perhaps with a semicolon after it. Errors: `DDL_SYNTAX` with line, column (both from 1)
 * and what was expected; `DDL_NESTED_TOO_DEEPLY`; `DDL_UNSUPPORTED` for valid DDL that cannot be coordinated.
 */
export function parseStatement(sql: string, options: LexerOptions = {}): Statement {
  return parseOneStatement(new Cursor(sql, options));
}

/** Parse an expression that makes up the whole text. Errors: as `parseStatement`. */
export function parseExpression(text: string, options: LexerOptions = {}): Expression {
  const cursor = new Cursor(text, options);
  const expression = readExpression(cursor);
  return cursor.isEnd() ? expression : cursor.fail('the end of the expression');
}
