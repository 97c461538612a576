import type { Reference, TableName } from '../ast';
import { quoteName, quoteTable } from '../../model/quote';
import { printKeyParts } from './key-part';

/** A table's name, with its schema if it has one. */
export function printTableName({ schema, table }: TableName): string {
  return schema === null ? quoteName(table) : quoteTable(schema, table);
}

/** `REFERENCES …` in normal form. */
export function printReference({ table, parts, match, onDelete, onUpdate }: Reference): string {
  let text = `REFERENCES ${printTableName(table)}`;
  if (parts.length > 0) text += printKeyParts(parts);
  if (match !== null) text += ` MATCH ${match}`;
  if (onDelete !== null) text += ` ON DELETE ${onDelete}`;
  if (onUpdate !== null) text += ` ON UPDATE ${onUpdate}`;
  return text;
}
