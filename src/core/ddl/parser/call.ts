import type { Expression, JsonFallback } from '../ast';
import { parseCastType } from './cast-type';
import type { Cursor } from './cursor';
import { parseCharset } from './names';
import { Precedence } from './operators';

/** The parser of expressions, handed down so that calls and expressions can nest in each other. */
export type ParseExpression = (cursor: Cursor, precedence?: number) => Expression;

/** `expression, …`, without the callbacks of `Cursor.list`, which would cost stack at each level of nesting. */
export function parseArguments(cursor: Cursor, parse: ParseExpression): Expression[] {
  const operands = [parse(cursor)];
  while (cursor.acceptSymbol(',')) operands.push(parse(cursor));
  return operands;
}

/** Arguments of which any may have a type: `x AS CHAR(3)`. */
function parseTypedArguments(cursor: Cursor, parse: ParseExpression, name: string): Expression {
  const operands: Expression[] = [];
  do operands.push(parseTyped(cursor, parse(cursor), 'AS'));
  while (cursor.acceptSymbol(','));
  return { kind: 'call', name, distinct: false, arguments: operands };
}

function parseTyped(cursor: Cursor, operand: Expression, word: 'AS' | 'RETURNING'): Expression {
  return cursor.accept(word) ? { kind: 'typed', word, operand, type: parseCastType(cursor) } : operand;
}

/** `JSON_VALUE(document, path [RETURNING type] [… ON EMPTY] [… ON ERROR])`. */
function parseJsonValue(cursor: Cursor, parse: ParseExpression): Expression {
  const document = parse(cursor);
  cursor.expectSymbol(',');
  const path = parseTyped(cursor, parse(cursor), 'RETURNING');
  let onEmpty: JsonFallback | null = null;
  let onError: JsonFallback | null = null;
  while (cursor.isOneOf('NULL', 'ERROR', 'DEFAULT')) {
    const fallback = parseFallback(cursor, parse);
    cursor.expect('ON');
    if (cursor.expectOneOf('EMPTY', 'ERROR') === 'EMPTY') onEmpty = fallback;
    else onError = fallback;
  }
  return { kind: 'json-value', document, path, onEmpty, onError };
}

function parseFallback(cursor: Cursor, parse: ParseExpression): JsonFallback {
  if (cursor.accept('NULL')) return { kind: 'null' };
  return cursor.accept('ERROR') ? { kind: 'error' } : parseFallbackValue(cursor, parse);
}

function parseFallbackValue(cursor: Cursor, parse: ParseExpression): JsonFallback {
  cursor.expect('DEFAULT');
  return { kind: 'default', value: parse(cursor) };
}

type ParseCall = (cursor: Cursor, parse: ParseExpression, name: string) => Expression;

/** Functions that may be called without brackets. */
const BracketlessFunctions: ReadonlySet<string> = new Set(
  `CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME CURRENT_USER LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME
  UTC_TIMESTAMP`.split(/\s+/),
);

/** Reserved words that are also functions. */
const ReservedFunctions: ReadonlySet<string> = new Set(
  `CHAR CONVERT DATABASE IF INSERT LEFT MOD REPEAT REPLACE RIGHT SCHEMA VALUES`.split(/\s+/),
);

/** Whether a call begins at the current word. */
export function isCall(cursor: Cursor): boolean {
  const { upper } = cursor.token;
  if (BracketlessFunctions.has(upper)) return true;
  return cursor.isSymbolNext('(') && (cursor.isName() || ReservedFunctions.has(upper));
}

/** A call, whatever its syntax. Errors: `DDL_SYNTAX`. */
export function parseCall(cursor: Cursor, parse: ParseExpression): Expression {
  const name = cursor.advance().upper;
  if (!cursor.acceptSymbol('(')) return { kind: 'call', name, distinct: false, arguments: [] };
  const special = SpecialCalls.get(name) ?? parsePlainCall;
  const expression = special(cursor, parse, name);
  cursor.expectSymbol(')');
  return expression;
}

function parsePlainCall(cursor: Cursor, parse: ParseExpression, name: string): Expression {
  if (cursor.isSymbol(')')) return { kind: 'call', name, distinct: false, arguments: [] };
  if (cursor.isSymbol('*')) cursor.failUnsupported('an aggregate function');
  const distinct = cursor.accept('DISTINCT');
  return { kind: 'call', name, distinct, arguments: parseArguments(cursor, parse) };
}

function parseCast(cursor: Cursor, parse: ParseExpression): Expression {
  const operand = parse(cursor);
  const timeZone = parseTimeZone(cursor);
  cursor.expect('AS');
  const type = parseCastType(cursor);
  return { kind: 'cast', form: 'CAST', operand, timeZone, type, array: cursor.accept('ARRAY') };
}

function parseTimeZone(cursor: Cursor): string | null {
  if (!cursor.acceptAll('AT', 'TIME', 'ZONE')) return null;
  cursor.accept('INTERVAL');
  return cursor.string('a time zone');
}

/** `CONVERT(x, type)` and `CONVERT(x USING charset)`. */
function parseConvert(cursor: Cursor, parse: ParseExpression): Expression {
  const operand = parse(cursor);
  if (cursor.accept('USING')) return { kind: 'convert-using', operand, charset: parseCharset(cursor) };
  cursor.expectSymbol(',');
  return { kind: 'cast', form: 'CONVERT', operand, timeZone: null, type: parseCastType(cursor), array: false };
}

/** `TRIM(x)`, `TRIM(r FROM x)`, `TRIM(LEADING [r] FROM x)`. */
function parseTrim(cursor: Cursor, parse: ParseExpression): Expression {
  const direction = parseDirection(cursor);
  if (direction !== null && cursor.accept('FROM'))
    return { kind: 'trim', direction, remove: null, operand: parse(cursor) };
  const first = parse(cursor);
  if (!cursor.accept('FROM')) {
    if (direction !== null) cursor.fail('FROM');
    return { kind: 'trim', direction: null, remove: null, operand: first };
  }
  return { kind: 'trim', direction, remove: first, operand: parse(cursor) };
}

function parseDirection(cursor: Cursor): 'BOTH' | 'LEADING' | 'TRAILING' | null {
  if (cursor.accept('BOTH')) return 'BOTH';
  if (cursor.accept('LEADING')) return 'LEADING';
  return cursor.accept('TRAILING') ? 'TRAILING' : null;
}

function parseExtract(cursor: Cursor, parse: ParseExpression): Expression {
  const unit = parseUnit(cursor);
  cursor.expect('FROM');
  return { kind: 'extract', unit, operand: parse(cursor) };
}

/** `POSITION(needle IN x)`: no comparison in the needle, or its `IN` would be taken for that of a list. */
function parsePosition(cursor: Cursor, parse: ParseExpression): Expression {
  const needle = parse(cursor, Precedence.Comparison);
  cursor.expect('IN');
  return { kind: 'position', needle, operand: parse(cursor) };
}

/** `DATE_ADD(d, INTERVAL n unit)`; `ADDDATE(d, n)` means days. */
function parseDateArithmetic(cursor: Cursor, parse: ParseExpression, name: string): Expression {
  const operand = parse(cursor);
  cursor.expectSymbol(',');
  if (cursor.is('INTERVAL')) return { kind: 'interval', name, operand, ...parseInterval(cursor, parse) };
  return { kind: 'interval', name, operand, amount: parse(cursor), unit: 'DAY' };
}

/** `INTERVAL amount unit`. */
export function parseInterval(cursor: Cursor, parse: ParseExpression): { amount: Expression; unit: string } {
  cursor.expect('INTERVAL');
  const amount = parse(cursor);
  return { amount, unit: parseUnit(cursor) };
}

/** A unit of time; some of them are reserved words. */
export function parseUnit(cursor: Cursor): string {
  if (cursor.token.kind !== 'word') return cursor.fail('a unit of time');
  return cursor.advance().upper.replace(/^SQL_TSI_/, '');
}

/** `TIMESTAMPDIFF(unit, a, b)`, `GET_FORMAT(type, x)`: a word before the arguments. */
function parseWordFirst(cursor: Cursor, parse: ParseExpression, name: string): Expression {
  const word: Expression = { kind: 'word', text: parseUnit(cursor) };
  cursor.expectSymbol(',');
  return { kind: 'call', name, distinct: false, arguments: [word, ...parseArguments(cursor, parse)] };
}

/** `SUBSTRING(x FROM p FOR n)` is `SUBSTRING(x, p, n)`. */
function parseSubstring(cursor: Cursor, parse: ParseExpression, name: string): Expression {
  const text = parse(cursor);
  if (cursor.acceptSymbol(',')) {
    return { kind: 'call', name, distinct: false, arguments: [text, ...parseArguments(cursor, parse)] };
  }
  cursor.expect('FROM');
  const operands = [text, parse(cursor)];
  if (cursor.accept('FOR')) operands.push(parse(cursor));
  return { kind: 'call', name, distinct: false, arguments: operands };
}

/** `CHAR(77, 78 USING utf8)`: TiDB's name of it is `CHAR_FUNC`, with the charset as the last argument. */
function parseChar(cursor: Cursor, parse: ParseExpression): Expression {
  const codes = parseArguments(cursor, parse);
  const charset: Expression = cursor.accept('USING')
    ? { kind: 'string', text: parseCharset(cursor), introducer: null }
    : { kind: 'null' };
  return { kind: 'call', name: 'CHAR_FUNC', distinct: false, arguments: [...codes, charset] };
}

function parseRow(cursor: Cursor, parse: ParseExpression): Expression {
  return { kind: 'row', items: parseArguments(cursor, parse) };
}

/** `VALUES(c)` of an `INSERT` has no meaning in DDL. */
function refuseValues(cursor: Cursor): Expression {
  return cursor.failUnsupported('VALUES(…)');
}

const SpecialCalls: ReadonlyMap<string, ParseCall> = new Map<string, ParseCall>([
  ['CAST', parseCast],
  ['JSON_VALUE', parseJsonValue],
  ['WEIGHT_STRING', parseTypedArguments],
  ['COLUMN_ADD', parseTypedArguments],
  ['COLUMN_CREATE', parseTypedArguments],
  ['COLUMN_GET', parseTypedArguments],
  ['CONVERT', parseConvert],
  ['TRIM', parseTrim],
  ['EXTRACT', parseExtract],
  ['POSITION', parsePosition],
  ['ADDDATE', parseDateArithmetic],
  ['SUBDATE', parseDateArithmetic],
  ['DATE_ADD', parseDateArithmetic],
  ['DATE_SUB', parseDateArithmetic],
  ['TIMESTAMPADD', parseWordFirst],
  ['TIMESTAMPDIFF', parseWordFirst],
  ['GET_FORMAT', parseWordFirst],
  ['SUBSTRING', parseSubstring],
  ['SUBSTR', parseSubstring],
  ['CHAR', parseChar],
  ['ROW', parseRow],
  ['VALUES', refuseValues],
]);
