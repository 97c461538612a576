import type { Statement } from '../../../../src/core/ddl/ast';
import type { TargetName } from '../../../plugin';
import type { ServerConnection } from '../connection';
import type { ServerError } from '../server-error';

/** What stands as it is: strings, quoted names, comments. Or the words that not every server takes. */
const WORDS =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|\/\*[^]*?\*\/|(?<!\bNOT) ENFORCED\b|\bDROP CHECK\b/gu;

/**
 * A statement in normal form (TiDB's) in words that MariaDB takes too, and MySQL as before: it knows neither `DROP CHECK` nor
 * `ENFORCED`, and reads comments of MySQL 8 as comments. `NOT ENFORCED` stays: there such a check would be enforced.
 */
export function inWordsOfAll(ddl: string): string {
  return ddl.replace(WORDS, (found) => {
    if (found === ' ENFORCED') return ' /*!80016 ENFORCED */';
    return found === 'DROP CHECK' ? 'DROP CONSTRAINT' : found;
  });
}

/** "A constraint has this name": MariaDB's and MySQL's; the latter also of another table. */
const TAKEN: ReadonlySet<number> = new Set([1826, 3822]);

/** "There is no such constraint", of MySQL. */
const MISSING: ReadonlySet<number> = new Set([3821, 3940]);

/** Whether a check was added, or dropped, before. */
export async function hasChecked(
  connection: ServerConnection,
  { number }: ServerError,
  statement: Statement,
  { schema, table }: TargetName,
): Promise<boolean> {
  const [spec, ...others] = statement.kind === 'alter-table' ? statement.specs : [];
  if (spec === undefined || others.length > 0) return false;
  if (spec.kind === 'drop-check') return MISSING.has(number);
  if (spec.kind !== 'add-constraint' || spec.constraint.kind !== 'check' || !TAKEN.has(number)) return false;
  const sql =
    'SELECT 1 AS `found` FROM information_schema.table_constraints WHERE table_schema = ? AND table_name = ? AND constraint_name = ?';
  return (await connection.rows(sql, [schema, table, spec.constraint.name ?? ''])).length > 0;
}
