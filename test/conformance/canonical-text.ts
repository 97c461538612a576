import { quoteName } from '../../src/core/model/quote';
import { replaceLoneSurrogates, textOfByteString } from '../../src/core/table/byte-string';
import { charsetOf } from '../../src/core/table/collation';
import { ColumnFlag, TypeCode } from '../../src/core/table/column-type';
import type { ColumnItems, IndexItems, Shape } from '../../src/core/table/shape';
import { isCharacterType, quoteText, typeText } from '../../src/core/table/type-text';

/**
 * The text form of a shape in the recorded decisions (conformance/README.md): columns and indexes by name, types with
 * their widths, defaults raw. It loses details (key flags, members' quotes in defaults, `AUTO_INCREMENT = n`): it is for
 * reading and for comparison with recordings, never for equality.
 */
export function canonicalText(shape: Shape): string {
  const parts = [...shape.columns.map(columnText), ...shape.indexes.map(indexText)];
  const table = `CREATE TABLE \`tbl\`(${parts.join(', ')}) COLLATE ${shape.table.collation}`;
  const compression = shape.table.compression === '' ? '' : ` COMPRESSION ${quoteText(shape.table.compression)}`;
  const shardBits = shape.table.shardRowIdBits === 0 ? '' : ` SHARD_ROW_ID_BITS ${shape.table.shardRowIdBits}`;
  const randomBits = shape.table.autoRandomBits === 0 ? '' : `/* AUTO_RANDOM_BITS ${shape.table.autoRandomBits} */`;
  return replaceLoneSurrogates(table + compression + shardBits + randomBits);
}

function columnText(column: ColumnItems): string {
  let text = `${quoteName(column.name)} ${typeText(column)}`;
  if ((column.attributes & ColumnFlag.unsigned) !== 0) text += ' UNSIGNED';
  if ((column.attributes & ColumnFlag.zerofill) !== 0) text += ' ZEROFILL';
  text += charsetText(column);
  if (column.expression !== null) text += ` GENERATED ALWAYS AS (${column.expression})`;
  if (column.stored) text += ' STORED';
  if (!column.nullable) text += ' NOT NULL';
  if ((column.defaultMarks & ColumnFlag.autoIncrement) !== 0) text += ' AUTO_INCREMENT';
  if (column.defaultValue !== null) text += ` DEFAULT ${defaultText(column.code, column.defaultValue)}`;
  return text;
}

function charsetText(column: ColumnItems): string {
  const charset = charsetOf(column.collation);
  if (!isCharacterType(column.code) || charset === '' || charset === 'binary') return '';
  return ` CHARACTER SET ${charset.toUpperCase()} COLLATE ${column.collation}`;
}

function defaultText(code: number, value: string): string {
  return code === TypeCode.bit ? textOfByteString(value) : value;
}

function indexText(index: IndexItems): string {
  const parts = index.parts.map(({ column, length }) => quoteName(column) + (length < 0 ? '' : `(${length})`));
  return `${indexHead(index)}${indexTypeText(index.type)} (${parts.join(', ')})`;
}

function indexHead(index: IndexItems): string {
  if (index.primary) return 'PRIMARY KEY';
  return `${index.unique ? 'UNIQUE KEY' : 'KEY'} ${quoteName(index.name)}`;
}

function indexTypeText(type: number): string {
  switch (type) {
    case 2:
      return ' USING HASH';
    case 3:
      return ' USING RTREE';
    default:
      return '';
  }
}
