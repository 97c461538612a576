import { LockstepError } from '../../src/core/model/error';
import { memberOf } from '../../src/core/model/member-of';
import type { ExecutionResult, Position, UpstreamEvent, UpstreamTableName } from '../plugin';
import type { PluginCall } from './plugin-call';

/*
 * What plugins answer is checked, though it has types: authors may write JavaScript, and a word that is misspelt would
 * lose rows or leave a DDL out without anybody knowing.
 */

const CHANGES: readonly unknown[] = ['insert', 'update', 'delete'];
const RESULTS: readonly unknown[] = ['done', 'already-done', 'failed'];

/**
 * Refuse what is no event, or doesn't come behind the one before it.
 * @param before the place of the event before it in the same `read`; undefined: it is the first
 * @throws LockstepError PLUGIN_FAILED
 */
export function checkEvent(
  event: UpstreamEvent,
  before: Position | undefined,
  compare: (a: Position, b: Position) => number,
): void {
  const fault = faultOf(event);
  if (fault !== null) throw badAnswer('read', `gave an event ${fault}: ${jsonOf(event)}`);
  if (before === undefined) return;
  const order = compare(event.position, before);
  if (order > 0 || (order === 0 && (event.kind === 'idle' || event.kind === 'mark'))) return;
  const places = `${jsonOf(event.position)} after ${jsonOf(before)}`;
  throw badAnswer('read', `gave events out of order, or one twice: position ${places} (compare says ${order})`);
}

/** What makes a value no event; null: it is one. */
function faultOf(event: unknown): string | null {
  if (memberOf(event, 'position') === undefined) return 'without a position';
  switch (memberOf(event, 'kind')) {
    case 'ddl':
      return typeof memberOf(event, 'sql') === 'string' && typeof memberOf(event, 'schema') === 'string'
        ? null
        : 'of kind ddl without the texts sql and schema';
    case 'rows': {
      if (!isTableName(memberOf(event, 'table'))) return 'of kind rows without a table {schema, table}';
      if (!CHANGES.includes(memberOf(event, 'change'))) return 'of kind rows without a change (insert, update, delete)';
      const rows = memberOf(event, 'rows');
      return Array.isArray(rows) || typeof memberOf(rows, 'decode') === 'function' ? null : 'of kind rows without rows';
    }
    case 'mark':
      return typeof memberOf(event, 'name') === 'string' ? null : 'of kind mark without a name';
    case 'idle':
      return null;
    default:
      return 'of no known kind (ddl, rows, mark, idle)';
  }
}

/** @throws LockstepError PLUGIN_FAILED for what is no list of tables */
export function checkTables(tables: readonly UpstreamTableName[]): void {
  const given: unknown = tables;
  if (!Array.isArray(given) || !given.every(isTableName))
    throw badAnswer('tables', `gave no list of {schema, table}: ${jsonOf(tables)}`);
}

/** @throws LockstepError PLUGIN_FAILED for what is no text */
export function checkCreateTable(text: unknown, { schema, table }: UpstreamTableName): void {
  if (typeof text !== 'string') throw badAnswer('createTable', `gave no text for ${schema}.${table}: ${jsonOf(text)}`);
}

/** An answer to `execute`; what is none has failed for good, since nobody knows what was done. */
export function readResult(result: ExecutionResult): ExecutionResult {
  if (RESULTS.includes(memberOf(result, 'kind'))) return result;
  const reason = `execute answered neither done, already-done nor failed: ${jsonOf(result)}`;
  return { kind: 'failed', reason, retryable: false };
}

function isTableName(value: unknown): boolean {
  return typeof memberOf(value, 'schema') === 'string' && typeof memberOf(value, 'table') === 'string';
}

function jsonOf(value: unknown): string {
  // JSON has no word for these.
  if (value === undefined || typeof value === 'function') return typeof value;
  return JSON.stringify(value).slice(0, SHOWN_LENGTH);
}

/** How much of an answer an error shows. */
const SHOWN_LENGTH = 200;

function badAnswer(call: string, what: string): LockstepError {
  const fields: Pick<PluginCall, 'plugin' | 'call'> = { plugin: 'upstream', call };
  return new LockstepError('PLUGIN_FAILED', `upstream: ${call} ${what}`, { ...fields });
}
