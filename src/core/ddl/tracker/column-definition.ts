import { ColumnFlag, TypeCode } from '../../table/column-type';
import type { Column, GeneratedColumn } from '../../table/table-schema';
import type { ColumnDefinition, ColumnOption } from '../ast';
import { columnsOf } from '../columns-of';
import type { CharacterSet } from './character-set';
import { buildColumnType } from './data-type';
import { evaluateDefault } from './default-value';
import type { DefaultValue } from './default-value';
import { notApplicable } from './refusal';
import { checkTypeBounds } from './type-bounds';
import { printExpression } from '../printer/expression';

/** A key that a column's definition asks for. */
export interface InlineKey {
  readonly keyKind: 'primary' | 'unique';
  readonly clustered: boolean | null;
}

/** A column with what its definition says about the rest of the table. */
export interface BuiltColumn {
  readonly column: Column;
  readonly keys: readonly InlineKey[];
  readonly autoRandomBits: number;
  /** The columns that its expression mentions, if it is generated. */
  readonly reads: readonly string[];
}

/** The most columns that a server allows a table. */
const MAX_COLUMNS = 4096;

/** @throws LockstepError DDL_NOT_APPLICABLE if a table of so many columns would have too many */
export function checkColumnCount(count: number): void {
  if (count <= MAX_COLUMNS) return;
  throw notApplicable(`the table would have ${count} columns; at most ${MAX_COLUMNS} are allowed`, { columns: count });
}

/** AUTO_RANDOM without a number. */
const DEFAULT_AUTO_RANDOM_BITS = 5;

const MAX_AUTO_RANDOM_BITS = 15;

/** The state while options are read in written order; later ones win. */
interface Draft {
  flags: number;
  nullWritten: boolean;
  defaultValue: DefaultValue | null;
  generated: GeneratedColumn | null;
  reads: readonly string[];
  comment: string;
  autoRandomBits: number;
  readonly keys: InlineKey[];
}

/**
 * The column that a definition makes. `table` is the charset of columns that name none, `keyFlags` the key flags that a
 * changed column keeps: with the primary one it is `NOT NULL` from the start.
 * @throws LockstepError DDL_NOT_APPLICABLE for contradicting options, DDL_UNSUPPORTED for types that are not known
 */
export function buildColumn(definition: ColumnDefinition, table: CharacterSet, keyFlags = 0): BuiltColumn {
  checkTypeBounds(definition.name, definition.type);
  const type = buildColumnType(definition.type, writtenCollation(definition.options), table);
  const isPrimary = (keyFlags & ColumnFlag.primaryKey) !== 0;
  const draft: Draft = {
    flags: type.flags | keyFlags | (isPrimary ? ColumnFlag.notNull : 0),
    nullWritten: false,
    defaultValue: null,
    generated: null,
    reads: [],
    comment: '',
    autoRandomBits: 0,
    keys: [],
  };
  for (const option of definition.options) {
    if (option.kind === 'default') draft.defaultValue = evaluateDefault(definition.name, type, option.value);
    else applyOption(draft, option, definition.name, type.code);
  }
  checkDraft(draft, definition.name);
  const column = finishColumn(draft, { ...type, flags: draft.flags }, definition.name);
  return { column, keys: draft.keys, autoRandomBits: draft.autoRandomBits, reads: draft.reads };
}

function writtenCollation(options: readonly ColumnOption[]): string | null {
  return options.reduce<string | null>((found, option) => (option.kind === 'collate' ? option.collation : found), null);
}

function applyOption(draft: Draft, option: ColumnOption, name: string, code: number): void {
  switch (option.kind) {
    case 'not-null':
      draft.flags |= ColumnFlag.notNull;
      return;
    case 'null':
      draft.flags &= ~ColumnFlag.notNull;
      draft.nullWritten = true;
      return;
    case 'auto-increment':
      draft.flags |= ColumnFlag.autoIncrement | ColumnFlag.notNull;
      return;
    case 'primary':
      addInlineKey(draft, { keyKind: 'primary', clustered: option.clustered });
      draft.flags |= ColumnFlag.notNull;
      return;
    case 'unique':
      addInlineKey(draft, { keyKind: 'unique', clustered: null });
      return;
    case 'on-update':
      if (code !== TypeCode.timestamp && code !== TypeCode.datetime) {
        throw notApplicable(`ON UPDATE is for TIMESTAMP and DATETIME; column ${name} is neither`, { column: name });
      }
      draft.flags |= ColumnFlag.onUpdateNow;
      return;
    case 'comment':
      draft.comment = option.text;
      return;
    case 'generated':
      draft.generated = { expression: printExpression(option.expression, 'table-info'), stored: option.stored };
      draft.reads = columnsOf(option.expression);
      return;
    case 'auto-random':
      draft.autoRandomBits = option.shardBits ?? DEFAULT_AUTO_RANDOM_BITS;
      if (draft.autoRandomBits > MAX_AUTO_RANDOM_BITS) {
        throw notApplicable(`column ${name}: AUTO_RANDOM takes at most ${MAX_AUTO_RANDOM_BITS} bits`, { column: name });
      }
      return;
    default:
      // The others change neither the row nor its constraints as a schema sees them.
      return;
  }
}

/** A key written twice (`SERIAL UNIQUE`) is one key. */
function addInlineKey(draft: Draft, key: InlineKey): void {
  if (!draft.keys.some((other) => other.keyKind === key.keyKind)) draft.keys.push(key);
}

function checkDraft(draft: Draft, name: string): void {
  const isPrimary = (draft.flags & ColumnFlag.primaryKey) !== 0 || draft.keys.some((key) => key.keyKind === 'primary');
  if (isPrimary && draft.nullWritten) {
    throw notApplicable(`column ${name} of the primary key must not be NULL`, { column: name });
  }
  const defaultsToNull = draft.defaultValue !== null && draft.defaultValue.value === null;
  if (defaultsToNull && (draft.flags & ColumnFlag.notNull) !== 0) {
    throw notApplicable(`column ${name} is NOT NULL and has DEFAULT NULL`, { column: name });
  }
}

function finishColumn(draft: Draft, type: Column['type'], name: string): Column {
  const isYear = type.code === TypeCode.year && (type.flags & ColumnFlag.notNull) !== 0;
  const given = draft.defaultValue;
  const flags = given === null ? markNoDefault(type.flags) : type.flags;
  return {
    name,
    type: { ...type, flags },
    // TiDB records the zero year beside the flag that says that there is no default.
    defaultValue: given === null ? (isYear ? '0000' : null) : given.value,
    defaultIsExpression: given?.isExpression ?? false,
    originDefault: null,
    generated: draft.generated,
    comment: draft.comment,
    hidden: false,
  };
}

/** Flags with "no default value", which a `NOT NULL` column without a default has unless it counts by itself. */
export function markNoDefault(flags: number): number {
  const mustBeGiven = (flags & ColumnFlag.notNull) !== 0 && (flags & ColumnFlag.autoIncrement) === 0;
  return mustBeGiven ? flags | ColumnFlag.noDefaultValue : flags;
}
