import type { AlterSpec } from '../../../src/core/ddl/ast';
import { lowerName } from '../../../src/core/table/lower-name';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { refuse } from './sql-error';

/**
 * Refuse a change that doesn't fit the table, with the number that MySQL has for it: a repeated change is recognised by
 * it (1060 duplicate column, 1061 duplicate key, 1091 can't drop, 1054 unknown column, 1068 two primary keys).
 */
export function checkAlter(schema: TableSchema, spec: AlterSpec): void {
  const names = new Set(schema.columns.map(({ name }) => lowerName(name)));
  const keys = new Set(schema.indexes.map(({ name, primary }) => (primary ? 'primary' : lowerName(name))));
  const mustHave = (column: string): void => {
    if (!names.has(lowerName(column))) refuse('columnUnknown', `Unknown column '${column}' in '${schema.name}'`);
  };
  const mustNotHave = (column: string): void => {
    if (names.has(lowerName(column))) refuse('duplicateColumn', `Duplicate column name '${column}'`);
  };
  switch (spec.kind) {
    case 'add-column':
      if (!spec.ifNotExists) mustNotHave(spec.column.name);
      return;
    case 'add-columns':
      if (!spec.ifNotExists) for (const { name } of spec.columns) mustNotHave(name);
      return;
    case 'drop-column':
      if (!spec.ifExists && !names.has(lowerName(spec.name))) cannotDrop(spec.name);
      return;
    case 'drop-index':
      if (!spec.ifExists && !keys.has(lowerName(spec.name))) cannotDrop(spec.name);
      return;
    case 'drop-primary-key':
      if (!keys.has('primary')) cannotDrop('PRIMARY');
      return;
    case 'modify-column':
      if (!spec.ifExists) mustHave(spec.column.name);
      return;
    case 'change-column':
      if (spec.ifExists && !names.has(lowerName(spec.oldName))) return;
      mustHave(spec.oldName);
      if (lowerName(spec.oldName) !== lowerName(spec.column.name)) mustNotHave(spec.column.name);
      return;
    case 'rename-column':
      if (spec.ifExists && !names.has(lowerName(spec.from))) return;
      mustHave(spec.from);
      if (lowerName(spec.from) !== lowerName(spec.to)) mustNotHave(spec.to);
      return;
    case 'set-default':
    case 'drop-default':
      if (!spec.ifExists) mustHave(spec.column);
      return;
    case 'rename-index':
      if (spec.ifExists && !keys.has(lowerName(spec.from))) return;
      if (!keys.has(lowerName(spec.from)))
        refuse('keyMissing', `Key '${spec.from}' doesn't exist in table '${schema.name}'`);
      if (keys.has(lowerName(spec.to))) duplicateKey(spec.to);
      return;
    case 'add-constraint':
      checkNewKey(keys, spec);
      return;
    default:
  }
}

function checkNewKey(keys: ReadonlySet<string>, { constraint }: Extract<AlterSpec, { kind: 'add-constraint' }>): void {
  if (constraint.kind !== 'key' || constraint.ifNotExists) return;
  if (constraint.keyKind === 'primary') {
    if (keys.has('primary')) refuse('multiplePrimaryKeys', 'Multiple primary key defined');
  } else if (constraint.name !== null && keys.has(lowerName(constraint.name))) duplicateKey(constraint.name);
}

function cannotDrop(name: string): never {
  return refuse('cannotDrop', `Can't DROP '${name}'; check that column/key exists`);
}

function duplicateKey(name: string): never {
  return refuse('duplicateKeyName', `Duplicate key name '${name}'`);
}
