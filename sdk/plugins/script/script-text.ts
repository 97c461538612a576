import { LockstepError } from '../../../src/core/model/error';
import { Scanner } from '../../../src/core/ddl/lexer/scanner';

/** One thing that a script does. */
export type ScriptItem =
  /** A statement without its semicolon. */
  | { readonly kind: 'statement'; readonly sql: string; readonly line: number }
  /** `-- @mark NAME`: a place by name. */
  | { readonly kind: 'mark'; readonly name: string; readonly line: number }
  /** `-- @wait NAME`: nothing more until the gate of that name is open. */
  | { readonly kind: 'wait'; readonly name: string; readonly line: number }
  /** `-- @sleep MS`. */
  | { readonly kind: 'sleep'; readonly delayMs: number; readonly line: number }
  /** `-- @begin`: a worker without a checkpoint begins here; what stands before has happened long ago. */
  | { readonly kind: 'begin'; readonly line: number };

const DIRECTIVE = /^\s*--\s*@(\w+)(?:\s+(\S+))?\s*$/u;

/**
 * The items of a script in their order. Directives are lines of their own, between statements.
 * @throws LockstepError DDL_SYNTAX with the line
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
    [chunk, chunkLine] = ['', index + 2];
  }
  return [...items, ...statementsOf(chunk, chunkLine)];
}

function readDirective([, word = '', argument = '']: RegExpExecArray, line: number): ScriptItem {
  const name = (): string => (argument === '' ? refuse(line, `@${word} needs a name`) : argument);
  switch (word) {
    case 'mark':
    case 'wait':
      return { kind: word, name: name(), line };
    case 'sleep':
      return /^\d+$/u.test(argument)
        ? { kind: 'sleep', delayMs: Number(argument), line }
        : refuse(line, '@sleep needs milliseconds');
    case 'begin':
      return { kind: 'begin', line };
    default:
      return refuse(line, `expected @mark, @wait, @sleep or @begin, found @${word}`);
  }
}

/** Statements end with semicolons outside of strings, names and comments, which only the lexer knows. */
function statementsOf(chunk: string, firstLine: number): ScriptItem[] {
  const scanner = new Scanner(chunk, {});
  const items: ScriptItem[] = [];
  const lineAt = (offset: number): number => firstLine + chunk.slice(0, offset).split('\n').length - 1;
  let start: number | null = null;
  for (let token = scanner.next(); token.kind !== 'end'; token = scanner.next()) {
    if (token.kind === 'symbol' && token.text === ';') {
      if (start !== null) items.push({ kind: 'statement', sql: chunk.slice(start, token.start), line: lineAt(start) });
      start = null;
    } else start ??= token.start;
  }
  if (start !== null) refuse(lineAt(start), 'expected ";" behind the statement that begins here');
  return items;
}

function refuse(line: number, message: string): never {
  throw new LockstepError('DDL_SYNTAX', `line ${line} of the script: ${message}`, { line });
}
