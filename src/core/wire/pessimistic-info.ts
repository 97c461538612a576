import { parseDownstreamTable, parseSourceId, parseTaskName } from '../model/names';
import type { PessimisticInfo } from '../model/pessimistic-info';
import { writeObject, writeText, writeTexts } from './go-json';
import { goField, goText, goTexts } from './go-json-reader';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';

/** A pessimistic info with the fields of DM's value; nothing is checked beyond their JSON types. */
export interface DmPessimisticInfo {
  readonly task: string;
  readonly source: string;
  /** Of the downstream table. */
  readonly schema: string;
  /** Of the downstream table. */
  readonly table: string;
  readonly ddls: readonly string[] | null;
}

/** The value as DM decodes it. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function decodePessimisticInfo(text: string, where = 'info'): DmPessimisticInfo {
  return infoOf(parseJson(text, where));
}

/** The value byte for byte as DM writes it. */
export function encodePessimisticInfo({ task, source, schema, table, ddls }: DmPessimisticInfo): string {
  return writeObject({
    task: writeText(task),
    source: writeText(source),
    schema: writeText(schema),
    table: writeText(table),
    ddls: writeTexts(ddls),
  });
}

/**
 * The info of a value; DDLs that were never set are none.
 * @throws LockstepError UNREADABLE_VALUE with `where` and the field: also if a name is empty
 */
export function readPessimisticInfo(text: string, where = 'info'): PessimisticInfo {
  const root = parseJson(text, where);
  const { task, source, schema, table, ddls } = infoOf(root);
  return root.convert(() => ({
    task: parseTaskName(task),
    source: parseSourceId(source),
    target: parseDownstreamTable(schema, table),
    ddls: ddls ?? [],
  }));
}

/** The value of an info, byte for byte as DM writes it. */
export function writePessimisticInfo({ task, source, target, ddls }: PessimisticInfo): string {
  return encodePessimisticInfo({ task, source, schema: target.schema, table: target.table, ddls });
}

function infoOf(root: JsonValue): DmPessimisticInfo {
  return {
    task: goText(goField(root, 'task')),
    source: goText(goField(root, 'source')),
    schema: goText(goField(root, 'schema')),
    table: goText(goField(root, 'table')),
    ddls: goTexts(goField(root, 'ddls')),
  };
}
