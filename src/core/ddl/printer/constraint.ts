import type { Constraint, Expression, IndexOptions } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printExpression } from './expression';
import { printKeyParts } from './key-part';
import { quoteString } from './literal';
import { printReference } from './reference';

type KeyConstraint = Extract<Constraint, { kind: 'key' }>;
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
  return text + attributes.map((attribute) => ` ${attribute}`).join('');
}

/** Whether rows are stored in the order of the primary key: TiDB's word, in a comment of its own. */
export function printClustered(clustered: boolean): string {
  return `/*T![clustered_index] ${clustered ? 'CLUSTERED' : 'NONCLUSTERED'} */`;
}
