import { LockstepError } from '../../model/error';

/** How much of the text at fault an error shows. */
const ShownLength = 40;

/** Line and column of an offset, both from 1; the column counts characters (code points). */
function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: Array.from(text.slice(lineStart, offset)).length + 1 };
}

/** The error of a text that doesn't parse: `DDL_SYNTAX` with the fields line, column, expected, near. */
export function syntaxError(text: string, offset: number, expected: string): LockstepError {
  const { line, column } = positionOf(text, offset);
  const near = text.slice(offset, offset + ShownLength);
  const found = near === '' ? 'the end of the statement' : `"${near}"`;
  const message = `line ${line}, column ${column}: expected ${expected}, found ${found}`;
  return new LockstepError('DDL_SYNTAX', message, { line, column, expected, near });
}

/** The error of a text that nests deeper than `limit`: `DDL_NESTED_TOO_DEEPLY` with the fields line, column, limit. */
export function nestedTooDeeply(text: string, offset: number, limit: number): LockstepError {
  const { line, column } = positionOf(text, offset);
  const message = `line ${line}, column ${column}: expressions are nested more than ${limit} levels deep`;
  return new LockstepError('DDL_NESTED_TOO_DEEPLY', message, { line, column, limit });
}

/** The error of a valid statement that cannot be coordinated: `DDL_UNSUPPORTED` with the fields line, column, what. */
export function unsupported(text: string, offset: number, what: string): LockstepError {
  const { line, column } = positionOf(text, offset);
  return new LockstepError('DDL_UNSUPPORTED', `line ${line}, column ${column}: ${what} isn't supported`, {
    line,
    column,
    what,
  });
}
