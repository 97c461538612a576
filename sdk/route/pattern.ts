import { LockstepError } from '../../src/core/model/error';

/** Whether a name matches. */
export type Matcher = (name: string) => boolean;

/**
 * What a pattern in DM's style matches: `*` any characters, `?` one, `[a-c]` one of these, `[!a-c]` or `[^a-c]` one of the others;
 * `\` takes the next character as it is. Names are compared without case.
 * @throws LockstepError INVALID_INPUT with the pattern, if a bracket isn't closed or a range runs backwards
 */
export function compilePattern(pattern: string): Matcher {
  const expression = new RegExp(`^${translate(pattern)}$`, 'isu');
  return (name) => expression.test(name);
}

function translate(pattern: string): string {
  const characters = Array.from(pattern);
  let text = '';
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (character === '*') text += '.*';
    else if (character === '?') text += '.';
    else if (character === '\\' && index + 1 < characters.length) {
      index += 1;
      text += literal(characters[index] ?? '');
    } else if (character === '[') {
      const end = endOfClass(characters, index, pattern);
      text += translateClass(characters.slice(index + 1, end), pattern);
      index = end;
    } else text += literal(character);
  }
  return text;
}

/** Where the class that begins at `start` ends; a `]` right at its beginning belongs to it. */
function endOfClass(characters: readonly string[], start: number, pattern: string): number {
  const isNegation = characters[start + 1] === '!' || characters[start + 1] === '^';
  const end = characters.indexOf(']', start + (isNegation ? 3 : 2));
  if (end < 0) throw badPattern(pattern, 'a bracket isn’t closed');
  return end;
}

function translateClass(characters: readonly string[], pattern: string): string {
  const isNegation = characters[0] === '!' || characters[0] === '^';
  const members = isNegation ? characters.slice(1) : characters;
  let text = '';
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? '';
    const to = members[index + 1] === '-' ? members[index + 2] : undefined;
    if (to === undefined) {
      text += literal(from);
      continue;
    }
    if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0))
      throw badPattern(pattern, `${from}-${to} runs backwards`);
    text += `${literal(from)}-${literal(to)}`;
    index += 2;
  }
  return `[${isNegation ? '^' : ''}${text}]`;
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/u.test(character) ? `\\${character}` : character;
}

function badPattern(pattern: string, reason: string): LockstepError {
  return new LockstepError('INVALID_INPUT', `not a pattern: ${pattern} (${reason})`, { pattern });
}
