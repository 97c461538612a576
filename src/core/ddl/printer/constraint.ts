import type { Constraint, Expression, IndexOptions } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printExpression } from './expression';
import { printKeyParts } from './key-part';
import { quoteString } from './literal';
import { printReference } from './reference';

type KeyConstraint = Extract<Constraint, { kind: 'key' }>;
type PeriodConstraint = Extract<Constraint, { kind: 'period' }>;
type ForeignKeyConstraint = Extract<Constraint, { kind: 'foreign-key' }>;

/** A key or constraint in normal form. */
export function printConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'key':
      return printKey(constraint);
    case 'foreign-key':
      return printForeignKey(constraint);
    case 'check':
      return printCheck(constraint, constraint.ifNotExists);
    case 'period':
      return printPeriod(constraint);
    default:
      return unreachable(constraint);
  }
}

const KeyWords = {
  index: 'INDEX',
  unique: 'UNIQUE',
  primary: 'PRIMARY KEY',
  fulltext: 'FULLTEXT',
  spatial: 'SPATIAL INDEX',
  vector: 'VECTOR INDEX',
} as const;

function printKey({ keyKind, ifNotExists, name, parts, options }: KeyConstraint): string {
  const exists = ifNotExists ? ' IF NOT EXISTS' : '';
  const named = name === null ? '' : ` ${quoteName(name)}`;
  return KeyWords[keyKind] + exists + named + printKeyParts(parts) + printIndexOptions(options);
}

/** Without a name of the constraint the index's stands for it. */
function printForeignKey({ name, indexName, ifNotExists, parts, reference }: ForeignKeyConstraint): string {
  const chosen = name ?? indexName;
  const named = chosen === null ? '' : `${quoteName(chosen)} `;
  const exists = ifNotExists ? 'IF NOT EXISTS ' : '';
  return `CONSTRAINT ${named}FOREIGN KEY ${exists}${printKeyParts(parts)} ${printReference(reference)}`;
}

function printPeriod({ name, ifNotExists, start, end }: PeriodConstraint): string {
  const exists = ifNotExists ? 'IF NOT EXISTS ' : '';
  return `PERIOD ${exists}FOR ${printPeriodName(name)}(${quoteName(start)}, ${quoteName(end)})`;
}

/** The name of a period; null: that of the system's time. */
export function printPeriodName(name: string | null): string {
  return name === null ? 'SYSTEM_TIME' : quoteName(name);
}

interface Check {
  readonly name: string | null;
  readonly expression: Expression;
  readonly enforced: boolean;
}

/** A check, of a column or of the table, in normal form. */
export function printCheck({ name, expression, enforced }: Check, ifNotExists = false): string {
  const named = name === null ? '' : `CONSTRAINT ${ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteName(name)} `;
  return `${named}CHECK(${printExpression(expression)}) ${enforced ? 'ENFORCED' : 'NOT ENFORCED'}`;
}

/** The options of an index in TiDB's order, each with a blank before it. */
export function printIndexOptions({
  using,
  comment,
  invisible,
  ignored,
  keyBlockSize,
  parser,
  clustered,
  global,
  attributes,
}: IndexOptions): string {
  let text = '';
  if (clustered !== null) text += ` ${printClustered(clustered)}`;
  if (keyBlockSize !== null && keyBlockSize > 0) text += ` KEY_BLOCK_SIZE=${keyBlockSize}`;
  if (using !== null) text += ` USING ${using}`;
  if (parser !== null) text += ` WITH PARSER ${quoteName(parser)}`;
  if (comment !== null && comment !== '') text += ` COMMENT ${quoteString(comment)}`;
  if (global) text += ' /*T![global_index] GLOBAL */';
  if (invisible !== null) text += invisible ? ' INVISIBLE' : ' VISIBLE';
  if (ignored !== null) text += ` ${printIgnored(ignored)}`;
  return text + attributes.map((attribute) => ` ${attribute}`).join('');
}

/** MariaDB's words for an index that the optimiser passes over, or doesn't. */
export function printIgnored(ignored: boolean): string {
  return ignored ? 'IGNORED' : 'NOT IGNORED';
}

/** Whether rows are stored in the order of the primary key: TiDB's word, in a comment of its own. */
export function printClustered(clustered: boolean): string {
  return `/*T![clustered_index] ${clustered ? 'CLUSTERED' : 'NONCLUSTERED'} */`;
}
