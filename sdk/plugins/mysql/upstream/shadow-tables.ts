import { printStatement, routeStatement, splitStatement } from '../../../../src/core/ddl';
import type { Statement, TableName } from '../../../../src/core/ddl/ast';
import { quoteTable } from '../../../../src/core/model/quote';
import type { ShadowDdls } from './log-position';

/** What a table of an online schema change is. */
type ShadowKind =
  /** The new form of the table, which gets its name in the end: `_t_gho` of gh-ost, `_t_new` of pt-online-schema-change. */
  | 'ghost'
  /** The old form, or gh-ost's notes: `_t_del`, `_t_ghc`, `_t_old`. */
  | 'trash';

const SHADOW = /^_+(.+)_(gho|ghc|del|new|old)$/u;

interface Shadow {
  readonly kind: ShadowKind;
  /** The table that is changed. */
  readonly table: string;
}

/** What a table's name says of it; null: it is an ordinary table. */
export function shadowOf(table: string): Shadow | null {
  const [, real, suffix] = SHADOW.exec(table) ?? [];
  if (real === undefined) return null;
  return { kind: suffix === 'gho' || suffix === 'new' ? 'ghost' : 'trash', table: real };
}

/** What is left of a statement when its shadow tables are taken out. */
export interface Unshadowed {
  /** The statements that happen to the real tables; null: the statement as it is. */
  readonly ddls: readonly string[] | null;
  readonly shadows: ShadowDdls;
}

/**
 * Turn an online schema change into what it does: the changes of a ghost table are kept (`shadows`), and happen to the real
 * table when the ghost gets its name. Statements about the other shadow tables are nothing.
 */
export function unshadow(statement: Statement, schema: string, shadows: ShadowDdls): Unshadowed {
  const complete = (name: TableName): Named => ({ schema: name.schema ?? schema, table: name.table });
  switch (statement.kind) {
    case 'create-table':
    case 'create-table-like': {
      const name = complete(statement.name);
      const shadow = shadowOf(name.table);
      if (shadow === null) return { ddls: null, shadows };
      return { ddls: [], shadows: shadow.kind === 'ghost' ? { ...shadows, [keyOf(name)]: [] } : shadows };
    }
    case 'truncate-table':
      return { ddls: shadowOf(statement.name.table) === null ? null : [], shadows };
    case 'alter-table':
      return alterShadow(statement, complete(statement.name), schema, shadows);
    case 'create-index':
    case 'drop-index':
      return alterShadow(statement, complete(statement.table), schema, shadows);
    case 'drop-table':
      return dropShadows(statement, complete, shadows);
    case 'rename-table':
      return renameShadows(statement, complete, shadows);
    default:
      return { ddls: null, shadows };
  }
}

type Named = { readonly schema: string; readonly table: string };

function keyOf({ schema, table }: Named): string {
  return quoteTable(schema, table);
}

function alterShadow(statement: Statement, name: Named, schema: string, shadows: ShadowDdls): Unshadowed {
  const shadow = shadowOf(name.table);
  if (shadow === null) return { ddls: null, shadows };
  if (shadow.kind === 'trash') return { ddls: [], shadows };
  const real = splitStatement(statement, schema).map((piece) => {
    const targets = piece.tables.map((table, index) => (index === 0 ? ([name.schema, shadow.table] as const) : table));
    return printStatement(routeStatement(piece, targets));
  });
  const key = keyOf(name);
  return { ddls: [], shadows: { ...shadows, [key]: [...(shadows[key] ?? []), ...real] } };
}

function dropShadows(
  statement: Extract<Statement, { kind: 'drop-table' }>,
  complete: (name: TableName) => Named,
  shadows: ShadowDdls,
): Unshadowed {
  const names = statement.names.map(complete);
  const kept = names.filter(({ table }) => shadowOf(table) === null);
  if (kept.length === names.length) return { ddls: null, shadows };
  const gone = new Set(names.map(keyOf));
  const left = Object.fromEntries(Object.entries(shadows).filter(([name]) => !gone.has(name)));
  return { ddls: kept.length === 0 ? [] : [printStatement({ ...statement, names: kept })], shadows: left };
}

function renameShadows(
  statement: Extract<Statement, { kind: 'rename-table' }>,
  complete: (name: TableName) => Named,
  shadows: ShadowDdls,
): Unshadowed {
  const pairs = statement.renames.map(({ from, to }) => ({ from: complete(from), to: complete(to) }));
  // A ghost that gets its table's name: the table itself goes to the trash in the same statement.
  const swaps = pairs.filter(({ from, to }) => isSwap(from, to, shadows));
  if (swaps.length === 0) {
    const isAboutShadows = pairs.every(({ from, to }) => shadowOf(from.table) !== null && shadowOf(to.table) !== null);
    return { ddls: isAboutShadows ? [] : null, shadows };
  }
  const swapped = new Set(swaps.map(({ to }) => keyOf(to)));
  const rest = pairs.filter(
    ({ from, to }) => !isSwap(from, to, shadows) && !(swapped.has(keyOf(from)) && shadowOf(to.table) !== null),
  );
  const used = new Set(swaps.map(({ from }) => keyOf(from)));
  return {
    ddls: [
      ...swaps.flatMap(({ from }) => shadows[keyOf(from)] ?? []),
      ...(rest.length === 0 ? [] : [printStatement({ ...statement, renames: rest })]),
    ],
    shadows: Object.fromEntries(Object.entries(shadows).filter(([name]) => !used.has(name))),
  };
}

function isSwap(from: Named, to: Named, shadows: ShadowDdls): boolean {
  const shadow = shadowOf(from.table);
  return shadow?.kind === 'ghost' && shadow.table === to.table && shadows[keyOf(from)] !== undefined;
}
