import type { AlterSpec, Constraint } from '../ast';
import { printPeriodName } from '../printer/constraint';
import type { Cursor } from './cursor';
import { acceptIfExists, acceptIfNotExists, parseColumnName } from './names';

/** Whether MariaDB's period begins here, of the system's time or of an application's; `PERIOD` alone may be a column's name. */
export function isPeriod(cursor: Cursor): boolean {
  return cursor.areNext('PERIOD', 'FOR') || (cursor.is('PERIOD') && cursor.peek(1).upper === 'IF');
}

/** `PERIOD [IF NOT EXISTS] FOR p (start, end)`. Errors: `DDL_SYNTAX`. */
export function parsePeriod(cursor: Cursor): Constraint {
  cursor.expect('PERIOD');
  const ifNotExists = acceptIfNotExists(cursor);
  const name = parseName(cursor);
  cursor.expectSymbol('(');
  const start = parseColumnName(cursor);
  cursor.expectSymbol(',');
  const end = parseColumnName(cursor);
  cursor.expectSymbol(')');
  return { kind: 'period', name, ifNotExists, start, end };
}

/** `PERIOD [IF EXISTS] FOR p`, after `DROP`. Errors: `DDL_SYNTAX`. */
export function parseDropPeriod(cursor: Cursor): AlterSpec {
  cursor.expect('PERIOD');
  const exists = acceptIfExists(cursor) ? 'IF EXISTS ' : '';
  return { kind: 'fixed', text: `DROP PERIOD ${exists}FOR ${printPeriodName(parseName(cursor))}`, number: 0 };
}

/** Null: `SYSTEM_TIME`. */
function parseName(cursor: Cursor): string | null {
  cursor.expect('FOR');
  return cursor.accept('SYSTEM_TIME') ? null : cursor.name("a period's name");
}
