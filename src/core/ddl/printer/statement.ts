import type { AlterTable, CreateIndex, CreateTable, DropIndex, DropTable, RenameTable, Statement } from '../ast';
import { LockstepError } from '../../model/error';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printAlterSpec } from './alter-spec';
import { printColumnDefinition } from './column';
import { printConstraint, printIndexOptions } from './constraint';
import { printDatabaseOption } from './database-option';
import { printKeyParts } from './key-part';
import { printPartitioning } from './partition';
import { printTableName } from './reference';
import { printTableOption } from './table-option';

/**
 * A statement in TiDB's normal form (2b-ddl-normal-form.md). Law: the printed text parses to a statement that prints the
 * same. Errors: `DDL_UNSUPPORTED` for a statement that wasn't parsed beyond its kind.
 */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'create-table':
      return printCreateTable(statement);
    case 'create-table-like':
      return `${printCreateHead(statement)} LIKE ${printTableName(statement.source)}${printOnCommit(statement)}`;
    case 'alter-table':
      return printAlterTable(statement);
    case 'drop-table':
      return printDropTable(statement);
    case 'rename-table':
      return printRenameTable(statement);
    case 'truncate-table':
      return `TRUNCATE TABLE ${printTableName(statement.name)}`;
    case 'create-index':
      return printCreateIndex(statement);
    case 'drop-index':
      return printDropIndex(statement);
    case 'create-database':
      return `CREATE ${orReplace(statement)}DATABASE ${ifNot(statement)}${quoteName(statement.name)}${statement.options.map(printDatabaseOption).join('')}`;
    case 'alter-database':
      return `ALTER DATABASE${statement.name === null ? '' : ` ${quoteName(statement.name)}`}${statement.options.map(printDatabaseOption).join('')}`;
    case 'drop-database':
      return `DROP DATABASE ${ifExists(statement)}${quoteName(statement.name)}`;
    case 'other':
      throw new LockstepError('DDL_UNSUPPORTED', `a ${statement.name} has no normal form`, { what: statement.name });
    default:
      return unreachable(statement);
  }
}

function ifNot({ ifNotExists }: { readonly ifNotExists: boolean }): string {
  return ifNotExists ? 'IF NOT EXISTS ' : '';
}

function ifExists({ ifExists }: { readonly ifExists: boolean }): string {
  return ifExists ? 'IF EXISTS ' : '';
}

function orReplace({ orReplace }: { readonly orReplace: boolean }): string {
  return orReplace ? 'OR REPLACE ' : '';
}

type CreateHead = Pick<CreateTable, 'orReplace' | 'temporary' | 'onCommit' | 'ifNotExists' | 'name'>;

function printCreateHead(head: CreateHead): string {
  const temporary = `${head.onCommit === null ? '' : 'GLOBAL '}${head.temporary ? 'TEMPORARY ' : ''}`;
  return `CREATE ${orReplace(head)}${temporary}TABLE ${ifNot(head)}${printTableName(head.name)}`;
}

function printOnCommit({ onCommit }: Pick<CreateTable, 'onCommit'>): string {
  return onCommit === null ? '' : ` ON COMMIT ${onCommit} ROWS`;
}

function printCreateTable(statement: CreateTable): string {
  const { columns, constraints, options, partitioning } = statement;
  const elements = [...columns.map(printColumnDefinition), ...constraints.map(printConstraint)];
  const parts = [
    `${printCreateHead(statement)} (${elements.join(',')})`,
    ...options.map(printTableOption),
    ...(partitioning === null ? [] : [printPartitioning(partitioning)]),
  ];
  return parts.join(' ') + printOnCommit(statement);
}

/** Partitioning follows the other changes without a comma. */
function printAlterTable(statement: AlterTable): string {
  let text = `ALTER TABLE ${ifExists(statement)}${printTableName(statement.name)}`;
  statement.specs.forEach((spec, index) => {
    const apart = index > 0 && spec.kind !== 'partition-by' && spec.kind !== 'remove-partitioning';
    text += (apart ? ', ' : ' ') + printAlterSpec(spec);
  });
  return text;
}

function printDropTable(statement: DropTable): string {
  const temporary = `${statement.global ? 'GLOBAL ' : ''}${statement.temporary ? 'TEMPORARY ' : ''}`;
  const noun = statement.view ? 'VIEW' : `${temporary}TABLE`;
  return `DROP ${noun} ${ifExists(statement)}${statement.names.map(printTableName).join(', ')}`;
}

function printRenameTable(statement: RenameTable): string {
  const renames = statement.renames.map(({ from, to }) => `${printTableName(from)} TO ${printTableName(to)}`);
  return `RENAME TABLE ${ifExists(statement)}${renames.join(', ')}`;
}

const KeyWords = {
  index: '',
  unique: 'UNIQUE ',
  fulltext: 'FULLTEXT ',
  spatial: 'SPATIAL ',
  vector: 'VECTOR ',
} as const;

function printCreateIndex(statement: CreateIndex): string {
  const { keyKind, indexName, table, parts, options } = statement;
  const head = `CREATE ${orReplace(statement)}${KeyWords[keyKind]}INDEX ${ifNot(statement)}${quoteName(indexName)}`;
  return `${head} ON ${printTableName(table)} ${printKeyParts(parts)}${printIndexOptions(options)}${printClauses(statement)}`;
}

/** TiDB hides its `IF EXISTS` of an index from MySQL. */
function printDropIndex(statement: DropIndex): string {
  const exists = statement.ifExists ? '/*T! IF EXISTS  */' : '';
  return `DROP INDEX ${exists}${quoteName(statement.indexName)} ON ${printTableName(statement.table)}${printClauses(statement)}`;
}

/** The algorithm before the lock; what is the default anyway goes unsaid. */
function printClauses({ lock, algorithm }: Pick<CreateIndex, 'lock' | 'algorithm'>): string {
  const algorithmText = algorithm === null || algorithm === 'DEFAULT' ? '' : ` ALGORITHM = ${algorithm}`;
  return algorithmText + (lock === null || lock === 'DEFAULT' ? '' : ` LOCK = ${lock}`);
}
