import { unreachable } from '../../model/invariant';
import { lowerName } from '../../table/lower-name';
import type { TableSchema } from '../../table/table-schema';
import type { AlterSpec, Constraint, CreateIndex, RenameTable, Statement } from '../ast';
import { addColumn, changeColumn, dropColumn, dropDefault, renameColumn, setDefault } from './alter-columns';
import { addKey, dropIndex, renameIndex, setVisibility } from './alter-indexes';
import { applyOptions, convertCharacterSet } from './alter-options';
import { PRIMARY_NAME } from './build-index';
import { keyOfStatement } from './key-constraint';
import { notApplicable, unsupported } from './refusal';

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
      return statement.specs.reduce(applySpec, schema);
    case 'create-index':
      return createIndex(schema, statement);
    case 'drop-index':
      return dropIndex(schema, statement.indexName, statement.ifExists);
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

/** With `OR REPLACE` the index takes the place of one of its name. */
function createIndex(schema: TableSchema, statement: CreateIndex): TableSchema {
  const cleared = statement.orReplace ? dropIndex(schema, statement.indexName, true) : schema;
  return addKey(cleared, keyOfStatement(statement));
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

function applySpec(schema: TableSchema, spec: AlterSpec): TableSchema {
  switch (spec.kind) {
    case 'add-column':
      return addColumn(schema, spec.column, spec.position, spec.ifNotExists);
    case 'add-columns': {
      const added = spec.columns.reduce(
        (changed, column) => addColumn(changed, column, null, spec.ifNotExists),
        schema,
      );
      return spec.constraints.reduce(addConstraint, added);
    }
    case 'drop-column':
      return dropColumn(schema, spec.name, spec.ifExists);
    case 'modify-column':
    case 'change-column':
      return changeColumn(schema, spec);
    case 'rename-column':
      return renameColumn(schema, spec);
    case 'set-default':
      return setDefault(schema, spec);
    case 'drop-default':
      return dropDefault(schema, spec);
    default:
      return applyTableSpec(schema, spec);
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

function applyTableSpec(schema: TableSchema, spec: Exclude<AlterSpec, { kind: ColumnSpecKind }>): TableSchema {
  switch (spec.kind) {
    case 'options':
      return applyOptions(schema, spec.options);
    case 'convert-charset':
      return convertCharacterSet(schema, spec.charset, spec.collation);
    case 'add-constraint':
      return addConstraint(schema, spec.constraint);
    case 'drop-primary-key':
      return dropIndex(schema, PRIMARY_NAME, false);
    case 'drop-index':
      return dropIndex(schema, spec.name, spec.ifExists);
    case 'rename-index':
      return renameIndex(schema, spec);
    case 'alter-index':
      return setVisibility(schema, spec);
    case 'rename-table':
      return { ...schema, name: spec.to.table };
    default:
      return ignoreSpec(schema, spec);
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
function ignoreSpec(schema: TableSchema, spec: Exclude<AlterSpec, { kind: TableSpecKind }>): TableSchema {
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
    case 'partitions':
      return schema;
    default:
      return unreachable(spec);
  }
}

/** A foreign key that ALTER adds gets no index in TiDB's tracker, and checks are no part of a schema. */
function addConstraint(schema: TableSchema, constraint: Constraint): TableSchema {
  return constraint.kind === 'key' ? addKey(schema, constraint) : schema;
}
