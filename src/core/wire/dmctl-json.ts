import { writeText } from './go-json';

/** One line of `show-ddl-locks`. */
export interface DmctlLock {
  readonly id: string;
  readonly task: string;
  readonly mode: 'optimistic' | 'pessimistic';
  /** Pessimistic: a source. Optimistic: the table in conflict, or empty. */
  readonly owner: string;
  readonly ddls: readonly string[];
  readonly synced: readonly string[];
  readonly unsynced: readonly string[];
}

/** How an action went for one worker, as dmctl prints it. */
export interface DmctlWorker {
  readonly result: boolean;
  readonly worker: string;
  readonly msg: string;
}

/** A value on its own lines; the text of each kind is written as Go's encoder writes it. */
type Value = boolean | string | readonly Value[] | { readonly [name: string]: Value };

/** What an empty list of locks says. */
const NO_LOCKS = 'no DDL lock exists';

/** What `show-ddl-locks` prints, byte for byte, without the newline that dmctl adds. */
export function writeDmctlLocks(locks: readonly DmctlLock[], msg = locks.length === 0 ? NO_LOCKS : ''): string {
  const listed = locks.map(({ id, task, mode, owner, ddls, synced, unsynced }) => ({
    ID: id,
    task,
    mode,
    owner,
    DDLs: ddls,
    synced,
    unsynced,
  }));
  return write({ result: true, msg, locks: listed }, '');
}

/**
 * What `unlock-ddl-lock` and `break-ddl-lock` print, byte for byte, without the newline that dmctl adds.
 * @param workers how it went for each of them, if that is to be told (deviation P13)
 */
export function writeDmctlResult(result: boolean, msg: string, workers: readonly DmctlWorker[] = []): string {
  const told = workers.map(({ result: isOk, worker, msg: why }) => ({ result: isOk, worker, msg: why }));
  return write(told.length === 0 ? { result, msg } : { result, msg, workers: told }, '');
}

/** dmctl indents by four spaces, and breaks empty lists too. */
function write(value: Value, indent: string): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value);
  const inner = `${indent}    `;
  if (isList(value))
    return block(
      '[',
      value.map((each) => write(each, inner)),
      ']',
      indent,
    );
  return block(
    '{',
    Object.entries(value).map(([name, each]) => `${writeText(name)}: ${write(each, inner)}`),
    '}',
    indent,
  );
}

function block(open: string, lines: readonly string[], close: string, indent: string): string {
  return [
    open,
    ...lines.map((line, index) => `${indent}    ${line}${index < lines.length - 1 ? ',' : ''}`),
    `${indent}${close}`,
  ].join('\n');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
