import type { AlterSpec, Expression, TableOption } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printColumnDefinition, printPosition } from './column';
import { printConstraint, printIgnored } from './constraint';
import { printExpression } from './expression';
import { printPartitionSpec } from './partition-spec';
import { printTableName } from './reference';
import { printTableOption } from './table-option';

type Of<Kind extends AlterSpec['kind']> = Extract<AlterSpec, { kind: Kind }>;

/** One change of `ALTER TABLE` in normal form. */
export function printAlterSpec(spec: AlterSpec): string {
  switch (spec.kind) {
    case 'options':
      return printOptions(spec.options);
    case 'convert-charset':
      return printConvert(spec);
    case 'add-column':
      return `ADD COLUMN ${ifNot(spec.ifNotExists)}${printColumnDefinition(spec.column)}${printPosition(spec.position)}`;
    case 'add-columns':
      return printAddColumns(spec);
    case 'add-constraint':
      return `ADD ${printConstraint(spec.constraint)}`;
    case 'drop-column':
      return `DROP COLUMN ${ifExists(spec)}${quoteName(spec.name)}`;
    case 'drop-primary-key':
      return 'DROP PRIMARY KEY';
    case 'drop-index':
      return `DROP INDEX ${ifExists(spec)}${quoteName(spec.name)}`;
    case 'drop-foreign-key':
      return `DROP FOREIGN KEY ${ifExists(spec)}${quoteName(spec.name)}`;
    case 'drop-check':
      return `DROP CHECK ${ifExists(spec)}${quoteName(spec.name)}`;
    case 'modify-column':
      return `MODIFY COLUMN ${ifExists(spec)}${printColumnDefinition(spec.column)}${printPosition(spec.position)}`;
    case 'change-column':
      return printChange(spec);
    case 'rename-column':
      return `RENAME COLUMN ${ifExists(spec)}${quoteName(spec.from)} TO ${quoteName(spec.to)}`;
    case 'rename-table':
      return `RENAME AS ${printTableName(spec.to)}`;
    case 'rename-index':
      return `RENAME INDEX ${ifExists(spec)}${quoteName(spec.from)} TO ${quoteName(spec.to)}`;
    case 'set-default':
      return `ALTER COLUMN ${ifExists(spec)}${quoteName(spec.column)} SET DEFAULT ${printSetDefault(spec.value)}`;
    case 'drop-default':
      return `ALTER COLUMN ${ifExists(spec)}${quoteName(spec.column)} DROP DEFAULT`;
    case 'column-visibility':
      return `ALTER COLUMN ${ifExists(spec)}${quoteName(spec.column)} SET ${spec.visible ? 'VISIBLE' : 'INVISIBLE'}`;
    case 'alter-index':
      return `ALTER INDEX ${ifExists(spec)}${quoteName(spec.name)} ${printVisibility(spec)}`;
    case 'alter-check':
      return `ALTER CHECK ${quoteName(spec.name)} ${spec.enforced ? 'ENFORCED' : 'NOT ENFORCED'}`;
    case 'order-by':
      return `ORDER BY ${spec.items.map(printOrderItem).join(',')}`;
    case 'lock':
      return `LOCK = ${spec.value}`;
    case 'algorithm':
      return `ALGORITHM = ${spec.value}`;
    case 'force':
      return 'FORCE /* AlterTableForce is not supported */ ';
    case 'keys':
      return spec.enabled ? 'ENABLE KEYS' : 'DISABLE KEYS';
    case 'validation':
      return spec.enabled ? 'WITH VALIDATION' : 'WITHOUT VALIDATION';
    case 'tablespace':
      return spec.action === 'discard' ? 'DISCARD TABLESPACE' : 'IMPORT TABLESPACE';
    case 'fixed':
      return spec.text;
    case 'partition-by':
    case 'remove-partitioning':
    case 'add-partition':
    case 'coalesce-partition':
    case 'reorganize-partition':
    case 'exchange-partition':
    case 'convert-partition':
    case 'convert-table':
    case 'partitions':
      return printPartitionSpec(spec);
    default:
      return unreachable(spec);
  }
}

function ifExists({ ifExists }: { readonly ifExists: boolean }): string {
  return ifExists ? 'IF EXISTS ' : '';
}

function ifNot(ifNotExists: boolean): string {
  return ifNotExists ? 'IF NOT EXISTS ' : '';
}

/** A charset with just a collation after it prints without `=`; a charset `DEFAULT` prints alone. */
function printOptions(options: readonly TableOption[]): string {
  const [first, second] = options;
  if (first?.name === 'DEFAULT CHARACTER SET') {
    const charset = printCharset(first);
    if (options.length === 2 && second?.name === 'DEFAULT COLLATE') return `${charset} COLLATE ${printWord(second)}`;
    if (first.value.kind === 'default') return charset;
  }
  return options.map(printTableOption).join(' ');
}

function printCharset(option: TableOption): string {
  return `CHARACTER SET ${printWord(option)}`;
}

function printWord({ value }: TableOption): string {
  return value.kind === 'word' ? value.text.toUpperCase() : 'DEFAULT';
}

function printConvert({ charset, collation }: Of<'convert-charset'>): string {
  const collate = collation === null ? '' : ` COLLATE ${collation.toUpperCase()}`;
  return `CONVERT TO CHARACTER SET ${charset === null ? 'DEFAULT' : charset.toUpperCase()}${collate}`;
}

function printAddColumns({ ifNotExists, columns, constraints }: Of<'add-columns'>): string {
  const elements = [...columns.map(printColumnDefinition), ...constraints.map(printConstraint)];
  return `ADD COLUMN ${ifNot(ifNotExists)}(${elements.join(', ')})`;
}

function printChange(spec: Of<'change-column'>): string {
  const column = `${quoteName(spec.oldName)} ${printColumnDefinition(spec.column)}`;
  return `CHANGE COLUMN ${ifExists(spec)}${column}${printPosition(spec.position)}`;
}

function printOrderItem({ expression, descending }: Of<'order-by'>['items'][number]): string {
  return printExpression(expression) + (descending ? ' DESC' : '');
}

function printVisibility({ invisible, ignored }: Of<'alter-index'>): string {
  if (ignored) return printIgnored(invisible);
  return invisible ? 'INVISIBLE' : 'VISIBLE';
}

const Literals: ReadonlySet<Expression['kind']> = new Set(['string', 'number', 'hex', 'bit', 'boolean', 'null']);

/** Everything but a literal stands in brackets, even a sign. */
function printSetDefault(value: Expression): string {
  const text = printExpression(value);
  return Literals.has(value.kind) ? text : `(${text})`;
}
