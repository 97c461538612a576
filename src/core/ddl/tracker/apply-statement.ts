import { unreachable } from '../../model/invariant';
import { lowerName } from '../../table/lower-name';
import type { TableSchema } from '../../table/table-schema';
import type { AlterSpec, AlterTable, Constraint, CreateIndex, DropIndex, RenameTable, Statement } from '../ast';
import { addColumn, changeColumn, dropColumn, dropDefault, renameColumn, setDefault } from './alter-columns';
import { addPeriod } from './key-flags';
import { addKey, dropIndex, renameIndex, setVisibility } from './alter-indexes';
import { applyOptions, convertCharacterSet } from './alter-options';
import { PRIMARY_NAME } from './build-index';
import { keyOfStatement } from './key-constraint';
import { notApplicable, unsupported } from './refusal';
import { TableDraft } from './table-draft';

/**
 * The schema that `schema` becomes by one statement on its table. Several specs of one ALTER TABLE are applied in
 * written order. Which table the statement names isn't looked at, but by RENAME TABLE. What no schema sees (partitions,
 * foreign keys, checks, locks, …) returns the schema as it is.
 * @throws LockstepError DDL_NOT_APPLICABLE if the statement doesn't fit the schema, or makes or removes a table;
 *   DDL_UNSUPPORTED if its effect isn't known
 */
export function applyStatement(schema: TableSchema, statement: Statement): TableSchema {
  switch (statement.kind) {
    case 'alter-table':
    case 'create-index':
    case 'drop-index':
      return change(schema, statement);
    case 'rename-table':
      return renameTable(schema, statement);
    case 'truncate-table':
    case 'create-database':
    case 'alter-database':
      return schema;
    case 'create-table':
    case 'create-table-like':
    case 'drop-table':
    case 'drop-database':
      throw notApplicable(`a ${statement.kind} statement makes or removes tables; it doesn't change one`, {
        table: schema.name,
      });
    case 'other':
      throw unsupported(`a ${statement.name} doesn't change a table's schema`, { statement: statement.name });
    default:
      return unreachable(statement);
  }
}

function change(schema: TableSchema, statement: AlterTable | CreateIndex | DropIndex): TableSchema {
  const draft = new TableDraft(schema);
  switch (statement.kind) {
    case 'alter-table':
      for (const spec of statement.specs) applySpec(draft, spec);
      break;
    case 'create-index':
      // With `OR REPLACE` the index takes the place of one of its name.
      if (statement.orReplace) dropIndex(draft, statement.indexName, true);
      addKey(draft, keyOfStatement(statement));
      break;
    case 'drop-index':
      dropIndex(draft, statement.indexName, statement.ifExists);
      break;
    default:
      return unreachable(statement);
  }
  return draft.finish();
}

/**
 * Pairs are carried out in written order, so that one table may be renamed twice. With `IF EXISTS` a statement on other
 * tables says nothing of this one.
 */
function renameTable(schema: TableSchema, statement: RenameTable): TableSchema {
  const isCurrent = (name: string, current: string): boolean => lowerName(name) === lowerName(current);
  if (!statement.ifExists && !statement.renames.some(({ from }) => isCurrent(from.table, schema.name))) {
    throw notApplicable(`the statement renames other tables than ${schema.name}`, { table: schema.name });
  }
  const name = statement.renames.reduce(
    (current, { from, to }) => (isCurrent(from.table, current) ? to.table : current),
    schema.name,
  );
  return { ...schema, name };
}

function applySpec(draft: TableDraft, spec: AlterSpec): void {
  switch (spec.kind) {
    case 'add-column':
      return addColumn(draft, spec.column, spec.position, spec.ifNotExists);
    case 'add-columns': {
      for (const column of spec.columns) addColumn(draft, column, null, spec.ifNotExists);
      for (const constraint of spec.constraints) addConstraint(draft, constraint);
      return;
    }
    case 'drop-column':
      return dropColumn(draft, spec.name, spec.ifExists);
    case 'modify-column':
    case 'change-column':
      return changeColumn(draft, spec);
    case 'rename-column':
      return renameColumn(draft, spec);
    case 'set-default':
      return setDefault(draft, spec);
    case 'drop-default':
      return dropDefault(draft, spec);
    default:
      return applyTableSpec(draft, spec);
  }
}

type ColumnSpecKind =
  | 'add-column'
  | 'add-columns'
  | 'drop-column'
  | 'modify-column'
  | 'change-column'
  | 'rename-column'
  | 'set-default'
  | 'drop-default';

function applyTableSpec(draft: TableDraft, spec: Exclude<AlterSpec, { kind: ColumnSpecKind }>): void {
  switch (spec.kind) {
    case 'options':
      return applyOptions(draft, spec.options);
    case 'convert-charset':
      return convertCharacterSet(draft, spec.charset, spec.collation);
    case 'add-constraint':
      return addConstraint(draft, spec.constraint);
    case 'drop-primary-key':
      return dropIndex(draft, PRIMARY_NAME, false);
    case 'drop-index':
      return dropIndex(draft, spec.name, spec.ifExists);
    case 'rename-index':
      return renameIndex(draft, spec);
    case 'alter-index':
      return setVisibility(draft, spec);
    case 'rename-table':
      return draft.change({ name: spec.to.table });
    default:
      return passOver(spec);
  }
}

type TableSpecKind =
  | ColumnSpecKind
  | 'options'
  | 'convert-charset'
  | 'add-constraint'
  | 'drop-primary-key'
  | 'drop-index'
  | 'rename-index'
  | 'alter-index'
  | 'rename-table';

/** What no schema sees; named one by one so that a new kind of spec is thought about. */
function passOver(spec: Exclude<AlterSpec, { kind: TableSpecKind }>): void {
  switch (spec.kind) {
    case 'drop-foreign-key':
    case 'drop-check':
    case 'alter-check':
    case 'column-visibility':
    case 'order-by':
    case 'lock':
    case 'algorithm':
    case 'force':
    case 'keys':
    case 'validation':
    case 'tablespace':
    case 'fixed':
    case 'partition-by':
    case 'remove-partitioning':
    case 'add-partition':
    case 'coalesce-partition':
    case 'reorganize-partition':
    case 'exchange-partition':
    case 'convert-partition':
    case 'convert-table':
    case 'partitions':
      return;
    default:
      return unreachable(spec);
  }
}

/** A foreign key that ALTER adds gets no index in TiDB's tracker, and checks are no part of a schema. */
function addConstraint(draft: TableDraft, constraint: Constraint): void {
  if (constraint.kind === 'key') addKey(draft, constraint);
  if (constraint.kind === 'period') addPeriod(draft, constraint);
}
