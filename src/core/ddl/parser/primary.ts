import type { Expression } from '../ast';
import { isCall, parseArguments, parseCall } from './call';
import type { ParseExpression } from './call';
import type { Cursor } from './cursor';
import { parseCase } from './case-expression';
import { parseTableName } from './names';

/** A literal, a name, a call, or something in brackets. Errors: `DDL_SYNTAX`. */
export function parsePrimary(cursor: Cursor, parse: ParseExpression): Expression {
  const { token } = cursor;
  switch (token.kind) {
    case 'number':
      return parseNumber(cursor);
    case 'string':
      return { kind: 'string', text: cursor.string('a string'), introducer: null };
    case 'hex':
    case 'bit':
      cursor.advance();
      return { kind: token.kind, digits: token.text, introducer: null };
    case 'variable':
      cursor.advance();
      return { kind: 'variable', text: token.text };
    case 'symbol':
      return parseSymbol(cursor, parse);
    case 'word':
      return parseWordExpression(cursor, parse);
    case 'name':
      return parseColumn(cursor);
    default:
      return cursor.fail('an expression');
  }
}

/** MySQL reads no number beyond the range of DOUBLE. */
function parseNumber(cursor: Cursor): Expression {
  const token = cursor.advance();
  const isReal = /e/i.test(token.text);
  if (isReal && !Number.isFinite(Number(token.text))) cursor.failAt(token, 'a number within the range of DOUBLE');
  return { kind: 'number', text: token.text };
}

function parseSymbol(cursor: Cursor, parse: ParseExpression): Expression {
  if (cursor.acceptSymbol('{')) return parseOdbcLiteral(cursor);
  if (cursor.isSymbol('.')) return parseColumn(cursor);
  if (!cursor.acceptSymbol('(')) return cursor.fail('an expression');
  if (cursor.isOneOf('SELECT', 'WITH')) return cursor.failUnsupported('a subquery');
  const items = parseArguments(cursor, parse);
  cursor.expectSymbol(')');
  const [only] = items;
  return items.length === 1 && only !== undefined ? { kind: 'parentheses', operand: only } : { kind: 'row', items };
}

/** `{d '2020-01-01'}`, `{t '…'}`, `{ts '…'}`. */
function parseOdbcLiteral(cursor: Cursor): Expression {
  const type = OdbcTypes.get(cursor.expectOneOf('D', 'T', 'TS')) ?? 'TIMESTAMP';
  const text = cursor.string('a string');
  cursor.expectSymbol('}');
  return { kind: 'temporal', type, text };
}

const OdbcTypes: ReadonlyMap<string, 'DATE' | 'TIME' | 'TIMESTAMP'> = new Map([
  ['D', 'DATE'],
  ['T', 'TIME'],
  ['TS', 'TIMESTAMP'],
]);

function parseWordExpression(cursor: Cursor, parse: ParseExpression): Expression {
  const constant = parseConstant(cursor);
  if (constant !== null) return constant;
  if (cursor.is('CASE')) return parseCase(cursor, parse);
  if (cursor.is('EXISTS')) return cursor.failUnsupported('a subquery');
  return isCall(cursor) ? parseCall(cursor, parse) : parseColumn(cursor);
}

function parseConstant(cursor: Cursor): Expression | null {
  const { token } = cursor;
  switch (token.upper) {
    case 'TRUE':
    case 'FALSE':
      cursor.advance();
      return { kind: 'boolean', value: token.upper === 'TRUE' };
    case 'NULL':
      cursor.advance();
      return { kind: 'null' };
    case 'MAXVALUE':
      cursor.advance();
      return { kind: 'maxvalue' };
    case 'DEFAULT':
      return parseDefaultOf(cursor);
    case 'NEXT':
      return cursor.acceptAll('NEXT', 'VALUE', 'FOR') ? parseSequence(cursor, 'NEXTVAL') : null;
    case 'PREVIOUS':
      return cursor.acceptAll('PREVIOUS', 'VALUE', 'FOR') ? parseSequence(cursor, 'LASTVAL') : null;
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return isTemporalText(cursor) ? parseTemporal(cursor, token.upper) : null;
    default:
      return parseIntroduced(cursor);
  }
}

/** MariaDB's `NEXT VALUE FOR s` is `NEXTVAL(s)`. */
function parseSequence(cursor: Cursor, name: 'NEXTVAL' | 'LASTVAL'): Expression {
  const { schema, table } = parseTableName(cursor);
  return call(name, { kind: 'column', schema: null, table: schema, name: table });
}

/** Whether a string follows, perhaps with the introducer that TiDB stores there. */
function isTemporalText(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return next.kind === 'string' || (next.text === '_utf8mb4' && cursor.peek(2).kind === 'string');
}

function parseTemporal(cursor: Cursor, type: 'DATE' | 'TIME' | 'TIMESTAMP'): Expression {
  cursor.advance();
  cursor.accept('_UTF8MB4');
  return { kind: 'temporal', type, text: cursor.string('a string') };
}

function parseDefaultOf(cursor: Cursor): Expression {
  cursor.expect('DEFAULT');
  if (!cursor.acceptSymbol('(')) return { kind: 'default', column: null };
  const column = parseColumn(cursor);
  cursor.expectSymbol(')');
  return { kind: 'default', column };
}

/** `_latin1'x'`, `N'x'`; null: neither. */
function parseIntroduced(cursor: Cursor): Expression | null {
  const { token } = cursor;
  const national = token.upper === 'N' && cursor.peek(1).start === token.end;
  if (!national && !token.text.startsWith('_')) return null;
  const next = cursor.peek(1);
  if (next.kind !== 'string' && next.kind !== 'hex' && next.kind !== 'bit') return null;
  cursor.advance();
  const introducer = national ? 'utf8' : token.text.slice(1).toLowerCase();
  if (next.kind === 'string') return { kind: 'string', text: cursor.string('a string'), introducer };
  cursor.advance();
  return { kind: next.kind, digits: next.text, introducer };
}

/** `c`, `t.c`, `s.t.c`, each perhaps with a path: `c->'$.a'`, `c->>'$.a'`. */
function parseColumn(cursor: Cursor): Expression {
  const column = parseColumnReference(cursor);
  const unquoted = cursor.isSymbol('->>');
  if (!unquoted && !cursor.isSymbol('->')) return column;
  cursor.advance();
  const path: Expression = { kind: 'string', text: cursor.string('a JSON path'), introducer: null };
  const extract = call('JSON_EXTRACT', column, path);
  return unquoted ? call('JSON_UNQUOTE', extract) : extract;
}

function call(name: string, ...operands: readonly Expression[]): Expression {
  return { kind: 'call', name, distinct: false, arguments: operands };
}

function parseColumnReference(cursor: Cursor): Expression {
  const parts = [cursor.acceptSymbol('.') ? cursor.nameAfterDot("a column's name") : cursor.name('an expression')];
  while (parts.length < 3 && cursor.acceptSymbol('.')) parts.push(cursor.nameAfterDot("a column's name"));
  const [name = '', table = null, schema = null] = parts.reverse();
  return { kind: 'column', schema, table, name };
}
