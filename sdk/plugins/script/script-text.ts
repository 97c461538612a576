import { LockstepError } from '../../../src/core/model/error';
import { Scanner } from '../../../src/core/ddl/lexer/scanner';
import type { Token } from '../../../src/core/ddl/lexer/token';

/** One thing that a script does. */
export type ScriptItem =
  /** A statement without its semicolon. */
  | { readonly kind: 'statement'; readonly sql: string; readonly line: number; readonly column: number }
  /** `-- @mark NAME`: a place by name. */
  | { readonly kind: 'mark'; readonly name: string; readonly line: number }
  /** `-- @wait NAME`: nothing more until the gate of that name is open. */
  | { readonly kind: 'wait'; readonly name: string; readonly line: number }
  /** `-- @sleep MS`. */
  | { readonly kind: 'sleep'; readonly delayMs: number; readonly line: number }
  /** `-- @begin`: a worker without a checkpoint begins here; what stands before has happened long ago. */
  | { readonly kind: 'begin'; readonly line: number };

/** A comment that begins with `@` is meant as a directive, so that a misspelt one is no comment. */
const DIRECTIVE = /^\s*--\s*@\s*(\w*)\s*(.*?)\s*$/u;

/**
 * The items of a script in their order. Directives are lines of their own, between statements.
 * @throws LockstepError DDL_SYNTAX with the line of the script, and the column where a text isn't closed
 */
export function parseScript(text: string): readonly ScriptItem[] {
  const items: ScriptItem[] = [];
  let [chunk, chunkLine] = ['', 1];
  for (const [index, lineText] of text.split('\n').entries()) {
    const directive = DIRECTIVE.exec(lineText);
    if (directive === null) {
      chunk += `${lineText}\n`;
      continue;
    }
    items.push(...statementsOf(chunk, chunkLine), readDirective(directive, index + 1));
    if (items.filter(({ kind }) => kind === 'begin').length > 1) refuse(index + 1, 'a second @begin');
    [chunk, chunkLine] = ['', index + 2];
  }
  return [...items, ...statementsOf(chunk, chunkLine)];
}

function readDirective([, word = '', argument = '']: RegExpExecArray, line: number): ScriptItem {
  const name = (): string => (/^\S+$/u.test(argument) ? argument : refuse(line, `@${word} needs a name`));
  switch (word) {
    case 'mark':
    case 'wait':
      return { kind: word, name: name(), line };
    case 'sleep':
      return /^\d{1,9}$/u.test(argument)
        ? { kind: 'sleep', delayMs: Number(argument), line }
        : refuse(line, '@sleep needs milliseconds, 999999999 at most');
    case 'begin':
      return argument === '' ? { kind: 'begin', line } : refuse(line, '@begin stands alone');
    default:
      return refuse(line, `expected @mark, @wait, @sleep or @begin, found @${word}`);
  }
}

/** Statements end with semicolons outside of strings, names and comments, which only the lexer knows. */
function statementsOf(chunk: string, firstLine: number): ScriptItem[] {
  const scanner = new Scanner(chunk, {});
  const next = (): Token => placed({ line: firstLine, column: 1 }, () => scanner.next());
  const items: ScriptItem[] = [];
  const placeAt = (offset: number): Place => {
    const lines = chunk.slice(0, offset).split('\n');
    return { line: firstLine + lines.length - 1, column: Array.from(lines.at(-1) ?? '').length + 1 };
  };
  let start: number | null = null;
  for (let token = next(); token.kind !== 'end'; token = next()) {
    if (token.kind === 'symbol' && token.text === ';') {
      if (start !== null) items.push({ kind: 'statement', sql: chunk.slice(start, token.start), ...placeAt(start) });
      start = null;
    } else start ??= token.start;
  }
  if (start !== null) refuse(placeAt(start).line, 'expected ";" behind the statement that begins here');
  return items;
}

/** A place in a script, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * What reads a part of a script that begins at a place; an error that names a place in the part names that of the script.
 * @throws LockstepError
 */
export function placed<T>(begin: Place, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const { line, column, ...fields } = error.fields;
    if (typeof line !== 'number' || typeof column !== 'number') throw error;
    const place = { line: begin.line + line - 1, column: line === 1 ? begin.column + column - 1 : column };
    const what = error.message.replace(/^line \d+, column \d+: /u, '');
    const message = `line ${place.line} of the script, column ${place.column}: ${what}`;
    throw new LockstepError(error.code, message, { ...fields, ...place });
  }
}

function refuse(line: number, message: string): never {
  throw new LockstepError('DDL_SYNTAX', `line ${line} of the script: ${message}`, { line });
}
